// The whole of checks with real parts: a service on the loopback that dies and comes
// back, real time in seconds, and two processes of which one runs the checks.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { createChecks, type Checks } from '#checks/service.ts';
import { toStoredEvent } from '#store/event-log.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { describeWithPeer, peerPath } from '../support/peer.ts';
import { quietKindDeps } from './kind-deps.ts';

let database: TestDatabase;
let hostId: string;
const open: Checks[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  hostId = uuidv7(0);
  await database.db
    .insertInto('host')
    .values({ id: hostId, name: 'localhost', ip: '127.0.0.1', cluster: 'c', created_at_ms: 0 })
    .execute();
});
afterAll(async () => {
  for (const checks of open) await checks.stop();
  await database.close();
});

function makeChecks(holder: string): Checks {
  const { db, notifications } = database;
  const checks = createChecks(
    {
      db,
      clock: systemClock(),
      log: silentLogger,
      notifications,
      ...quietKindDeps,
      appendHistory: () => {},
    },
    { holder, isAlone: false },
  );
  open.push(checks);
  return checks;
}

/** Waits for events to be committed, woken by the log itself. */
async function untilEvents(checkId: string, holds: (events: string[]) => boolean): Promise<string[]> {
  const deadline = AbortSignal.timeout(15_000);
  for (;;) {
    const woken = new Promise<void>((resolve) => {
      const leave = database.notifications.subscribe('plexus_event', () => (leave(), resolve()));
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
    const rows = await database.db
      .selectFrom('event')
      .selectAll()
      .where('check_id', '=', checkId)
      .orderBy('id')
      .execute();
    const told = rows.map(toStoredEvent).flatMap((event) => {
      if (event.kind === 'check.state_changed') return [`${event.data.to} ${event.data.type} ${event.data.attempt}`];
      return event.kind === 'check.rechecked' ? [`rechecked ${event.data.state}`] : [];
    });
    if (holds(told)) return told;
    if (deadline.aborted) throw new Error(`only this was told: ${told.join(', ')}`);
    await woken;
  }
}

const start = (checks: Checks) => checks.start(new AbortController().signal);

test('a web service dies and comes back: soft, hard, re-checked, well again', async () => {
  const checks = makeChecks('a');
  await start(checks);
  const web = http.createServer((_, response) => response.end('well'));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const { port } = web.address() as AddressInfo;
  web.closeAllConnections();
  await new Promise((resolve) => web.close(resolve));

  const id = await checks.api.create(SYSTEM, {
    name: 'web',
    hostId,
    kind: 'http',
    spec: { url: `http://$HOSTADDRESS$:${port}/`, bodyContains: 'well' },
    intervalSec: 60,
    retryIntervalSec: 1,
    maxAttempts: 2,
  });
  await untilEvents(id, (told) => told.includes('critical hard 2'));
  expect(await checks.api.get(id)).toMatchObject({
    state: 'critical',
    output: expect.stringContaining('ECONNREFUSED'),
  });

  await new Promise<void>((resolve) => web.listen(port, '127.0.0.1', resolve));
  await checks.api.runNow(SYSTEM, id);
  const told = await untilEvents(id, (events) => events.includes('rechecked ok'));
  expect(told).toEqual(['critical soft 1', 'critical hard 2', 'ok hard 2', 'rechecked ok']);
  web.closeAllConnections();
  web.close();
  await checks.stop();
  open.splice(open.indexOf(checks), 1);
});

test('two processes share the hosts, and one takes all of them when the other stops', async () => {
  const first = makeChecks('first');
  const second = makeChecks('second');
  await start(first);
  expect(first.counters()?.heldSlots).toBe(64);
  await start(second);
  const held = () => [first.counters()?.heldSlots ?? 0, second.counters()?.heldSlots ?? 0];
  await expect.poll(() => held().reduce((sum, slots) => sum + slots), { timeout: 10_000 }).toBe(64);
  await expect.poll(() => Math.min(...held()), { timeout: 10_000 }).toBeGreaterThan(16);
  await first.stop();
  open.splice(open.indexOf(first), 1);
  await expect.poll(() => second.counters()?.heldSlots, { timeout: 10_000 }).toBe(64);
  await second.stop();
  open.splice(open.indexOf(second), 1);
});

describeWithPeer(['check_dummy', 'check_procs'], 'a real plugin', () => {
  test('is run, judged and kept with its perfdata', async () => {
    const checks = makeChecks('plugins');
    await start(checks);
    const id = await checks.api.create(SYSTEM, {
      name: 'procs',
      hostId,
      kind: 'plugin',
      spec: { command: [peerPath('check_procs') ?? '', '-w', '0:0', '-c', '0:999999'] },
      maxAttempts: 1,
    });
    await untilEvents(id, (told) => told.includes('warning hard 1'));
    expect(await checks.api.get(id)).toMatchObject({
      state: 'warning',
      perfdata: [{ label: 'procs', metric: 'check.procs.procs', value: expect.any(Number) }],
    });
    await checks.stop();
    open.splice(open.indexOf(checks), 1);
  });
});
