// The day forms of Nagios time periods as values, in their order of priority (spec §7.4),
// and whether a day falls under one.

import { civilDateOf, dayOfMonth, daysInMonth, dayNumberOf, nthWeekday, weekdayOf } from './civil-date.ts';

/** Highest priority first: the first class with a matching day decides alone. */
export const DAY_CLASSES = ['date', 'month_date', 'month_day', 'month_weekday', 'nth_weekday', 'weekday'] as const;
export type DayClass = (typeof DAY_CLASSES)[number];

/** Day of a month, 1..31 or -1..-31 from its end. */
export interface MonthDay {
  day: number;
}
/** `nth` 1..5 or -1..-5; weekday 0 (Sunday) .. 6. */
export interface NthWeekday {
  weekday: number;
  nth: number;
}
interface InMonth {
  /** 1..12 */
  month: number;
}

/** `everyDays`: only each so many-th day, counted from the start of the range; 1 = all. */
interface Repeated {
  everyDays: number;
}

export type DayRule =
  /** Day numbers, both included; `to` is Infinity for `2026-07-01 / 3`, which never ends. */
  | ({ class: 'date'; from: number; to: number } & Repeated)
  | ({ class: 'month_date'; from: MonthDay & InMonth; to: MonthDay & InMonth } & Repeated)
  | ({ class: 'month_day'; from: MonthDay; to: MonthDay } & Repeated)
  | ({ class: 'month_weekday'; from: NthWeekday & InMonth; to: NthWeekday & InMonth } & Repeated)
  | ({ class: 'nth_weekday'; from: NthWeekday; to: NthWeekday } & Repeated)
  | { class: 'weekday'; weekday: number };

/**
 * Ranges within the year or the month wrap around: `august 2 - february 5` holds in January, `day 28 - 3` on the 2nd.
 * A start that a month does not have (`day 31` in June) makes the range void there; an end that it does not have means
 * its last day. Where Nagios 4.4.6 does otherwise, it is by mistake, and not repeated here: `august 2 - february 5` does
 * not hold in January, `february 20 - february 29` goes on into the next year where there is no 29th, and a range with a
 * step never ends. In all else 4,779 instants of 2026 asked of it ($ISVALIDTIME$) had the same answer.
 * Source: base/utils.c of Nagios Core, _get_matching_timerange.
 */
export function isRuleDay(rule: DayRule, localDay: number): boolean {
  switch (rule.class) {
    case 'weekday':
      return weekdayOf(localDay) === rule.weekday;
    case 'date':
      return isEveryNth(rule, localDay, rule.from, rule.to);
    case 'month_date': {
      const resolve = (end: MonthDay & InMonth, year: number): number | undefined =>
        dayOfMonth(year, end.month, end.day);
      return isInYear(rule, localDay, resolve, rule.to.day);
    }
    case 'month_weekday': {
      const resolve = (end: NthWeekday & InMonth, year: number): number | undefined =>
        nthWeekday(year, end.month, end.weekday, end.nth);
      return isInYear(rule, localDay, resolve, rule.to.nth);
    }
    case 'month_day':
      return isInMonth(rule, localDay, (end, year, month) => dayOfMonth(year, month, end.day), rule.to.day);
    case 'nth_weekday':
      return isInMonth(
        rule,
        localDay,
        (end, year, month) => nthWeekday(year, month, end.weekday, end.nth),
        rule.to.nth,
      );
    default:
      return rule satisfies never;
  }
}

function isInYear<End extends InMonth>(
  rule: { from: End; to: End } & Repeated,
  localDay: number,
  resolve: (end: End, year: number) => number | undefined,
  toCount: number,
): boolean {
  const { year } = civilDateOf(localDay);
  const from = resolve(rule.from, year);
  const to = resolve(rule.to, year) ?? lastOfMonth(toCount, year, rule.to.month);
  return isInCycle(rule, localDay, { from, to, previousFrom: resolve(rule.from, year - 1) ?? dayNumberOf(year, 1, 1) });
}

function isInMonth<End>(
  rule: { from: End; to: End } & Repeated,
  localDay: number,
  resolve: (end: End, year: number, month: number) => number | undefined,
  toCount: number,
): boolean {
  const { year, month } = civilDateOf(localDay);
  const from = resolve(rule.from, year, month);
  const to = resolve(rule.to, year, month) ?? lastOfMonth(toCount, year, month);
  const [lastYear, lastMonth] = month === 1 ? [year - 1, 12] : [year, month - 1];
  const previousFrom = resolve(rule.from, lastYear, lastMonth) ?? dayNumberOf(year, month, 1);
  return isInCycle(rule, localDay, { from, to, previousFrom });
}

/** An end counted from the front that slipped past the month is its last day; one counted from the back is none. */
const lastOfMonth = (count: number, year: number, month: number): number | undefined =>
  count > 0 ? dayNumberOf(year, month, daysInMonth(year, month)) : undefined;

function isInCycle(
  rule: Repeated,
  localDay: number,
  ends: { from: number | undefined; to: number | undefined; previousFrom: number },
): boolean {
  const { from, to, previousFrom } = ends;
  if (from === undefined || to === undefined) return false;
  if (from <= to) return isEveryNth(rule, localDay, from, to);
  return isEveryNth(rule, localDay, from, Infinity) || isEveryNth(rule, localDay, previousFrom, to);
}

const isEveryNth = ({ everyDays }: Repeated, localDay: number, from: number, to: number): boolean =>
  localDay >= from && localDay <= to && (localDay - from) % everyDays === 0;
