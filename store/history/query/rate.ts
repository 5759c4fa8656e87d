// From the readings of a counter to its change per second, over resets and without
// bridging gaps. Pure.

import type { Point } from '../history.ts';

export type RateKind = 'counter' | 'derivative';

// A longer silence than so many usual intervals is a gap, and no rate is drawn across it.
const GAP_INTERVALS = 4;

interface Interval {
  endMs: number;
  seconds: number;
  increase: number;
}

/**
 * Rates by step from points of `agg: 'last'` at their finest. A `counter` that falls has begun anew at 0 (Prometheus
 * and collectd read it so too; RRD's COUNTER would take it for a wrap and draw a spike); a `derivative` may
 * fall. The average of a step is weighted by time; minimum and maximum are those of the readings' intervals.
 * Steps before `fromMs` are left out: they only lend the first reading.
 */
export function ratesOf(points: readonly Point[], kind: RateKind, range: { fromMs: number; stepSec: number }): Point[] {
  const intervals = withoutGaps(intervalsOf(points, kind));
  const stepMs = range.stepSec * 1000;
  const rates: Point[] = [];
  let [sum, seconds] = [0, 0];
  for (const { endMs, seconds: length, increase } of intervals) {
    const atMs = Math.floor(endMs / stepMs) * stepMs;
    if (atMs < Math.floor(range.fromMs / stepMs) * stepMs) continue;
    const rate = increase / length;
    let last = rates.at(-1);
    if (last?.[0] !== atMs) {
      [sum, seconds] = [0, 0];
      last = [atMs, rate, rate, rate];
      rates.push(last);
    }
    sum += increase;
    seconds += length;
    last[1] = sum / seconds;
    last[2] = Math.min(last[2], rate);
    last[3] = Math.max(last[3], rate);
  }
  return rates;
}

function intervalsOf(points: readonly Point[], kind: RateKind): Interval[] {
  return points.slice(1).flatMap((point, index): Interval[] => {
    const before = points[index];
    if (before === undefined) return [];
    const increase = kind === 'counter' ? counterIncrease(before[1], point) : point[1] - before[1];
    return [{ endMs: point[0], seconds: (point[0] - before[0]) / 1000, increase }];
  });
}

/** A counter that only rises ends a step at its maximum and never goes below where the step before ended. */
function counterIncrease(before: number, [, last, min, max]: Point): number {
  const wasReset = min < before || max > last;
  if (!wasReset) return last - before;
  return Math.max(0, (max > last ? max : before) - before) + last;
}

function withoutGaps(intervals: readonly Interval[]): Interval[] {
  const lengths = intervals.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const usual = lengths[Math.floor(lengths.length / 2)] ?? 0;
  return intervals.filter(({ seconds }) => seconds <= usual * GAP_INTERVALS);
}
