// The time periods of the recorded Nagios tree: all of them compile, and hold when they should.

import { expect, test } from 'vitest';
import { compileTimePeriods, type TimePeriodDefinition } from '#checks/time-period/compile-periods.ts';
import { isInPeriod, nextInvalidMs, nextValidMs } from '#checks/time-period/time-period.ts';
import { UTC } from '#checks/time-period/time-zone.ts';
import { isOwnCopy, readFixture } from '#test/support/fixtures.ts';
import { at, iso } from './days-of-period.ts';

interface ExpectedObjects {
  objects: { type: string; attrs: TimePeriodDefinition }[];
}
const { objects } = JSON.parse(readFixture('nagios', 'config', 'expected-objects.json')) as ExpectedObjects;
const definitions = objects.filter(({ type }) => type === 'timeperiod').map(({ attrs }) => attrs);
const { periods, problems } = compileTimePeriods(definitions, UTC);

test('every period that Nagios accepted compiles', () => {
  expect(problems).toEqual([]);
  expect(periods.size).toBe(definitions.length);
});

const closed: [string, string, boolean][] = [
  ['Christmas 2026 is closed all day', '2026-12-25T12:00Z', true],
  ['Christmas 2027 is not', '2027-12-25T12:00Z', false],
  ['New Year is closed in any year', '2031-01-01T23:59Z', true],
  ['the last day of the month closes at ten in the evening', '2026-02-28T22:00Z', true],
  ['and not before', '2026-02-28T21:59Z', false],
  ['the first half of the month has its early hour', '2026-02-15T04:30Z', true],
  ['the second half has not', '2026-02-16T04:30Z', false],
  ['every third day of early July has its own hours', '2026-07-04T09:00Z', true],
  ['on such a day the early hour of the month is off: a date decides alone', '2026-07-04T04:30Z', false],
  ['the days between keep the early hour', '2026-07-05T04:30Z', true],
  ['every second day from 10 April', '2026-04-12T01:30Z', true],
  ['the one between has not', '2026-04-13T01:30Z', false],
  ['the first Monday of May has the early hour: a day of the month stands above it', '2027-05-03T04:30Z', true],
  ['and so it is not closed all day', '2027-05-03T12:00Z', false],
  ['the last Thursday of November is closed', '2026-11-26T15:00Z', true],
];
// They speak of the periods of the tree in this repository; another capture has its own.
if (isOwnCopy) {
  test.each(closed)('closed: %s', (_, instant, expected) => {
    const period = periods.get('closed');
    expect(period && isInPeriod(period, at(instant))).toBe(expected);
  });

  test('the office has its lunch gap, its short Friday and none of the closed days', () => {
    const office = periods.get('office');
    if (!office) throw new Error('no period office');
    expect(iso(nextInvalidMs(office, at('2026-11-30T09:00Z')))).toBe('2026-11-30T12:30:00Z');
    expect(iso(nextValidMs(office, at('2026-11-30T12:30Z')))).toBe('2026-11-30T13:30:00Z');
    expect(iso(nextValidMs(office, at('2026-11-27T12:00Z')))).toBe('2026-11-30T09:00:00Z');
    expect(iso(nextValidMs(office, at('2026-11-25T17:30Z')))).toBe('2026-11-27T09:00:00Z');
    expect(iso(nextValidMs(office, at('2026-12-24T17:30Z')))).toBe('2026-12-28T09:00:00Z');
  });

  test('always never ends', () => {
    const always = periods.get('always');
    expect(always && nextInvalidMs(always, at('2026-11-30T09:00Z'))).toBeUndefined();
  });
}
