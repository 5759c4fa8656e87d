// Checks over HTTP: who may do what, what is refused with which words, how lists page.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM, type Role } from '#kernel/domain/actor.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { createChecks, type Checks } from '#checks/service.ts';
import { readAuditTrail } from '#store/audit-trail.ts';
import type { Check, CheckDetail, CheckKinds } from '#web/contract/checks.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { checkRoutes } from '#web/server/routes/checks.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { quietKindDeps } from './kind-deps.ts';

const clock = new FakeClock();
const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
const tokens: Record<string, string> = {};
let database: TestDatabase;
let web: WebServer;
let checks: Checks;

beforeAll(async () => {
  database = await openTestDatabase();
  const { db, notifications } = database;
  checks = createChecks(
    {
      db,
      clock,
      log: silentLogger,
      notifications,
      ...quietKindDeps,
      appendHistory: () => {},
    },
    { holder: 'test', isAlone: true },
  );
  const identity = createIdentity({ db, clock });
  for (const role of ['viewer', 'operator', 'engineer'] satisfies Role[]) {
    tokens[role] = (await identity.createToken({ name: role, role }, SYSTEM)).token;
  }
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => checkRoutes(app, { checks: checks.api }),
  );
});
afterAll(async () => {
  await web.stop();
  await database.close();
  rmSync(consoleDir, { recursive: true });
});

async function ask(role: Role, method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) {
  const response = await web.app.inject({
    method,
    url: `/api/v1${url}`,
    ...(body && { payload: body }),
    headers: { authorization: `Bearer ${tokens[role]}` },
  });
  return { status: response.statusCode, body: response.json() };
}

async function addHost(name: string): Promise<string> {
  const id = uuidv7(clock.nowMs());
  await database.db.insertInto('host').values({ id, name, cluster: 'c', created_at_ms: 0 }).execute();
  return id;
}

const tcp = (hostId: string, name: string) => ({ name, hostId, kind: 'tcp', spec: { port: 22 } });

test('a check is made with sensible defaults, changed, and deleted; each step is on record', async () => {
  const hostId = await addHost('web-1');
  const made = await ask('engineer', 'POST', '/checks', { ...tcp(hostId, 'ssh'), intervalSec: 5 });
  expect(made.status).toBe(200);
  const check: CheckDetail = made.body;
  expect(check).toMatchObject({
    hostName: 'web-1',
    state: 'pending',
    intervalSec: 5,
    retryIntervalSec: 5,
    timeoutSec: 5,
    maxAttempts: 3,
    enabled: true,
    version: 1,
    strip: [],
    perfdata: [],
    lastCheckAt: null,
  });
  const url = `/checks/${check.id}`;
  expect(await ask('engineer', 'PATCH', url, { intervalSec: 60, version: 1 })).toMatchObject({
    status: 200,
    body: { intervalSec: 60, retryIntervalSec: 5, version: 2 },
  });
  expect(await ask('engineer', 'PATCH', url, { intervalSec: 30, version: 1 })).toMatchObject({
    status: 409,
    body: { code: 'stale_version' },
  });
  expect(await ask('engineer', 'DELETE', url)).toMatchObject({ status: 200 });
  expect(await ask('viewer', 'GET', url)).toMatchObject({ status: 404, body: { code: 'not_found' } });

  const audit = await readAuditTrail(database.db, { limit: 10 });
  expect(
    audit.filter(({ object }) => object.includes(check.id)).map(({ action, actor }) => `${action} ${actor}`),
  ).toEqual(['check.delete token:engineer', 'check.update token:engineer', 'check.create token:engineer']);
  const events = await database.db.selectFrom('event').select('data').where('kind', '=', 'config.changed').execute();
  expect(events.map(({ data }) => data)).toMatchObject([
    { change: 'created' },
    { change: 'updated' },
    { change: 'deleted' },
  ]);
});

test('a viewer looks, an operator checks now, an engineer changes', async () => {
  const hostId = await addHost('web-2');
  const { body } = await ask('engineer', 'POST', '/checks', tcp(hostId, 'ssh'));
  const url = `/checks/${(body as Check).id}`;
  const answers: [Role, 'GET' | 'POST' | 'PATCH' | 'DELETE', string, object | undefined, number][] = [
    ['viewer', 'GET', url, undefined, 200],
    ['viewer', 'GET', `${url}/results`, undefined, 200],
    ['viewer', 'GET', '/check-kinds', undefined, 200],
    ['viewer', 'POST', `${url}/run`, undefined, 403],
    ['operator', 'POST', `${url}/run`, undefined, 200],
    ['operator', 'PATCH', url, { enabled: false }, 403],
    ['operator', 'POST', '/checks', tcp(hostId, 'other'), 403],
    ['operator', 'DELETE', url, undefined, 403],
    ['engineer', 'PATCH', url, { enabled: false }, 200],
    ['operator', 'POST', `${url}/run`, undefined, 409],
  ];
  for (const [role, method, where, sent, status] of answers) {
    expect([role, method, where, (await ask(role, method, where, sent)).status]).toEqual([role, method, where, status]);
  }
});

const refused: [string, object, number, string, RegExp][] = [
  ['a kind that does not exist', { kind: 'telepathy' }, 400, 'invalid_check', /kind/],
  ['settings that do not fit the kind', { spec: { port: 0 } }, 400, 'invalid_check', /spec\.port: must be >= 1/],
  ['a setting nobody knows', { spec: { port: 1, prot: 2 } }, 400, 'invalid_check', /spec\.prot: is not a setting/],
  [
    'a timeout longer than an interval',
    { intervalSec: 5, timeoutSec: 6 },
    400,
    'invalid_check',
    /timeoutSec: 6 is longer than 5/,
  ],
  [
    'everything wrong at once',
    { spec: {}, intervalSec: 5, timeoutSec: 6 },
    400,
    'invalid_check',
    /spec: .* timeoutSec:/,
  ],
  ['a name that is taken', { name: 'taken' }, 409, 'name_taken', /has a check named "taken" already/],
  ['a host that does not exist', { hostId: uuidv7(0) }, 404, 'not_found', /no host/],
];
test('what cannot be is refused with the place and the reason', async () => {
  const hostId = await addHost('web-3');
  await ask('engineer', 'POST', '/checks', tcp(hostId, 'taken'));
  for (const [what, change, status, code, detail] of refused) {
    const answer = await ask('engineer', 'POST', '/checks', { ...tcp(hostId, 'new'), ...change });
    expect([what, answer]).toMatchObject([what, { status, body: { code, detail: expect.stringMatching(detail) } }]);
  }
});

test('the list shows the worst first, page by page, and can be narrowed', async () => {
  const hostId = await addHost('db_1');
  const states = ['ok', 'critical', 'pending', 'warning', 'unknown', 'ok'];
  for (const [at, state] of states.entries()) {
    const { body } = await ask('engineer', 'POST', '/checks', tcp(hostId, `c${at}`));
    await sql`update check_state set state = ${state} where check_id = ${(body as Check).id}`.execute(database.db);
  }
  const names = async (query: string) => {
    const { body } = await ask('viewer', 'GET', `/checks?hostId=${hostId}${query}`);
    return (body.items as Check[]).map(({ name }) => name).join(' ');
  };
  expect(await names('')).toBe('c1 c4 c3 c2 c0 c5');
  expect(await names('&problems=true')).toBe('c1 c4 c3');
  expect(await names('&state=pending')).toBe('c2');
  expect(await names('&kind=http')).toBe('');
  expect(await names('&q=B_1')).toBe('c1 c4 c3 c2 c0 c5');
  expect(await names('&q=C5')).toBe('c5');
  expect(await names('&q=%25')).toBe('');

  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await ask('viewer', 'GET', `/checks?hostId=${hostId}&limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...(body.items as Check[]).map(({ name }) => name));
    cursor = body.nextCursor as string | null;
  }
  expect(seen.join(' ')).toBe('c1 c4 c3 c2 c0 c5');
  for (const cursor of ['x', Buffer.from('[1]').toString('base64url'), Buffer.from('{}').toString('base64url')]) {
    expect(await ask('viewer', 'GET', `/checks?cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { code: 'bad_cursor' },
    });
  }
});

test('each kind tells what it wants to know', async () => {
  const { body } = await ask('viewer', 'GET', '/check-kinds');
  const kinds = body['items'] as CheckKinds['items'];
  const kind = (name: string) => kinds.find((one) => one.kind === name);
  expect(kind('tcp')).toMatchObject({ specSchema: { required: expect.arrayContaining(['port']) } });
  expect(kind('metric')).toMatchObject({
    specSchema: { properties: { warn: { description: expect.stringContaining('Nagios range') } } },
  });
});

test('the checks of this machine are made once, may be deleted, and do not come back', async () => {
  const host = { id: await addHost('this-machine'), name: 'this-machine' };
  const ensure = () => checks.api.ensureDefaultChecks(host, 'http://127.0.0.1:8080');
  await Promise.all([ensure(), ensure()]);
  const list = () => checks.api.list({ hostId: host.id, limit: 100 });
  const made = (await list()).items;
  expect(made.map(({ name, origin }) => `${name}=${origin}`)).toEqual(
    ['clock', 'console', 'console port', 'disk', 'disk full soon', 'inodes', 'load', 'memory', 'plexus'].map(
      (name) => `${name}=starter:${name}`,
    ),
  );
  await checks.api.remove(SYSTEM, made[0]?.id ?? '');
  await ensure();
  expect((await list()).items.length).toBe(8);
});

test('a secret is never given out, and stays what it was when the form sends it back unread', async () => {
  const hostId = await addHost('web-9');
  const spec = { url: 'http://127.0.0.1/', bearerToken: 'for the shop only' };
  const made = await ask('engineer', 'POST', '/checks', { name: 'shop', hostId, kind: 'http', spec });
  const check: CheckDetail = made.body;
  expect(check.spec).toMatchObject({ url: spec.url, bearerToken: '[secret]' });
  const change = { spec: { ...check.spec, method: 'HEAD' }, settings: { isVolatile: true } };
  expect(await ask('engineer', 'PATCH', `/checks/${check.id}`, change)).toMatchObject({
    status: 200,
    body: { spec: { method: 'HEAD', bearerToken: '[secret]' }, settings: { isVolatile: true } },
  });
  const kept = await database.db.selectFrom('check').select('spec').where('id', '=', check.id).executeTakeFirst();
  expect(kept?.spec).toMatchObject({ method: 'HEAD', bearerToken: spec.bearerToken });
});
