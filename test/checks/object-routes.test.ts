// Monitoring objects over HTTP: who may read, who may write, and that a refused set is no success.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SYSTEM, type Role } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { objectRoutes } from '#web/server/routes/objects.ts';
import { createWebServer } from '#web/server/server.ts';
import { openObjectSite } from './objects-store/object-site.ts';

const HOST = 'kind: Host\nmetadata: {name: a}\nspec: {address: 10.0.0.1}\n';
const yaml = (text: string) => ({ kind: 'yaml', files: [{ name: 'a.yaml', text }] });

async function openRoutes() {
  const { db, clock, objects } = await openObjectSite();
  const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
  const identity = createIdentity({ db, clock });
  const web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => objectRoutes(app, { objects: objects.api }),
  );
  onTestFinished(async () => {
    await web.stop();
    rmSync(consoleDir, { recursive: true });
  });
  return async (role: Role, method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object) => {
    const { token } = await identity.createToken({ name: `${role} ${method} ${url}`.slice(0, 60), role }, SYSTEM);
    const headers = { authorization: `Bearer ${token}` };
    const response = await web.app.inject({ method, url: `/api/v1${url}`, headers, ...(body && { body }) });
    return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
  };
}

test('engineers write, everybody reads, a refused set answers 422 with its report', async () => {
  const ask = await openRoutes();
  expect(await ask('operator', 'PUT', '/object-sets/apply:a', yaml(HOST))).toMatchObject({ status: 403 });
  expect(await ask('operator', 'POST', '/object-sets/apply:a/preview', yaml(HOST))).toMatchObject({ status: 403 });
  expect(await ask('engineer', 'PUT', '/object-sets/apply:a', yaml('kind: Hos\n'))).toMatchObject({
    status: 422,
    body: { outcome: 'refused', report: { errors: 1 } },
  });
  expect(await ask('engineer', 'PUT', '/object-sets/apply:a', yaml(HOST))).toMatchObject({
    status: 200,
    body: { outcome: 'applied', changes: { hosts: { created: ['a'] } } },
  });
  const list = await ask('viewer', 'GET', '/objects?type=host&limit=1');
  expect(list).toMatchObject({ status: 200, body: { total: 1, items: [{ name: 'a', owner: 'apply:a' }] } });
  expect(await ask('viewer', 'GET', '/object-sets/apply:a/export')).toMatchObject({
    body: { yaml: expect.stringContaining('kind: Host') },
  });
  expect(await ask('viewer', 'GET', '/objects/no-id')).toMatchObject({ status: 404 });
  expect(await ask('viewer', 'DELETE', '/object-sets/apply:a')).toMatchObject({ status: 403 });
  expect(await ask('engineer', 'DELETE', '/object-sets/apply:a')).toMatchObject({ body: { outcome: 'applied' } });
});

test('a path of the server is for administrators, and for whole paths', async () => {
  const ask = await openRoutes();
  const request = { kind: 'nagios', path: '/etc/shadow' };
  expect(await ask('engineer', 'POST', '/object-sets/n/preview', request)).toMatchObject({ status: 403 });
  expect(await ask('admin', 'POST', '/object-sets/n/preview', { ...request, path: 'x' })).toMatchObject({
    status: 400,
  });
  const missing = await ask('admin', 'POST', '/object-sets/n/preview', { ...request, path: '/not/there.cfg' });
  expect(missing).toMatchObject({ status: 200, body: { isRefusable: true } });
});
