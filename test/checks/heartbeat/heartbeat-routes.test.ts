// A job pings over HTTP, as a crontab line does it, and the check says what it heard.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { createHeartbeats, createReadHeartbeat } from '#checks/heartbeat/heartbeats.ts';
import { createHeartbeatKind } from '#checks/kinds/heartbeat.ts';
import { runCheck } from '#checks/run-check.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { heartbeatRoutes } from '#web/server/routes/heartbeat.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

const clock = new FakeClock();
const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
let database: TestDatabase;
let web: WebServer;
let engineer: string;
let viewer: string;

beforeAll(async () => {
  database = await openTestDatabase();
  const { db } = database;
  const identity = createIdentity({ db, clock });
  engineer = (await identity.createToken({ name: 'engineer', role: 'engineer' }, SYSTEM)).token;
  viewer = (await identity.createToken({ name: 'viewer', role: 'viewer' }, SYSTEM)).token;
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => heartbeatRoutes(app, { heartbeats: createHeartbeats({ db, clock }) }),
  );
  await web.start(new AbortController().signal);
});
afterAll(async () => {
  await web.stop();
  await database.close();
  rmSync(consoleDir, { recursive: true, force: true });
});

async function addCheck(kind = 'heartbeat'): Promise<string> {
  const { db } = database;
  const id = uuidv7(clock.nowMs());
  const hostId = uuidv7(clock.nowMs());
  await db.insertInto('host').values({ id: hostId, name: id, cluster: 'c', created_at_ms: 0 }).execute();
  const spec = JSON.stringify({ periodSec: 3600, graceSec: 60 });
  await db
    .insertInto('check')
    .values({
      ...{ id, host_id: hostId, name: 'backup', kind, spec, interval_sec: 60, retry_interval_sec: 60 },
      ...{ max_attempts: 1, timeout_sec: 10, created_at_ms: 0, updated_at_ms: 0 },
    })
    .execute();
  return id;
}

const call = (method: string, where: string, more: RequestInit = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${web.port()}/api/v1${where}`, { method, ...more });

async function urlOf(checkId: string): Promise<string> {
  const headers = { authorization: `Bearer ${engineer}` };
  const made = await call('POST', `/checks/${checkId}/heartbeat-url`, { headers });
  const { token } = (await made.json()) as { token: string };
  return `/heartbeat/${token}`;
}

async function found(id: string): Promise<unknown> {
  const kind = createHeartbeatKind(createReadHeartbeat(database.db));
  const check = { id, name: 'backup', hostId: id, hostName: 'h', address: 'h', kind: 'heartbeat' };
  const run = await runCheck(
    { clock, log: silentLogger, kinds: new Map([['heartbeat', kind]]) },
    {
      ...{ ...check, spec: { periodSec: 3600, graceSec: 60 }, timeoutMs: 1000 },
      ...{ intervalMs: 60_000, retryIntervalMs: 60_000, maxAttempts: 1 },
    } as Parameters<typeof runCheck>[1],
    { series: { cluster: 'c', host: 'h' }, isSettling: false, stopping: new AbortController().signal },
  );
  return typeof run === 'string' ? run : run.result;
}

const recheckRequests = async (id: string): Promise<number> => {
  const rows = await database.db.selectFrom('event').select('kind').where('check_id', '=', id).execute();
  return rows.filter(({ kind }) => kind === 'check.recheck_requested').length;
};

test('a job announces its run, ends it, and is missed when it stays away', async () => {
  const id = await addCheck();
  expect(await found(id)).toMatchObject({ state: 'unknown', output: 'HEARTBEAT UNKNOWN - no ping URL was made yet' });
  const url = await urlOf(id);
  expect(await found(id)).toMatchObject({ state: 'ok' });

  expect((await call('POST', `${url}/start`)).status).toBe(200);
  clock.advance(20_000);
  expect(await found(id)).toMatchObject({ output: 'HEARTBEAT OK - it runs since 20 s' });
  const pinged = await call('POST', url, { body: 'copied\0 7 files\nall well', headers: { 'content-type': 'application/x-www-form-urlencoded' } }); // prettier-ignore
  expect([pinged.status, await pinged.text()]).toEqual([200, 'OK\n']);
  expect(await found(id)).toEqual({
    state: 'ok',
    output: 'HEARTBEAT OK - last ping 0 s ago, took 20 s',
    longOutput: 'copied 7 files\nall well',
    perfdata: 'silence=0s;;3660;0 run_time=20s;;;0',
  });

  clock.advance(3_661_000);
  expect(await found(id)).toMatchObject({
    state: 'critical',
    output: expect.stringContaining('no ping for 1 h 1 min'),
  });
  expect((await call('GET', url)).status).toBe(200);
  expect(await found(id)).toMatchObject({ state: 'ok' });
});

test('fail and exit codes are failures, zero is none', async () => {
  const id = await addCheck();
  const url = await urlOf(id);
  const says: [string, string][] = [
    ['/fail', 'critical'],
    ['/0', 'ok'],
    ['/137', 'critical'],
    ['', 'ok'],
  ];
  for (const [what, state] of says) {
    expect((await call('GET', `${url}${what}`)).status).toBe(200);
    expect(await found(id)).toMatchObject({ state });
  }
});

test('a ping has the check looked at, a flood of them once', async () => {
  const id = await addCheck();
  const url = await urlOf(id);
  for (let pings = 0; pings < 20; pings++) expect((await call('GET', url)).status).toBe(200);
  expect(await recheckRequests(id)).toBe(1);
});

test('the token is made for a heartbeat by an engineer, is not stored, and an older one counts no more', async () => {
  const id = await addCheck();
  const before = await urlOf(id);
  const url = await urlOf(id);
  expect((await call('GET', before)).status).toBe(404);
  expect((await call('GET', url)).status).toBe(200);
  const rows = await database.db.selectFrom('heartbeat').selectAll().where('check_id', '=', id).execute();
  expect(JSON.stringify(rows)).not.toContain(url.split('/').at(-1));
  const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  expect((await call('POST', `/checks/${id}/heartbeat-url`, as(viewer))).status).toBe(403);
  expect((await call('POST', `/checks/${await addCheck('tcp')}/heartbeat-url`, as(engineer))).status).toBe(409);
});

const refused: [string, string, RequestInit, number][] = [
  ['a token that nobody has', '/heartbeat/abc', {}, 404],
  ['a word that means nothing', '/heartbeat/abc/maybe', {}, 400],
  ['a token of a thousand letters', `/heartbeat/${'a'.repeat(1000)}`, {}, 414],
  ['a body of a megabyte', '/heartbeat/abc', { method: 'POST', body: 'x'.repeat(1_000_000) }, 413],
];
test.each(refused)('%s is refused', async (_, where, more, status) => {
  expect((await call('POST', where, more)).status).toBe(status);
});
