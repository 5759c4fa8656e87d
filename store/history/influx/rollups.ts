// What is kept of old samples in an InfluxDB that `plexus influx setup` has prepared:
// which roll-ups there are, which part of a question they answer, and how. Pure.

import type { Point, RangeQuery } from '../history.ts';
import { asPoint } from './reader.ts';

export interface Rollup {
  /** Ending of the name of its retention policy (1.x) or bucket (2.x). */
  suffix: string;
  stepSec: number;
  keptSec: number;
}

const DAY_SEC = 86_400;

/** Finest first. Each step is computed from the samples themselves, not from the finer roll-up. */
export const ROLLUPS: readonly [Rollup, Rollup] = [
  { suffix: '10m', stepSec: 600, keptSec: 90 * DAY_SEC },
  { suffix: '1h', stepSec: 3600, keptSec: 730 * DAY_SEC },
];

/** Retention policy of a roll-up in 1.x. */
export const policyOf = ({ suffix }: Rollup): string => `plexus_${suffix}`;

/** Bucket of a roll-up in 2.x, beside the one that samples go to. */
export const bucketOf = (bucket: string, { suffix }: Rollup): string => `${bucket}_${suffix}`;

/** What a server keeps: samples so long, and these roll-ups of them. */
export interface Kept {
  rawSec: number;
  rollups: readonly Rollup[];
}

export const NOTHING_ROLLED_UP: Kept = { rawSec: Infinity, rollups: [] };

/** One step of a roll-up: average, extremes, newest value and number of the samples in it. */
export interface RollupRow {
  atMs: number;
  value: number;
  min: number;
  max: number;
  last: number;
  count: number;
}

export interface RangePart {
  /** Undefined: the samples themselves. */
  rollup: Rollup | undefined;
  fromMs: number;
  toMs: number;
}

/**
 * Splits a range by where its samples still are, oldest part first. Boundaries lie on steps, so that no step is
 * answered twice; the step in which samples end is answered by the roll-up, which has all of it.
 */
export function splitRange(
  range: Pick<RangeQuery, 'fromMs' | 'toMs' | 'stepSec'>,
  nowMs: number,
  kept: Kept,
): RangePart[] {
  const stepMs = range.stepSec * 1000;
  const parts: RangePart[] = [];
  let { toMs } = range;
  const ages = [{ rollup: undefined, keptSec: kept.rawSec }, ...kept.rollups.map((rollup) => ({ rollup, ...rollup }))];
  for (const [index, { rollup, keptSec }] of ages.entries()) {
    const isLast = index === ages.length - 1;
    const oldestMs = isLast ? -Infinity : Math.ceil((nowMs - keptSec * 1000) / stepMs) * stepMs;
    const fromMs = Math.max(range.fromMs, oldestMs);
    if (fromMs >= toMs) continue;
    parts.unshift({ rollup, fromMs, toMs });
    toMs = fromMs;
  }
  return parts;
}

/** Rows of a roll-up as points of the wanted step. The average is weighted by the samples behind it. */
export function foldRows(rows: readonly RollupRow[], query: Pick<RangeQuery, 'stepSec' | 'agg'>): Point[] {
  const stepMs = query.stepSec * 1000;
  const points: Point[] = [];
  let [sum, count] = [0, 0];
  for (const row of rows) {
    const atMs = Math.floor(row.atMs / stepMs) * stepMs;
    let point = points.at(-1);
    if (point?.[0] !== atMs) {
      [sum, count] = [0, 0];
      point = [atMs, 0, Infinity, -Infinity];
      points.push(point);
    }
    sum += row.value * row.count;
    count += row.count;
    const min = Math.min(point[2], row.min);
    const max = Math.max(point[3], row.max);
    const value = { avg: sum / count, min, max, last: row.last }[query.agg];
    points[points.length - 1] = asPoint(atMs, value, min, max);
  }
  return points;
}
