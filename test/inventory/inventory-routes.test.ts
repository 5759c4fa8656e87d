// Inventory over HTTP: who may do what, and what the answers look like.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM, type Role } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import { DesiredState, HostGroup } from '#web/contract/desired-state.ts';
import { HostDetail, HostList } from '#web/contract/inventory.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { desiredStateRoutes } from '#web/server/routes/desired-state.ts';
import { inventoryRoutes } from '#web/server/routes/inventory.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import { openInventory, type Harness } from './harness.ts';

const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
const tokens: Record<string, string> = {};
let h: Harness;
let web: WebServer;

beforeAll(async () => {
  h = await openInventory();
  const identity = createIdentity({ db: h.db, clock: h.clock });
  for (const role of ['viewer', 'engineer', 'admin'] satisfies Role[])
    tokens[role] = (await identity.createToken({ name: role, role }, SYSTEM)).token;
  web = await createWebServer(
    { clock: h.clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => {
      inventoryRoutes(app, { inventory: h.api });
      desiredStateRoutes(app, { inventory: h.api });
    },
  );
});
afterAll(async () => {
  await web.stop();
  await h.close();
  rmSync(consoleDir, { recursive: true });
});

async function ask(role: Role, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) {
  const response = await web.app.inject({
    method,
    url: `/api/v1${url}`,
    ...(body && { payload: body }),
    headers: { authorization: `Bearer ${tokens[role]}` },
  });
  const answer: unknown = response.json();
  return { status: response.statusCode, body: answer };
}

const idOf = (body: unknown): string => {
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string') return body.id;
  throw new Error(`no id in ${JSON.stringify(body)}`);
};

test('a host from its reports to its page', async () => {
  const { agentId, hostId } = await h.join('web-1');
  await h.tell({
    kind: 'agent.reported',
    atMs: h.clock.nowMs(),
    data: {
      agentId,
      report: {
        facts: { 'os.pretty': 'Debian GNU/Linux 12', 'cpu.count': 2, 'boot.atMs': 0, 'some.flag': true },
        packages: [{ name: 'bash', version: '5.2' }],
        services: [{ name: 'ssh', state: 'running' }],
        processes: [{ name: 'init', pid: 1, startedAtMs: 0 }],
      },
    },
  });
  const list = await ask('viewer', 'GET', '/hosts?search=web');
  expect(Check(HostList, list.body)).toBe(true);
  expect(list.body).toMatchObject({
    items: [
      { id: hostId, reporting: 'unknown', factsSummary: { os: 'Debian GNU/Linux 12', cpuCount: 2, kernel: null } },
    ],
    nextCursor: null,
  });
  const detail = await ask('viewer', 'GET', `/hosts/${hostId}`);
  expect(Check(HostDetail, detail.body)).toBe(true);
  expect(detail.body).toMatchObject({
    facts: { 'some.flag': true, 'cpu.count': 2 },
    processes: [{ name: 'init', startedAt: '1970-01-01T00:00:00.000Z' }],
  });
});

test('a host by hand: made, changed, emptied of its owner, retired, brought back', async () => {
  const created = await ask('engineer', 'POST', '/hosts', { name: 'switch-1', cluster: 'net', owner: 'anna' });
  const id = idOf(created.body);
  expect((await ask('engineer', 'POST', '/hosts', { name: 'SWITCH-1', cluster: 'net' })).body).toMatchObject({
    code: 'name_taken',
  });
  const variables = { snmp: { port: 161, communities: ['a'] }, note: null };
  const changed = await ask('engineer', 'PATCH', `/hosts/${id}`, { version: 1, owner: null, variables });
  expect(changed.body).toMatchObject({ owner: null, variables, version: 2 });
  expect((await ask('engineer', 'PATCH', `/hosts/${id}`, { version: 1, name: 'x' })).status).toBe(409);
  expect((await ask('engineer', 'POST', `/hosts/${id}/retire`)).body).toMatchObject({ lifecycle: 'retired' });
  expect((await ask('viewer', 'GET', '/hosts?cluster=net')).body).toMatchObject({ items: [] });
  expect((await ask('viewer', 'GET', '/hosts?cluster=net&retired=true')).body).toMatchObject({ items: [{ id }] });
  expect((await ask('engineer', 'POST', `/hosts/${id}/revive`)).body).toMatchObject({ lifecycle: 'in_service' });
});

test('groups and desired state: made, shown, changed, deleted', async () => {
  const { hostId } = await h.join('db-1', { ip: '10.0.0.2' });
  const group = await ask('engineer', 'POST', '/groups', { name: 'db', hostIds: [hostId], variables: { port: 5432 } });
  expect(Check(HostGroup, group.body)).toBe(true);
  const groupId = idOf(group.body);
  const state = await ask('engineer', 'POST', '/desired-state', {
    name: 'port file',
    spec: { kind: 'file', path: '/etc/port', template: '{{ vars.port }}', mode: '0644' },
    target: { hostIds: [], groupIds: [groupId] },
  });
  expect(Check(DesiredState, state.body)).toBe(true);
  await h.inventory.drain();
  const drift = await ask('viewer', 'GET', `/drift?hostId=${hostId}`);
  expect(drift.body).toMatchObject({ items: [{ desiredStateName: 'port file', status: 'pending', checkedAt: null }] });
  const service = { kind: 'service', service: 'postgresql', running: true, statusCommand: ['pg_isready'] };
  const changed = await ask('engineer', 'PATCH', `/desired-state/${idOf(state.body)}`, { version: 1, spec: service });
  expect(changed.body).toMatchObject({ spec: service, enabled: true, version: 2 });
  expect((await ask('engineer', 'DELETE', `/desired-state/${idOf(state.body)}`)).status).toBe(200);
  expect((await ask('engineer', 'DELETE', `/groups/${groupId}`)).status).toBe(200);
  expect((await ask('viewer', 'GET', `/groups/${groupId}`)).status).toBe(404);
});

const refused: [what: string, role: Role, method: 'POST' | 'PATCH', url: string, body: object, status: number][] = [
  ['a viewer changes nothing', 'viewer', 'POST', '/groups', { name: 'x' }, 403],
  ['an engineer does not merge hosts', 'engineer', 'POST', '/hosts/x/merge', { fromId: 'y' }, 403],
  [
    'a relative path',
    'engineer',
    'POST',
    '/desired-state',
    {
      name: 'x',
      spec: { kind: 'file', path: 'etc/x', template: '', mode: '0644' },
      target: { hostIds: [], groupIds: [] },
    },
    400,
  ],
  [
    'an unknown kind',
    'engineer',
    'POST',
    '/desired-state',
    { name: 'x', spec: { kind: 'package' }, target: { hostIds: [], groupIds: [] } },
    400,
  ],
  ['a member that does not exist', 'engineer', 'POST', '/groups', { name: 'x', hostIds: ['nobody'] }, 400],
  ['a host that does not exist', 'engineer', 'PATCH', '/hosts/nobody', { version: 1 }, 404],
];
for (const [what, role, method, url, body, status] of refused)
  test(`refused: ${what}`, async () => expect((await ask(role, method, url, body)).status).toBe(status));
