// Availability reports over the stored history: what held before the window, objects of which
// nothing is known, worst first, as a table, and many objects in bounded memory.

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AvailabilityApi, AvailabilityQuestion } from '#checks/api.ts';
import { createAvailability } from '#checks/availability-report/availability-report.ts';
import { deleteOldHistory } from '#checks/availability-report/history-upkeep.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { seedChecks, type SeededSite } from '../../support/seed-checks.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const clock = new FakeClock();
/** Monday 5 January 2026, 00:00 UTC; now is nine in the morning. */
const TODAY_MS = Date.UTC(2026, 0, 5);
let database: TestDatabase;
let site: SeededSite;
let availability: AvailabilityApi;

beforeAll(async () => {
  database = await openTestDatabase();
  site = await seedChecks(database.db, { hosts: 6, servicesPerHost: 3, nowMs: clock.nowMs(), seed: 3 });
  availability = createAvailability({ db: database.db, clock });
  await sql`truncate check_history`.execute(database.db);
  await write(
    site.serviceIds[0] ?? '',
    '-30 critical hard',
    '-25 ok hard',
    '-1 critical soft',
    '2 critical hard',
    '3 ok hard',
  );
  await write(site.serviceIds[1] ?? '', '-30 ok hard', '4 critical hard downtime', '6 ok hard');
  await write(site.serviceIds[2] ?? '', '-30 ok hard', '5 unwatched hard');
  await write(site.hostCheckIds[0] ?? '', '0 up hard', '8 down hard');
});
afterAll(() => database.close());

/** `4 critical hard downtime`: hours since midnight, state, type, and whether in downtime. */
async function write(checkId: string, ...lines: string[]): Promise<void> {
  const rows = lines.map((line) => {
    const [hours, state = '', type = '', downtime] = line.split(' ');
    return {
      ...{ check_id: checkId, at_ms: TODAY_MS + Number(hours) * HOUR_MS, state, state_type: type },
      in_downtime: downtime !== undefined,
    };
  });
  await database.db.insertInto('check_history').values(rows).execute();
}

const today = (more: Partial<AvailabilityQuestion> = {}): AvailabilityQuestion => ({
  ...{ fromMs: TODAY_MS, toMs: TODAY_MS + DAY_MS, counted: 'hard', targetPercent: 99, downtime: 'excluded' },
  ...more,
});

const of = async (checkId = '', more: Partial<AvailabilityQuestion> = {}) => {
  const [row] = (await availability.report(today({ checkId, ...more }), 10)).rows;
  if (!row) throw new Error('no row');
  const hours = Object.entries(row.states).flatMap(([state, { ms }]) => (ms > 0 ? [`${state} ${ms / HOUR_MS}`] : []));
  return { row, hours };
};

test('a retry before the window has not happened: what was hard before it holds', async () => {
  const { hours, row } = await of(site.serviceIds[0]);
  expect(hours).toEqual(['ok 8', 'critical 1']);
  expect(row).toMatchObject({ available: 88.888, outages: { count: 1 }, verdict: { verdict: 'missed' } });
  expect((await of(site.serviceIds[0], { counted: 'soft' })).hours).toEqual(['ok 6', 'critical 3']);
});

test('an outage in downtime is one, and is forgiven where downtime is taken out', async () => {
  const { row } = await of(site.serviceIds[1]);
  expect(row).toMatchObject({ available: 77.777, availableWithoutDowntime: 100, verdict: { verdict: 'met' } });
  expect(row).toMatchObject({ outages: { count: 1 }, unplannedOutages: { count: 0 } });
  expect(row.outageList).toMatchObject([{ fromMs: TODAY_MS + 4 * HOUR_MS, isPlanned: true, isOpen: false }]);
  expect((await of(site.serviceIds[1], { downtime: 'included' })).row.verdict.verdict).toBe('missed');
});

test('where nobody looked, and where nothing was ever written, is undetermined', async () => {
  expect((await of(site.serviceIds[2])).hours).toEqual(['ok 5', 'undetermined 4']);
  const { row, hours } = await of(site.serviceIds[3]);
  expect(hours).toEqual(['undetermined 9']);
  expect(row).toMatchObject({ available: undefined, verdict: { verdict: 'undetermined' } });
});

test('worst first, what is unknown last; services and hosts are summed up apart', async () => {
  const report = await availability.report(today({ hostId: site.hostIds[0] ?? '' }), 10);
  // By what the target is judged by: downtime is taken out.
  expect(report.rows.map((row) => row.availableWithoutDowntime)).toEqual([88.888, 88.888, 100, 100]);
  expect(report.rollUps).toMatchObject([
    { object: 'service', objects: 3, met: 2, missed: 1, worst: { name: 'core-1 · ssh' } },
    { object: 'host', objects: 1, missed: 1, worst: { name: 'core-1', availablePercent: 88.88888888888889 } },
  ]);
  const all = await availability.report(today(), 2);
  expect(all).toMatchObject({ total: 24, toMs: clock.nowMs() });
  expect(all.rows).toHaveLength(2);
});

test('by day of a zone; only the hours of a period count', async () => {
  const week = { fromMs: TODAY_MS - 2 * DAY_MS, bucket: 'day' as const, zone: 'Europe/Berlin' };
  const { row } = await of(site.serviceIds[0], week);
  expect(row.buckets.map(({ label }) => label)).toEqual(['2026-01-03', '2026-01-04', '2026-01-05']);
  await database.db
    .insertInto('time_period')
    .values({ name: 'office', definition: JSON.stringify({ monday: '02:00-04:00' }) })
    .execute();
  expect((await of(site.serviceIds[0], { period: 'office' })).hours).toEqual(['ok 1', 'critical 1']);
  expect(await availability.periods()).toEqual(['office']);
});

const refused: [string, Partial<AvailabilityQuestion>, RegExp][] = [
  ['an end before the start', { toMs: TODAY_MS }, /to: is not after from/],
  ['a start in the future', { fromMs: TODAY_MS + 10 * HOUR_MS }, /from: lies in the future/],
  ['more than three years', { fromMs: TODAY_MS - 1200 * DAY_MS }, /at most 1100 days/],
  ['a zone that does not exist', { zone: 'Mars' }, /zone: "Mars"/],
  ['a period that does not exist', { period: 'never' }, /period: "never" is not a time period/],
  ['a target above one hundred', { targetPercent: 101 }, /target: accepted/],
  ['a filter that makes no sense', { search: 'is:sad' }, /At character/],
];
for (const [what, more, message] of refused)
  test(`refused: ${what}`, () => expect(availability.report(today(more), 10)).rejects.toThrow(message));

test('the last day, week, month and year of one check', async () => {
  const spans = await availability.spans(site.serviceIds[1] ?? '');
  expect(spans.map(({ fromMs, toMs }) => (toMs - fromMs) / DAY_MS)).toEqual([1, 7, 30, 365]);
  expect(spans.map((span) => span.availableWithoutDowntime)).toEqual([100, 100, 100, 100]);
  expect(spans[3]?.available).toBeLessThan(95);
  await expect(availability.spans('nobody')).rejects.toThrow(/There is no check/);
});

test('old history goes in slices; what held at the edge of what is kept stays', async () => {
  const before = (await of(site.serviceIds[0])).hours;
  expect(await deleteOldHistory(database.db, TODAY_MS)).toBe(1);
  expect(await deleteOldHistory(database.db, TODAY_MS)).toBe(0);
  expect((await of(site.serviceIds[0])).hours).toEqual(before);
});

test('a thousand objects of a month, in many slices, are measured in bounded memory', { timeout: 60_000 }, async () => {
  const { db } = database;
  const big = await seedChecks(db, { hosts: 12, servicesPerHost: 98, nowMs: clock.nowMs(), seed: 4, prefix: 'big-' });
  // A hundred changes each: about three a day.
  await sql`insert into check_history (check_id, at_ms, state, state_type, in_downtime)
    select c.id, ${TODAY_MS - 30 * DAY_MS}::bigint + n::bigint * 25920000, case when n % 2 = 0 then 'ok' else 'critical' end,
      'hard', n % 7 = 1 from "check" c, generate_series(0, 99) as n where c.object = 'service'
      and c.id = any(${big.serviceIds}::uuid[])`.execute(db);
  await sql`analyze check_history`.execute(db);
  const month = today({ fromMs: TODAY_MS - 30 * DAY_MS, search: 'host:big-*' });
  let lines = 0;
  let most = 0;
  for await (const line of availability.csv({ ...month, bucket: 'day' })) {
    lines += line.split('\r\n').length - 1;
    most = Math.max(most, process.memoryUsage().heapUsed);
  }
  const report = await availability.report(month, 200);
  expect(report).toMatchObject({ total: 1188 });
  // The head, and 31 days of each: the month begins and ends within a day.
  expect(lines).toBe(1 + 1188 * 31);
  expect(most).toBeLessThan(400e6);
});
