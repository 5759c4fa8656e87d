import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRecurring, occurrences, type RecurringDefinition } from '#checks/time-period/recurring-schedule.ts';
import { UTC, type TimeZone } from '#checks/time-period/time-zone.ts';
import { at, berlin, iso, periodOf } from './days-of-period.ts';

function occurrencesOf(definition: RecurringDefinition, zone: TimeZone, from: string, to: string): string[] {
  const { schedule, problems } = compileRecurring(definition);
  expect(problems).toEqual([]);
  return occurrences(schedule, zone, at(from), at(to)).map(({ startMs, endMs }) => `${iso(startMs)} ${iso(endMs)}`);
}

test('a weekly downtime comes once a week', () => {
  expect(occurrencesOf({ ranges: { monday: '02:00-03:00' } }, UTC, '2026-11-30T00:00Z', '2026-12-14T00:00Z')).toEqual([
    '2026-11-30T02:00:00Z 2026-11-30T03:00:00Z',
    '2026-12-07T02:00:00Z 2026-12-07T03:00:00Z',
  ]);
});

test('a night goes over midnight and is one downtime, whole, even when asked from within', () => {
  const night = { ranges: { monday: '22:00-04:00' } };
  const whole = ['2026-11-30T22:00:00Z 2026-12-01T04:00:00Z'];
  expect(occurrencesOf(night, UTC, '2026-11-30T00:00Z', '2026-12-02T00:00Z')).toEqual(whole);
  expect(occurrencesOf(night, UTC, '2026-12-01T03:59:59Z', '2026-12-02T00:00Z')).toEqual(whole);
  expect(occurrencesOf(night, UTC, '2026-12-01T04:00:00Z', '2026-12-02T00:00Z')).toEqual([]);
});

test.each([
  ['a range in the skipped hour happens at the jump, in its length', '02:15-02:45', '2026-03-29', '01:00 01:30'],
  ['a start in the skipped hour waits for the jump and keeps the length', '02:30-04:00', '2026-03-29', '01:00 02:30'],
  ['an end in the skipped hour is the jump', '01:00-02:30', '2026-03-29', '00:00 01:00'],
  ['a night over the jump is an hour shorter', '00:00-06:00', '2026-03-29', '-1:00 04:00'],
  [
    'a range in the doubled hour begins at the first and ends at the second',
    '02:15-02:45',
    '2026-10-25',
    '00:15 01:45',
  ],
  ['a night over the doubled hour is an hour longer', '00:00-06:00', '2026-10-25', '-2:00 05:00'],
  ['a start in the doubled hour is the first', '02:30-04:00', '2026-10-25', '00:30 03:00'],
])('Europe/Berlin: %s', (_, times, date, expected) => {
  const { schedule } = compileRecurring({ ranges: { [date]: times } });
  const midnight = at(`${date}T00:00Z`);
  const found = occurrences(schedule, berlin, midnight - 86_400_000, midnight + 86_400_000);
  const clock = (ms: number): string => {
    const minutes = (ms - midnight) / 60_000;
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes - 60 * Math.floor(minutes / 60)).padStart(2, '0')}`;
  };
  expect(found.map(({ startMs, endMs }) => `${clock(startMs)} ${clock(endMs)}`)).toEqual([expected]);
});

test('no downtime begins within an excluded period', () => {
  const holidays = periodOf({ 'december 25': '00:00-24:00' });
  const daily = { ranges: { 'day 24 - 26': '02:00-03:00' }, excludes: [holidays] };
  expect(occurrencesOf(daily, UTC, '2026-12-20T00:00Z', '2026-12-31T00:00Z')).toEqual([
    '2026-12-24T02:00:00Z 2026-12-24T03:00:00Z',
    '2026-12-26T02:00:00Z 2026-12-26T03:00:00Z',
  ]);
});

test('a day with 00:00-00:00 has none', () => {
  expect(
    occurrencesOf(
      { ranges: { monday: '02:00-03:00', '2026-11-30': '00:00-00:00' } },
      UTC,
      '2026-11-30T00:00Z',
      '2026-12-01T00:00Z',
    ),
  ).toEqual([]);
});

test('every range of every day happens exactly once, and the same for every window asked', () => {
  const { schedule } = compileRecurring({ ranges: { 'day 1 - 31': '02:20-02:40,23:30-00:30' } });
  const [fromMs, toMs] = [at('2026-01-01T00:00Z'), at('2027-01-01T00:00Z')];
  const all = occurrences(schedule, berlin, fromMs, toMs);
  const startsInYear = all.filter(
    ({ startMs }) => startMs >= at('2026-01-01T00:00+01:00') && startMs < at('2027-01-01T00:00+01:00'),
  );
  expect(startsInYear).toHaveLength(2 * 365);
  fc.assert(
    fc.property(
      fc.integer({ min: fromMs, max: toMs - 1 }),
      fc.integer({ min: 1, max: 3 * 86_400_000 }),
      (windowMs, lengthMs) => {
        const endMs = Math.min(windowMs + lengthMs, toMs);
        expect(occurrences(schedule, berlin, windowMs, endMs)).toEqual(
          all.filter((each) => each.startMs < endMs && each.endMs > windowMs),
        );
      },
    ),
  );
});

test('problems name the day as it was given', () => {
  expect(compileRecurring({ ranges: { monday: '02:00', funday: '02:00-03:00' } }).problems).toMatchObject([
    { given: 'monday 02:00', message: expect.stringContaining('no time range') },
    { given: 'funday 02:00-03:00', message: expect.stringContaining('not a form of day') },
  ]);
});
