// Remediation over HTTP: who may do what, the shapes that come back, raw uploads.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM, type Role } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import type {
  Artifact,
  Reflex,
  RunDetail,
  RunList,
  Runbook,
  RunStarted,
  TaskOutput,
} from '#web/contract/remediation.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { remediationRoutes } from '#web/server/routes/remediation.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import type { Static } from 'typebox';
import { openHarness, type Harness } from './harness.ts';

const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
const tokens: Record<string, string> = {};
let harness: Harness;
let web: WebServer;

beforeAll(async () => {
  harness = await openHarness(['web-1', 'web-2']);
  await harness.remediation.start(new AbortController().signal);
  const { clock } = harness;
  const identity = createIdentity({ db: harness.database.db, clock });
  for (const role of ['viewer', 'operator', 'engineer'] satisfies Role[])
    tokens[role] = (await identity.createToken({ name: role, role }, SYSTEM)).token;
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => remediationRoutes(app, { remediation: harness.remediation.api }),
  );
});
afterAll(async () => {
  await web.stop();
  await harness.remediation.stop();
  await harness.close();
  rmSync(consoleDir, { recursive: true });
});

async function ask<Body>(
  role: Role,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  url: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Body }> {
  const response = await web.app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${tokens[role]}`, ...headers },
    ...(body && { payload: body }),
  });
  return { status: response.statusCode, body: response.json<Body>() };
}

const hostIds = () => harness.hosts.map((host) => host.id);
const uptime = { type: 'script', interpreter: 'sh', script: 'uptime' };
const runbook = { name: 'Uptime', steps: [uptime] };

test('a run from request to output', async () => {
  const targets = { hostIds: hostIds(), groupIds: [] };
  const created = await ask<RunDetail>('operator', 'POST', '/runs', { title: 'How long?', steps: [uptime], targets });
  expect(created.status).toBe(200);
  expect(created.body).toMatchObject({
    title: 'How long?',
    source: 'adhoc',
    requestedBy: 'token:operator',
    taskCount: 2,
  });
  for (const request of await harness.requests(2)) await harness.gateway.finish(request.requestId, {}, 'up 3 days\n');
  const { id } = created.body;
  const run = await harness.until('the run ends', async () => {
    const { body } = await ask<RunDetail>('viewer', 'GET', `/runs/${id}`);
    return body.finishedAt !== null && body;
  });
  expect(run).toMatchObject({ status: 'succeeded', accounting: { expected: 2, byStatus: { succeeded: 2 } } });
  expect(run.outputGroups[0]?.hostNames).toEqual(['web-1', 'web-2']);
  const output = await ask<TaskOutput>('viewer', 'GET', `/runs/${id}/tasks/${run.tasks[0]?.id ?? ''}/output`);
  expect(output.body).toMatchObject({
    finished: true,
    nextAfter: 0,
    chunks: [{ stream: 'stdout', text: 'up 3 days\n' }],
  });
  const list = await ask<Static<typeof RunList>>('viewer', 'GET', `/runs?hostId=${hostIds()[0] ?? ''}`);
  expect(list.body.items.map((item) => item.id)).toEqual([id]);
});

test('runbook, reflex, and a stale save', async () => {
  const saved = await ask<Runbook>('engineer', 'POST', '/runbooks', runbook);
  expect(saved.body).toMatchObject({ version: 1, origin: null });
  const reflex = { name: 'r', match: { checkName: 'load' }, runbookId: saved.body.id };
  const made = await ask<Reflex>('engineer', 'POST', '/reflexes', reflex);
  expect(made.body).toMatchObject({
    runbookName: 'Uptime',
    armed: true,
    guard: { cooldownSec: 900 },
    lastAttempt: null,
  });
  const disarmed = await ask<Reflex>('engineer', 'PATCH', `/reflexes/${made.body.id}`, { armed: false, version: 1 });
  expect(disarmed.body).toMatchObject({ armed: false, version: 2 });
  const stale = await ask<{ code: string }>('engineer', 'PATCH', `/reflexes/${made.body.id}`, {
    armed: true,
    version: 1,
  });
  expect(stale).toMatchObject({ status: 409, body: { code: 'stale_version' } });
  expect((await ask('engineer', 'DELETE', `/runbooks/${saved.body.id}`)).status).toBe(409);
});

test('an archive is sent as a raw body, and deployed', async () => {
  const sent = await ask<Artifact>('operator', 'POST', '/artifacts?name=shop&version=1.0', gzipSync('content'), {
    'content-type': 'application/gzip',
  });
  expect(sent).toMatchObject({ status: 200, body: { name: 'shop', version: '1.0' } });
  const targets = { hostIds: hostIds(), groupIds: [] };
  const deploy = { app: 'shop', artifactId: sent.body.id, deployTo: '/srv/shop', targets };
  const { body } = await ask<RunStarted>('operator', 'POST', '/releases/deploy', deploy);
  expect((await ask<RunDetail>('viewer', 'GET', `/runs/${body.runId}`)).body).toMatchObject({ source: 'deploy' });
  const html = await ask<{ code: string }>(
    'operator',
    'POST',
    '/artifacts?name=shop&version=2',
    Buffer.from('<html>'),
    {
      'content-type': 'application/octet-stream',
    },
  );
  expect(html).toMatchObject({ status: 400, body: { code: 'not_an_archive' } });
});

const refusals: [string, Role, Parameters<typeof ask>[1], string, object | undefined, number][] = [
  ['a viewer may not run', 'viewer', 'POST', '/runs', { steps: [uptime], targets: { hostIds: [], groupIds: [] } }, 403],
  ['an operator may not write runbooks', 'operator', 'POST', '/runbooks', runbook, 403],
  ['an id of another form', 'viewer', 'GET', '/runs/7', undefined, 400],
  ['a run that is not there', 'viewer', 'GET', '/runs/0199d2f0-0000-7000-8000-000000000009', undefined, 404],
  ['an unknown kind of step', 'operator', 'POST', '/runs', { steps: [{ type: 'dance' }], targets: {} }, 400],
  ['a cursor nobody gave out', 'viewer', 'GET', '/runs?cursor=x', undefined, 400],
];
for (const [what, role, method, url, body, status] of refusals)
  test(`refused: ${what}`, async () => expect((await ask(role, method, url, body)).status).toBe(status));
