import { expect, test } from 'vitest';
import { civilDateOf, dateText, dayNumberOf, daysInMonth, weekdayOf } from '#checks/time-period/civil-date.ts';
import { isRuleDay } from '#checks/time-period/day-rule.ts';
import { parseDayRule } from '#checks/time-period/parse-day-rule.ts';

/** Days of a year under a form, as MM-DD. */
function daysIn(year: number, form: string): string[] {
  const parsed = parseDayRule(form);
  if (!parsed.ok) throw new Error(parsed.message);
  const days: string[] = [];
  for (let day = dayNumberOf(year, 1, 1); day < dayNumberOf(year + 1, 1, 1); day++)
    if (isRuleDay(parsed.rule, day)) days.push(dateText(day).slice(5));
  return days;
}

const MONTHS = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10', '11', '12'];
const inEachMonth = (...days: string[]): string[] => MONTHS.flatMap((month) => days.map((day) => `${month}-${day}`));

const cases: [string, number, string, string[]][] = [
  ['a calendar date holds once', 2026, '2026-12-25', ['12-25']],
  ['a calendar date does not hold a year later', 2027, '2026-12-25', []],
  ['a range of dates holds both ends', 2026, '2026-07-01 - 2026-07-03', ['07-01', '07-02', '07-03']],
  [
    'every third day counts from the first',
    2026,
    '2026-07-01 - 2026-07-14 / 3',
    ['07-01', '07-04', '07-07', '07-10', '07-13'],
  ],
  ['a step on one date goes on for ever', 2026, '2025-12-01 / 100', ['03-11', '06-19', '09-27']],
  ['january 1 comes every year', 2031, 'january 1', ['01-01']],
  ['february 29 comes in leap years', 2028, 'february 29', ['02-29']],
  ['february 29 does not come in other years', 2027, 'february 29', []],
  ['2100 is no leap year', 2100, 'february 29', []],
  ['february -1 is its last day', 2028, 'february -1', ['02-29']],
  ['an end that February lacks is its last day', 2027, 'february 27 - february 29', ['02-27', '02-28']],
  ['a range within a month may name it once', 2026, 'march 3 - 5', ['03-03', '03-04', '03-05']],
  ['a range over months steps on', 2026, 'april 28 - may 3 / 2', ['04-28', '04-30', '05-02']],
  ['a range over New Year holds on both sides', 2026, 'december 30 - january 2', ['01-01', '01-02', '12-30', '12-31']],
  ['the steps of a range go on over New Year', 2026, 'december 30 - january 3 / 2', ['01-01', '01-03', '12-30']],
  ['day 1 is the first of each month', 2026, 'day 1', inEachMonth('01')],
  [
    'day -1 is the last of each month',
    2027,
    'day -1',
    ['01-31', '02-28', '03-31', '04-30', '05-31', '06-30', '07-31', '08-31', '09-30', '10-31', '11-30', '12-31'],
  ],
  ['day 31 skips short months', 2026, 'day 31', ['01-31', '03-31', '05-31', '07-31', '08-31', '10-31', '12-31']],
  ['a range of days', 2026, 'day 1 - 3', inEachMonth('01', '02', '03')],
  ['a range of days may say day twice', 2026, 'day 1 - day 3', inEachMonth('01', '02', '03')],
  [
    'a range of days goes over the end of the month',
    2027,
    'day -1 - 1',
    [...daysIn(2027, 'day -1'), ...inEachMonth('01')].toSorted(),
  ],
  ['the fifth monday is there in some months', 2026, 'monday 5', ['03-30', '06-29', '08-31', '11-30']],
  ['the last thursday of november', 2026, 'thursday -1 november', ['11-26']],
  ['the first monday of may', 2026, 'monday 1 may', ['05-04']],
  ['from one weekday of a month to another', 2026, 'monday 1 may - wednesday 1 may', ['05-04', '05-05', '05-06']],
  [
    'from the last monday of may to the first of june',
    2026,
    'monday -1 may - monday 1 june',
    ['05-25', '05-26', '05-27', '05-28', '05-29', '05-30', '05-31', '06-01'],
  ],
  ['a second weekday without its name is the same weekday', 2026, 'monday 1 - 1', daysIn(2026, 'monday 1')],
  ['letters and blanks do not matter', 2026, '  Thursday  -1   November ', ['11-26']],
];
test.each(cases)('%s', (_, year, form, days) => expect(daysIn(year, form)).toEqual(days));

test('mondays are 52 in a year, seven days apart', () => {
  expect(daysIn(2026, 'monday')).toHaveLength(52);
  expect(daysIn(2026, 'monday').slice(0, 2)).toEqual(['01-05', '01-12']);
});

test.each([
  ['', 'not a form of day'],
  ['someday', 'not a form of day'],
  ['2026-02-30', 'not a day of the calendar'],
  ['2026-13-01', 'not a day of the calendar'],
  ['2026-07-14 - 2026-07-01', 'before it begins'],
  ['2026-07-01 - 2026-07-14 / 0', 'no step'],
  ['february 30', 'february has no day 30'],
  ['day 0', 'day has no day 0'],
  ['day 32', 'day has no day 32'],
  ['monday 6', '1 to 5'],
  ['monday 0 may', '1 to 5'],
  ['monday 1 mai', 'not a form of day'],
  ['monday 1 may - 2', 'not a form of day'],
  ['monday 1 - january 2', 'not a form of day'],
  ['monday / 2', 'not a form of day'],
  ['january 1 / 2', 'needs a range'],
  ['day 1 - ', 'not a form of day'],
])('%j is refused and says why', (form, reason) => {
  const parsed = parseDayRule(form);
  expect(parsed).toMatchObject({ ok: false, message: expect.stringContaining(reason) });
});

test('days and dates agree with the calendar of the machine for eight hundred years', () => {
  for (let day = dayNumberOf(1600, 1, 1); day < dayNumberOf(2400, 1, 1); day += 13) {
    const date = new Date(day * 86_400_000);
    const { year, month, day: dayInMonth } = civilDateOf(day);
    expect([year, month, dayInMonth]).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
    expect(dayNumberOf(year, month, dayInMonth)).toBe(day);
    expect(weekdayOf(day)).toBe(date.getUTCDay());
    expect(daysInMonth(year, month)).toBe(new Date(Date.UTC(year, month, 0)).getUTCDate());
  }
});
