// Asks a compiled time period: is this instant inside, when is the next one that is or
// is not, which ranges does it have. Works by days of UTC, each computed once and kept.

import { DAY_MS } from './civil-date.ts';
import { isInRanges, rangesOf, toRangeList, type RangeList, type TimeRange } from './range-list.ts';

/** How far ahead a next instant is looked for; beyond it, there is none. */
const SEARCH_DAYS = 3653;

/**
 * An instant is inside when the clock on the wall of the period's zone shows, at that instant, a time that is inside.
 * So 02:00-03:00 does not happen on the day when the clock jumps from 2 to 3, happens twice where it is set back, and
 * 09:00 is nine o'clock on every day (Nagios counts seconds from midnight, and is an hour off on those days).
 * A range holds its start and not its end, where Nagios also takes the first second of the end.
 */
export interface TimePeriod {
  name: string;
  alias: string;
  /** IANA name. */
  zoneName: string;
  /** Ranges inside one day of UTC, counted from 1970-01-01; what is excluded is taken out. */
  rangesOfUtcDay(utcDay: number): RangeList;
}

/** Days that a period remembers: a year of a report, and the days of now. */
const MAX_CACHED_DAYS = 800;

/** Gives `compute` a memory, with the last day at hand: thousands of checks ask for the same one. */
export function rememberDays(compute: (utcDay: number) => RangeList): (utcDay: number) => RangeList {
  const days = new Map<number, RangeList>();
  let lastDay = NaN;
  let lastRanges: RangeList = [];
  return (utcDay) => {
    if (utcDay === lastDay) return lastRanges;
    let ranges = days.get(utcDay);
    if (!ranges) {
      ranges = compute(utcDay);
      if (days.size >= MAX_CACHED_DAYS) days.delete(days.keys().next().value ?? utcDay);
      days.set(utcDay, ranges);
    }
    lastDay = utcDay;
    lastRanges = ranges;
    return ranges;
  };
}

export const isInPeriod = (period: TimePeriod, atMs: number): boolean =>
  isInRanges(period.rangesOfUtcDay(Math.floor(atMs / DAY_MS)), atMs);

/** First instant inside, `fromMs` itself included; undefined when there is none within ten years. */
export function nextValidMs(period: TimePeriod, fromMs: number): number | undefined {
  const firstDay = Math.floor(fromMs / DAY_MS);
  for (let day = firstDay; day <= firstDay + SEARCH_DAYS; day++)
    for (const range of rangesOf(period.rangesOfUtcDay(day)))
      if (range.toMs > fromMs) return Math.max(range.fromMs, fromMs);
  return undefined;
}

/** First instant outside, `fromMs` itself included; undefined when there is none within ten years. */
export function nextInvalidMs(period: TimePeriod, fromMs: number): number | undefined {
  const firstDay = Math.floor(fromMs / DAY_MS);
  let atMs = fromMs;
  for (let day = firstDay; day <= firstDay + SEARCH_DAYS; day++) {
    for (const range of rangesOf(period.rangesOfUtcDay(day)))
      if (atMs >= range.fromMs && atMs < range.toMs) atMs = range.toMs;
    if (atMs < (day + 1) * DAY_MS) return atMs;
  }
  return undefined;
}

/** All ranges between two instants, cut to them, in order, none touching the next. Work grows with the days between. */
export function rangesBetween(period: TimePeriod, fromMs: number, toMs: number): TimeRange[] {
  const ranges: TimeRange[] = [];
  for (let day = Math.floor(fromMs / DAY_MS); day * DAY_MS < toMs; day++)
    for (const range of rangesOf(period.rangesOfUtcDay(day)))
      ranges.push({ fromMs: Math.max(range.fromMs, fromMs), toMs: Math.min(range.toMs, toMs) });
  return [...rangesOf(toRangeList(ranges))];
}
