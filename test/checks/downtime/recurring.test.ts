// Downtimes that repeat: planned two days ahead, once each whoever plans them, and anew when
// they are changed.

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DowntimesApi, RecurringOrder } from '#checks/api.ts';
import { createDowntimes } from '#checks/downtime/downtimes.ts';
import { createRecurringPlanner, planAllAhead } from '#checks/downtime/recurring-planner.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { seedChecks, type SeededSite } from '../../support/seed-checks.ts';

const HOUR_MS = 3_600_000;
const actor = { ...SYSTEM, label: 'user:anna' };
let clock: FakeClock;
let database: TestDatabase;
let site: SeededSite;
let downtimes: DowntimesApi;
let networkId: string;

beforeAll(async () => {
  database = await openTestDatabase();
  site = await seedChecks(database.db, { hosts: 12, servicesPerHost: 3, nowMs: new FakeClock().nowMs(), seed: 3 });
  networkId = (
    await database.db.selectFrom('host_group').select('id').where('name', '=', 'network').executeTakeFirstOrThrow()
  ).id;
});
afterAll(() => database.close());
beforeEach(async () => {
  // Monday 5 January 2026, 09:00 UTC.
  clock = new FakeClock();
  downtimes = createDowntimes({ db: database.db, clock });
  await sql`truncate downtime, recurring_downtime, check_inbox, event, lease restart identity cascade`.execute(
    database.db,
  );
});

const backup = (more: Partial<RecurringOrder> = {}): RecurringOrder => ({
  name: 'backup',
  target: {
    ...{ hostIds: [], checkIds: [], groupIds: [networkId], serviceGroups: [], filter: null, withServices: false },
    children: 'none',
  },
  schedule: {
    zone: 'Europe/Berlin',
    days: { tuesday: '02:00-03:00', wednesday: '02:00-03:00', friday: '02:00-03:00' },
  },
  isFixed: true,
  durationMs: 0,
  comment: 'nightly backup',
  enabled: true,
  ...more,
});

const planner = (holder: string) => ({ db: database.db, clock, log: silentLogger, holder });

async function planned(): Promise<string[]> {
  const { rows } = await sql<{ at: number; count: number }>`
    select starts_at_ms as at, count(*)::integer as count from downtime where status <> 'cancelled'
    group by 1 order by 1`.execute(database.db);
  return rows.map(({ at, count }) => `${new Date(at).toISOString().slice(0, 16)} × ${count}`);
}

const asked = async (what: string): Promise<number> =>
  (
    await sql<{ n: number }>`select count(*)::integer as n from check_inbox where body ->> 'do' = ${what}`.execute(
      database.db,
    )
  ).rows[0]?.n ?? 0;

/** Carries out what was asked of the engine: none runs here. */
const cancelAsked = () =>
  sql`update downtime set status = 'cancelled' where id in (
    select (body ->> 'downtimeId')::bigint from check_inbox where body ->> 'do' = 'cancel_downtime')`.execute(
    database.db,
  );

test('the next two days are planned at once, and the days after as they come near', async () => {
  const id = await downtimes.recurring.create(actor, backup());
  expect(await planned()).toEqual(['2026-01-06T01:00 × 5', '2026-01-07T01:00 × 5']);
  expect((await downtimes.recurring.get(id)).next.map(({ startMs }) => new Date(startMs).toISOString())).toEqual([
    ...['2026-01-06T01:00:00.000Z', '2026-01-07T01:00:00.000Z', '2026-01-09T01:00:00.000Z'],
    ...['2026-01-13T01:00:00.000Z', '2026-01-14T01:00:00.000Z'],
  ]);
  expect(await planAllAhead(planner('a'))).toBe(0);
  clock.advance(48 * HOUR_MS);
  expect(await planAllAhead(planner('a'))).toBe(5);
  expect((await planned()).at(-1)).toBe('2026-01-09T01:00 × 5');
});

test('two processes that plan at the same moment plan everything once', async () => {
  await downtimes.recurring.create(actor, backup());
  await sql`truncate downtime cascade`.execute(database.db);
  const counts = await Promise.all(['a', 'b', 'c'].map((holder) => planAllAhead(planner(holder))));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10);
  expect(await planned()).toEqual(['2026-01-06T01:00 × 5', '2026-01-07T01:00 × 5']);
});

test('a host that joins the group is planned with the next look, and one that is cancelled stays so', async () => {
  await downtimes.recurring.create(actor, backup());
  const [first] = (await downtimes.list({}, { limit: 1 })).items;
  await downtimes.cancel(actor, { ids: [first?.id ?? ''], batches: [] });
  await cancelAsked();
  const hostId = site.hostIds[8] ?? '';
  await database.db.insertInto('host_group_member').values({ group_id: networkId, host_id: hostId }).execute();
  expect(await planAllAhead(planner('a'))).toBe(2);
  await database.db
    .deleteFrom('host_group_member')
    .where('host_id', '=', hostId)
    .where('group_id', '=', networkId)
    .execute();
  expect(await planned()).toEqual(['2026-01-06T01:00 × 6', '2026-01-07T01:00 × 5']);
});

test('a change cancels what is pending and plans anew; what is under way goes on and is not begun twice', async () => {
  const id = await downtimes.recurring.create(actor, backup());
  clock.advance(16.5 * HOUR_MS);
  await sql`update downtime set status = 'active' where starts_at_ms < ${clock.nowMs()}`.execute(database.db);
  await downtimes.recurring.update(
    actor,
    id,
    backup({ comment: 'slower backup', version: 1 } as Partial<RecurringOrder>),
  );
  expect(await asked('cancel_downtime')).toBe(5);
  await cancelAsked();
  expect(await planned()).toEqual(['2026-01-06T01:00 × 5', '2026-01-07T01:00 × 5']);
  const { items } = await downtimes.batches({ recurringId: id, status: ['pending', 'active'] });
  expect(items.map(({ status, comment }) => `${status} ${comment}`)).toEqual([
    'active nightly backup',
    'pending slower backup',
  ]);
  await expect(downtimes.recurring.update(actor, id, { ...backup(), version: 1 })).rejects.toThrow(/at version 2/);
});

test('switched off or deleted, nothing pending is left', async () => {
  const id = await downtimes.recurring.create(actor, backup());
  await downtimes.recurring.update(actor, id, backup({ enabled: false }));
  await cancelAsked();
  expect(await planned()).toEqual([]);
  expect(await planAllAhead(planner('a'))).toBe(0);
  await downtimes.recurring.update(actor, id, backup());
  expect(await planned()).toHaveLength(2);
  await downtimes.recurring.remove(actor, id);
  await cancelAsked();
  expect(await planned()).toEqual([]);
  await expect(downtimes.recurring.get(id)).rejects.toThrow(/There is no recurring downtime/);
});

test('the planner plans when it starts, and one process does it for all', async () => {
  await downtimes.recurring.create(actor, backup());
  await sql`truncate downtime cascade`.execute(database.db);
  const service = createRecurringPlanner(planner('a'));
  await service.start(new AbortController().signal);
  await expect.poll(planned).toHaveLength(2);
  await service.stop();
  const lease = await database.db.selectFrom('lease').select(['name', 'holder']).execute();
  expect(lease).toEqual([{ name: 'checks:recurring', holder: 'a' }]);
});

const refused: [string, Partial<RecurringOrder>, RegExp][] = [
  [
    'a zone that does not exist',
    { schedule: { zone: 'Mars', days: { monday: '02:00-03:00' } } },
    /schedule.zone: "Mars"/,
  ],
  ['no day', { schedule: { zone: 'UTC', days: {} } }, /schedule.days: is empty/],
  ['a day that is none', { schedule: { zone: 'UTC', days: { someday: '02:00-03:00' } } }, /schedule.days: someday/],
  ['times that are none', { schedule: { zone: 'UTC', days: { monday: 'noon' } } }, /schedule.days: monday noon/],
  ['a flexible one without a duration', { isFixed: false }, /durationSec/],
];
for (const [what, more, message] of refused) {
  test(`refused: ${what}`, async () => {
    await expect(downtimes.recurring.create(actor, backup(more))).rejects.toThrow(message);
  });
}

test('while it is written the next five times are told, or what is wrong', () => {
  const { occurrences } = downtimes.recurring;
  const firsts = { zone: 'UTC', days: { 'monday 1': '22:00-04:00' } };
  expect(occurrences(firsts).map(({ startMs, endMs }) => (endMs - startMs) / HOUR_MS)).toEqual([6, 6, 6, 6, 6]);
  expect(() => occurrences({ zone: 'UTC', days: { someday: '22:00-04:00' } })).toThrow(/someday/);
});

test('refused: a name that is taken', async () => {
  await downtimes.recurring.create(actor, backup());
  await expect(downtimes.recurring.create(actor, backup())).rejects.toThrow(/There is a recurring downtime "backup"/);
});
