import { expect, test } from 'vitest';
import { compileTimePeriods } from '#checks/time-period/compile-periods.ts';
import { isInPeriod, nextInvalidMs, nextValidMs, rangesBetween } from '#checks/time-period/time-period.ts';
import { UTC } from '#checks/time-period/time-zone.ts';
import { at, berlin, iso, periodOf, zoneNamed } from './days-of-period.ts';

const everyDay = (times: string) =>
  Object.fromEntries(
    ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].map((day) => [day, times]),
  );

test.each([
  ['before nine it is not office time', '2026-11-30T08:59:59.999Z', false],
  ['nine sharp is', '2026-11-30T09:00:00Z', true],
  ['noon sharp is not', '2026-11-30T12:00:00Z', false],
  ['the last second before midnight is inside 24:00', '2026-12-01T23:59:59.999Z', true],
  ['midnight belongs to the next day', '2026-12-02T00:00:00Z', false],
])('%s', (_, instant, expected) => {
  const period = periodOf({ monday: '09:00-12:00,13:00-17:00', tuesday: '18:00-24:00' });
  expect(isInPeriod(period, at(instant))).toBe(expected);
});

test.each([
  ['a calendar date beats all others', '2026-05-04', 1],
  ['a month date beats the day of the month', '2027-05-04', 2],
  ['a day of the month beats a weekday of a month', '2026-04-04', 3],
  ['a weekday of a month beats the n-th weekday', '2026-06-01', 4],
  ['an n-th weekday beats the plain weekday', '2026-07-06', 5],
  ['a plain weekday comes last', '2026-07-13', 6],
])('%s', (_, date, hour) => {
  const period = periodOf({
    monday: '06:00-07:00',
    'monday 1': '05:00-06:00',
    'monday 1 june': '04:00-05:00',
    'day 4': '03:00-04:00',
    'may 4': '02:00-03:00',
    '2026-05-04': '01:00-02:00',
  });
  const ranges = rangesBetween(period, at(`${date}T00:00Z`), at(`${date}T24:00Z`));
  expect(ranges).toEqual([{ fromMs: at(`${date}T0${hour}:00Z`), toMs: at(`${date}T0${hour + 1}:00Z`) }]);
});

test('a holiday with 00:00-00:00 is closed, whatever the weekday says', () => {
  const period = periodOf({ ...everyDay('00:00-24:00'), 'december 25': '00:00-00:00' });
  expect(iso(nextInvalidMs(period, at('2026-12-01T00:00Z')))).toBe('2026-12-25T00:00:00Z');
  expect(iso(nextValidMs(period, at('2026-12-25T00:00Z')))).toBe('2026-12-26T00:00:00Z');
});

test('of two rules of one class the first that holds decides', () => {
  const period = periodOf({ 'day 1 - 15': '04:00-05:00', 'day 10': '08:00-09:00' });
  expect(iso(nextValidMs(period, at('2026-06-10T00:00Z')))).toBe('2026-06-10T04:00:00Z');
});

test('of a weekday that is given twice the last decides, as in Nagios', () => {
  const period = periodOf({ monday: ['01:00-02:00', '03:00-04:00'] });
  expect(iso(nextValidMs(period, at('2026-11-30T00:00Z')))).toBe('2026-11-30T03:00:00Z');
});

test('directives may be cut at their first blank, as a parser of Nagios files does', () => {
  const period = periodOf({ april: '10 - may 15 / 2 01:00-02:00', thursday: '-1 november 05:00-06:00' });
  expect(iso(nextValidMs(period, at('2026-04-11T00:00Z')))).toBe('2026-04-12T01:00:00Z');
  expect(iso(nextValidMs(period, at('2026-05-15T00:00Z')))).toBe('2026-11-26T05:00:00Z');
});

test('always has no end and never no beginning; neither is searched for longer than ten years', () => {
  expect(nextInvalidMs(periodOf(everyDay('00:00-24:00')), 0)).toBeUndefined();
  expect(nextValidMs(periodOf({}), 0)).toBeUndefined();
  expect(nextValidMs(periodOf({ '2050-01-01': '00:00-24:00' }), at('2026-01-01T00:00Z'))).toBeUndefined();
  expect(nextInvalidMs(periodOf({}), 77)).toBe(77);
});

test('what an excluded period excludes itself is inside again', () => {
  const period = periodOf({ monday: '00:00-24:00', exclude: 'night' }, UTC, [
    { timeperiod_name: 'night', monday: '00:00-06:00,20:00-24:00', exclude: ['backup'] },
    { timeperiod_name: 'backup', monday: '02:00-03:00' },
  ]);
  expect(
    rangesBetween(period, at('2026-11-30T00:00Z'), at('2026-12-01T00:00Z')).map(
      ({ fromMs, toMs }) => `${iso(fromMs)} ${iso(toMs)}`,
    ),
  ).toEqual(['2026-11-30T02:00:00Z 2026-11-30T03:00:00Z', '2026-11-30T06:00:00Z 2026-11-30T20:00:00Z']);
});

test('a period may exclude one of another time zone', () => {
  const period = periodOf({ ...everyDay('00:00-24:00'), exclude: 'tokyo' }, berlin, [
    { timeperiod_name: 'tokyo', use_timezone: 'Asia/Tokyo', tuesday: '09:00-10:00' },
  ]);
  expect(iso(nextInvalidMs(period, at('2026-11-30T00:00Z')))).toBe('2026-12-01T00:00:00Z');
  expect(iso(nextValidMs(period, at('2026-12-01T00:00Z')))).toBe('2026-12-01T01:00:00Z');
});

const clockChanges: [string, string, string, string[]][] = [
  ['in spring nine is nine', '09:00-10:00', '2026-03-29', ['07:00 08:00']],
  ['the day before it is another hour of UTC', '09:00-10:00', '2026-03-28', ['08:00 09:00']],
  ['the skipped hour does not happen', '02:00-03:00', '2026-03-29', []],
  ['a range into the skipped hour ends at the jump', '01:30-02:30', '2026-03-29', ['00:30 01:00']],
  ['a range out of the skipped hour begins at the jump', '02:30-03:30', '2026-03-29', ['01:00 01:30']],
  ['the doubled hour happens twice, as one stretch when whole', '02:00-03:00', '2026-10-25', ['00:00 02:00']],
  ['a part of the doubled hour happens twice', '02:15-02:45', '2026-10-25', ['00:15 00:45', '01:15 01:45']],
  ['a whole day of 25 hours', '00:00-24:00', '2026-10-25', ['-2:00 23:00']],
];
test.each(clockChanges)('Europe/Berlin: %s', (_, times, date, expected) => {
  const period = periodOf({ [date]: times }, berlin);
  const midnight = at(`${date}T00:00Z`);
  const clock = (ms: number): string => {
    const minutes = (ms - midnight) / 60_000;
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes - 60 * Math.floor(minutes / 60)).padStart(2, '0')}`;
  };
  const ranges = rangesBetween(period, midnight - 86_400_000, midnight + 2 * 86_400_000);
  expect(ranges.map(({ fromMs, toMs }) => `${clock(fromMs)} ${clock(toMs)}`)).toEqual(expected);
});

test.each([
  ['a zone with quarter hours', 'Asia/Kathmandu', '2026-05-01T00:00:00+05:45'],
  ['a zone with half hours of summer time', 'Australia/Lord_Howe', '2026-05-01T00:00:00+10:30'],
  ['a zone fourteen hours ahead', 'Pacific/Kiritimati', '2026-05-01T00:00:00+14:00'],
  ['a zone eleven hours behind', 'Pacific/Pago_Pago', '2026-05-01T00:00:00-11:00'],
])('%s has its own midnight', (_, zone, instant) => {
  const period = periodOf({ '2026-05-01': '00:00-24:00' }, zoneNamed(zone));
  expect(nextValidMs(period, at('2026-01-01T00:00Z'))).toBe(at(instant));
});

test('a day that a zone never had is not inside', () => {
  const period = periodOf({ '2011-12-30': '00:00-24:00' }, zoneNamed('Pacific/Apia'));
  expect(nextValidMs(period, at('2011-12-01T00:00Z'))).toBeUndefined();
});

test('all problems are told at once, with what is accepted, and the good rest is there', () => {
  const { periods, problems } = compileTimePeriods(
    [
      { timeperiod_name: 'good', monday: '09:00-17:00' },
      { timeperiod_name: 'bad', monday: '9-17', someday: '09:00-10:00', tuesday: '22:00-06:00', friday: '25:00-26:00' },
      { timeperiod_name: 'zoned', use_timezone: 'Mars/Olympus', monday: '09:00-10:00' },
      { timeperiod_name: 'after-bad', exclude: 'bad', monday: '09:00-17:00' },
      { timeperiod_name: 'lost', exclude: 'nowhere', monday: '09:00-17:00' },
      { timeperiod_name: 'good', monday: '01:00-02:00' },
      { monday: '01:00-02:00' },
    ],
    UTC,
  );
  expect([...periods.keys()]).toEqual(['good']);
  expect(problems.map(({ period, given, message }) => `${period}: ${given}: ${message}`)).toEqual([
    expect.stringMatching(/^bad: monday 9-17: has no times; accepted: HH:MM-HH:MM/),
    expect.stringMatching(/^bad: someday 09:00-10:00: "someday " is not a form of day; accepted: monday, 2026-12-25/),
    expect.stringMatching(/^bad: tuesday 22:00-06:00: "22:00-06:00" ends before it begins/),
    expect.stringMatching(/^bad: friday 25:00-26:00: .*accepted: 00:00 to 24:00/),
    expect.stringMatching(/^zoned: use_timezone Mars\/Olympus: is not a time zone/),
    expect.stringMatching(/^good: timeperiod_name good: is defined twice/),
    expect.stringMatching(/^: timeperiod_name: is missing/),
    expect.stringMatching(/^after-bad: exclude bad: "bad" has a problem of its own/),
    expect.stringMatching(/^lost: exclude nowhere: "nowhere" is not a time period. Known: good, /),
  ]);
});

test('periods that exclude one another in a ring are refused with the ring named', () => {
  const ring = (name: string, exclude: string) => ({ timeperiod_name: name, exclude, monday: '09:00-17:00' });
  const { periods, problems } = compileTimePeriods(
    [ring('a', 'b'), ring('b', 'c'), ring('c', 'b'), ring('self', 'self')],
    UTC,
  );
  expect(periods.size).toBe(0);
  expect(problems.map(({ message }) => message)).toEqual([
    'excludes itself: b → c → b',
    '"c" has a problem of its own',
    '"b" has a problem of its own',
    'excludes itself: self → self',
  ]);
});
