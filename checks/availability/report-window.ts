// The time that a report counts: a window, cut into days, weeks or months of a time zone,
// and within them the hours of a time period. Made once for all objects of a report.

import { civilDateOf, dateText, dayNumberOf, weekdayOf } from '../time-period/civil-date.ts';
import { rangesBetween, type TimePeriod } from '../time-period/time-period.ts';
import { localDayOf, startOfLocalDayMs, type TimeZone } from '../time-period/time-zone.ts';

type BucketSize = 'day' | 'week' | 'month';

export interface Bucket {
  /** First day: 2026-07-05; of weeks their Monday; of months 2026-07. */
  label: string;
  fromMs: number;
  /** Excluded. Days of a clock change have 23 or 25 hours; the first and last bucket are cut to the window. */
  toMs: number;
}

/** Time that counts, within one bucket. */
interface CountedRange {
  fromMs: number;
  toMs: number;
  bucket: number;
}

export interface ReportWindow {
  fromMs: number;
  toMs: number;
  buckets: readonly Bucket[];
  /** In order. */
  counted: readonly CountedRange[];
}

/** `toMs` is excluded and should not lie in the future: the last state of an object would be taken to go on. */
export function createReportWindow(options: {
  fromMs: number;
  toMs: number;
  zone: TimeZone;
  /** One bucket for the whole window when absent. */
  bucket?: BucketSize;
  /** Only time inside counts, such as hours of service. */
  period?: TimePeriod;
}): ReportWindow {
  const { fromMs, toMs, zone, bucket, period } = options;
  const buckets = bucket
    ? cutWindow(fromMs, toMs, zone, bucket)
    : [{ label: dateText(localDayOf(zone, fromMs)), fromMs, toMs }];
  const counted = buckets.flatMap((each, index) =>
    (period ? rangesBetween(period, each.fromMs, each.toMs) : [each]).map((range) => ({
      fromMs: range.fromMs,
      toMs: range.toMs,
      bucket: index,
    })),
  );
  return { fromMs, toMs, buckets, counted };
}

function cutWindow(fromMs: number, toMs: number, zone: TimeZone, size: BucketSize): Bucket[] {
  const buckets: Bucket[] = [];
  let firstDay = firstDayOf(localDayOf(zone, fromMs), size);
  let startMs = fromMs;
  while (startMs < toMs) {
    const nextDay = nextFirstDay(firstDay, size);
    const endMs = Math.min(startOfLocalDayMs(zone, nextDay), toMs);
    const label = size === 'month' ? dateText(firstDay).slice(0, 7) : dateText(firstDay);
    // A zone that changed sides of the date line has a day without time.
    if (endMs > startMs) buckets.push({ label, fromMs: startMs, toMs: endMs });
    startMs = Math.max(startMs, endMs);
    firstDay = nextDay;
  }
  return buckets;
}

function firstDayOf(localDay: number, size: BucketSize): number {
  if (size === 'day') return localDay;
  if (size === 'week') return localDay - ((weekdayOf(localDay) + 6) % 7);
  return localDay - civilDateOf(localDay).day + 1;
}

function nextFirstDay(firstDay: number, size: BucketSize): number {
  if (size !== 'month') return firstDay + (size === 'week' ? 7 : 1);
  const { year, month } = civilDateOf(firstDay);
  return dayNumberOf(year, month + 1, 1);
}
