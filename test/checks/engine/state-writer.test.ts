// Results on their way to the tables, against a real PostgreSQL: in order, with their events,
// once, and never for an object that another process or nobody has any more.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { NewEvent } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { slotLease } from '#checks/engine/host-slots.ts';
import { createStateWriter, type Kept } from '#checks/engine/state-writer.ts';
import type { RingEntry, StateRow } from '#checks/engine/state-rows.ts';
import { json } from '#store/json.ts';
import { takeLeases } from '#store/lease.ts';
import { transaction, type Db } from '#store/postgres.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const SLOT = 3;
const OTHER_SLOT = 4;
let database: TestDatabase;
let db: Db;
let hostId: string;
beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
  hostId = uuidv7(0);
  await db.insertInto('host').values({ id: hostId, name: 'web-1', cluster: 'c', created_at_ms: 0 }).execute();
});
afterAll(() => database.close());
beforeEach(() => db.deleteFrom('lease').execute());

const away = (code: string) => Object.assign(new Error(code), { code });

/** What the network does to the transactions of a database: nothing, or one of these. */
type Weather = 'fair' | 'away' | 'breaks after the commit';

async function open() {
  const clock = new FakeClock();
  const lease = { names: [SLOT, OTHER_SLOT].map(slotLease), holder: 'me', ttlMs: 60_000 };
  await takeLeases(db, { ...lease, nowMs: clock.nowMs() });
  let weather: Weather = 'fair';
  let transactions = 0;
  const stormy = {
    transaction: () => ({
      execute: async (work: Parameters<typeof transaction<unknown>>[1]) => {
        transactions++;
        if (weather === 'away') throw away('ECONNREFUSED');
        const result = await db.transaction().execute(work);
        if (weather === 'fair') return result;
        weather = 'fair';
        throw away('ECONNRESET');
      },
    }),
  } as unknown as Db;
  const writer = createStateWriter({ db: stormy, clock, log: silentLogger }, { holder: 'me' });
  return {
    clock,
    writer,
    transactions: () => transactions,
    turn(next: Weather): void {
      weather = next;
    },
    /** Lets real input and output happen until `holds`. */
    async until(holds: () => boolean | Promise<boolean>, stepMs = 0): Promise<void> {
      for (const endAt = performance.now() + 10_000; !(await holds());) {
        if (performance.now() > endAt) throw new Error('it did not come to pass');
        clock.advance(stepMs);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

interface Watched extends Kept {
  output: string;
  ring: RingEntry[];
  state: StateRow['state'];
  attempt: number;
}

async function addCheck(slot = SLOT): Promise<Watched> {
  const id = uuidv7(0);
  await db
    .insertInto('check')
    .values({
      ...{ id, name: id, host_id: hostId, kind: 'passive', spec: json({}), interval_sec: 60, retry_interval_sec: 60 },
      ...{ max_attempts: 3, timeout_sec: 10, created_at_ms: 0, updated_at_ms: 0 },
    })
    .execute();
  await db.insertInto('check_state').values({ check_id: id }).execute();
  const watched: Watched = {
    ...{ id, slot, hasRow: true, output: 'first', ring: [], state: 'ok', attempt: 1 },
    takeRing: () => watched.ring.splice(0),
    isRingDue: () => watched.ring.length > 0,
    stateRow: () => ({
      ...{ checkId: id, state: watched.state, stateType: 'hard', attempt: watched.attempt, machine: { history: '0' } },
      ...{ output: watched.output, longOutput: '', perfdata: '', lastCheckAtMs: 1, lastChangeAtMs: 1 },
      ...{ lastHardChangeAtMs: 1, lastOkAtMs: null, nextCheckAtMs: null, latencyMs: 0, executionMs: 0 },
      ...{ acknowledged: 'none', downtimeDepth: 0, isFlapping: false, mutedBy: null, via: 'active' },
    }),
  };
  return watched;
}

const said = (check: Watched, output: string): NewEvent => ({
  ...{ kind: 'check.output_changed', atMs: 1, hostId, checkId: check.id },
  data: { checkName: 'x', state: 'ok', output },
});
const stored = (check: Watched) =>
  db.selectFrom('check_state').selectAll().where('check_id', '=', check.id).executeTakeFirst();
const ringOf = async (check: Watched) =>
  (await db.selectFrom('check_ring').select('ring').where('check_id', '=', check.id).executeTakeFirst())?.ring ?? [];
const told = async (check: Watched): Promise<string[]> => {
  const rows = await db.selectFrom('event').select('data').where('check_id', '=', check.id).orderBy('id').execute();
  return rows.map(({ data }) => (data as { output: string }).output);
};

test('a change is committed at once: its state, ring, history and event together', async () => {
  const { writer } = await open();
  const check = await addCheck();
  Object.assign(check, { state: 'critical', output: 'broken', ring: [[1, 2, 'hard', 'broken']] });
  const row = { checkId: check.id, atMs: 5, state: 'critical' as const, stateType: 'hard' as const };
  const history = [{ ...row, inDowntime: false, output: 'broken' }];
  expect(await writer.commit(check, { events: [said(check, 'broken')], history })).toBe(true);
  expect(await stored(check)).toMatchObject({ state: 'critical', output: 'broken', checked_by: 'me' });
  expect(await ringOf(check)).toEqual([[1, 2, 'hard', 'broken']]);
  expect(await told(check)).toEqual(['broken']);
  const rows = await db.selectFrom('check_history').select('at_ms').where('check_id', '=', check.id).execute();
  expect(rows).toEqual([{ at_ms: 5 }]);
});

test('results that changed nothing are written together within a second, and not before', async () => {
  const { writer, clock, transactions } = await open();
  const checks = [await addCheck(), await addCheck(), await addCheck()];
  for (const check of checks) {
    check.output = 'still well';
    writer.touch(check);
    writer.touch(check);
  }
  clock.advance(999);
  expect(transactions()).toBe(0);
  expect(writer.waiting()).toBe(3);
  clock.advance(1);
  await writer.flush();
  expect(transactions()).toBe(1);
  for (const check of checks) expect((await stored(check))?.output).toBe('still well');
});

test('what happened to an object is told in the order in which it happened', async () => {
  const { writer } = await open();
  const check = await addCheck();
  const outputs = Array.from({ length: 50 }, (_, at) => `result ${at}`);
  const done = outputs.map((output) => {
    check.output = output;
    return writer.commit(check, { events: [said(check, output)] });
  });
  expect(new Set(await Promise.all(done))).toEqual(new Set([true]));
  expect(await told(check)).toEqual(outputs);
  expect((await stored(check))?.output).toBe('result 49');
});

test('a stream of changes does not keep quiet results waiting', async () => {
  const { writer, clock, until } = await open();
  const [busy, quiet] = [await addCheck(), await addCheck()];
  let isEnough = false;
  let waiting = 0;
  const change = (): void => {
    if (isEnough) return;
    if (waiting++ < 20) void writer.commit(busy, { events: [said(busy, 'change')] }).then(() => waiting--);
    else waiting--;
    setImmediate(change);
  };
  change();
  quiet.output = 'quiet';
  writer.touch(quiet);
  clock.advance(1000);
  try {
    await until(async () => (await stored(quiet))?.output === 'quiet');
    // And whoever gives slots up need not wait for the end of the stream.
    await writer.flush();
  } finally {
    isEnough = true;
  }
  await writer.flush();
});

test('a change that waits is never half written by a quiet result of the same object', async () => {
  const { writer, clock, turn, until } = await open();
  const [first, second] = [await addCheck(), await addCheck()];
  turn('away');
  void writer.commit(first, { events: [said(first, 'a')] });
  writer.touch(second);
  clock.advance(1000);
  second.output = 'changed';
  void writer.commit(second, { events: [said(second, 'changed')] });
  turn('fair');
  await until(async () => (await stored(second))?.output === 'changed', 100);
  expect(await told(second)).toEqual(['changed']);
  await writer.flush();
});

test('a batch whose connection broke after the commit is there once', async () => {
  const { writer, turn, until } = await open();
  const check = await addCheck();
  check.ring = [[1, 0, 'hard', 'a']];
  turn('breaks after the commit');
  let isDone: boolean | undefined;
  void writer.commit(check, { events: [said(check, 'once')] }).then((done) => (isDone = done));
  await until(() => isDone !== undefined, 100);
  expect(isDone).toBe(true);
  expect(await told(check)).toEqual(['once']);
  expect(await ringOf(check)).toHaveLength(1);
});

test('nor are quiet results in the ring twice', async () => {
  const { writer, clock, turn, until } = await open();
  const check = await addCheck();
  check.ring = [[1, 0, 'hard', 'a']];
  turn('breaks after the commit');
  writer.touch(check);
  clock.advance(1000);
  await until(() => writer.waiting() === 0 && check.ring.length === 0, 100);
  let isFlushed = false;
  void writer.flush().then(() => (isFlushed = true));
  await until(() => isFlushed, 100);
  expect(await ringOf(check)).toHaveLength(1);
});

test('while the database is away everything waits, one entry for each object, and is written when it is back', async () => {
  const { writer, turn, until, clock } = await open();
  const checks = await Promise.all(Array.from({ length: 5 }, () => addCheck()));
  turn('away');
  for (let round = 0; round < 300; round++) {
    for (const check of checks) {
      check.output = `round ${round}`;
      writer.touch(check);
    }
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(writer.waiting()).toBeLessThanOrEqual(checks.length);
  turn('fair');
  await until(async () => (await stored(checks[4] as Watched))?.output === 'round 299', 1000);
});

test('slots that another process took are not written, whatever was under way', async () => {
  const { writer, clock, turn, until } = await open();
  const [lost, kept] = [await addCheck(SLOT), await addCheck(OTHER_SLOT)];
  turn('away');
  lost.output = 'too late';
  const results: boolean[] = [];
  void writer.commit(lost, { events: [said(lost, 'too late')] }).then((done) => results.push(done));
  await until(() => writer.waiting() === 0);
  await takeLeases(db, { names: [slotLease(SLOT)], holder: 'other', nowMs: clock.nowMs() + 61_000, ttlMs: 60_000 });
  turn('fair');
  void writer.commit(kept, { events: [said(kept, 'ours')] }).then((done) => results.push(done));
  await until(() => results.length === 2, 100);
  expect(results).toEqual([false, true]);
  expect(await told(lost)).toEqual([]);
  expect((await stored(lost))?.output).toBe('');
});

test('what waits of slots that were lost is dropped', async () => {
  const { writer, turn, until } = await open();
  const [first, lost] = [await addCheck(OTHER_SLOT), await addCheck(SLOT)];
  turn('away');
  const done = [writer.commit(first, { events: [said(first, 'a')] })];
  await until(() => writer.waiting() === 0);
  done.push(writer.commit(lost, { events: [said(lost, 'b')] }));
  writer.touch(lost);
  writer.drop(new Set([SLOT]));
  turn('fair');
  let results: boolean[] = [];
  void Promise.all(done).then((all) => (results = all));
  await until(() => results.length === 2, 100);
  expect(results).toEqual([true, false]);
  expect(await told(lost)).toEqual([]);
});

test('of a check that was deleted while its result was on the way nothing is told, and what came with it is done', async () => {
  const { writer } = await open();
  const [gone, other] = [await addCheck(), await addCheck()];
  await db.deleteFrom('check').where('id', '=', gone.id).execute();
  let isApplied = false;
  const apply = () => Promise.resolve(void (isApplied = true));
  const done = [
    writer.commit(gone, { events: [said(gone, 'a ghost')], apply }),
    writer.commit(other, { events: [said(other, 'alive')] }),
  ];
  expect(await Promise.all(done)).toEqual([false, true]);
  expect([await told(gone), await told(other), isApplied]).toEqual([[], ['alive'], true]);
});

test('a host without a check of its own has no row, and its events are told', async () => {
  const { writer } = await open();
  const host = { ...(await addCheck()), id: hostId, hasRow: false };
  const event: NewEvent = { ...said(host, 'the host'), checkId: host.id };
  expect(await writer.commit(host, { events: [event] })).toBe(true);
  expect(await told(host)).toEqual(['the host']);
});

test('a result that the database refuses keeps no other waiting, and is written when it can be', async () => {
  const { writer, until } = await open();
  const checks = await Promise.all(Array.from({ length: 7 }, () => addCheck()));
  const bad = checks[3] as Watched;
  bad.attempt = 0.5;
  bad.ring = [[1, 0, 'hard', 'kept']];
  const results = new Map<Watched, boolean>();
  for (const check of checks)
    void writer.commit(check, { events: [said(check, 'one')] }).then((done) => results.set(check, done));
  await until(() => results.size === 6);
  void writer.commit(bad, { events: [said(bad, 'two')] }).then((done) => results.set(bad, done));
  writer.touch(bad);
  expect(await told(bad)).toEqual([]);
  bad.attempt = 1;
  await until(() => results.size === 7, 1000);
  expect(await told(bad)).toEqual(['one', 'two']);
  expect(await ringOf(bad)).toHaveLength(1);
});

test('thousands of changes of one object, kept over an outage, are no more than the database takes at once', async () => {
  const { writer, turn, until } = await open();
  const check = await addCheck();
  turn('away');
  const done = [writer.commit(check, {})];
  await until(() => writer.waiting() === 0);
  for (let at = 0; at < 10_000; at++) done.push(writer.commit(check, { events: [said(check, `${at}`)] }));
  turn('fair');
  let results: boolean[] = [];
  void Promise.all(done).then((all) => (results = all));
  await until(() => results.length > 0, 100);
  expect(new Set(results)).toEqual(new Set([true]));
  expect(await told(check)).toEqual(Array.from({ length: 10_000 }, (_, at) => `${at}`));
});

test('stops at once while the database is away, and says of what waits that it will not be written', async () => {
  const { writer, turn, until } = await open();
  const check = await addCheck();
  turn('away');
  const results: boolean[] = [];
  void writer.commit(check, { events: [said(check, 'lost')] }).then((done) => results.push(done));
  await until(() => writer.waiting() === 0);
  await writer.stop();
  expect(results).toEqual([false]);
});
