// Many series into one for each group, step by step: sums, averages, percentiles
// over hosts. Pure.

import type { SeriesKey } from '#kernel/domain/metric.ts';
import type { Point, SeriesPoints } from '../history.ts';

export type Label = keyof SeriesKey;

export interface CombineOptions {
  /** sum, avg, min, max, count, or a percentile such as p95. */
  with: string;
  /** Labels that tell the groups apart; none = everything into one series. */
  by: readonly Label[];
  stepSec: number;
  /** Exclusive end of the range: no value is held beyond it. */
  toMs: number;
}

export interface CombinedSeries extends SeriesPoints {
  /** Series that went into it. */
  members: number;
}

/** Sorted by label, in the order of the first member; labels in which members differ are ''. */
export function combineSeries(series: readonly SeriesPoints[], options: CombineOptions): CombinedSeries[] {
  const groups = new Map<string, SeriesPoints[]>();
  for (const one of series) {
    const key = options.by.map((label) => one.labels[label]).join('\0');
    const members = groups.get(key);
    if (members) members.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()].map((members) => ({
    labels: commonLabels(members),
    members: members.length,
    points: combinePoints(members, options),
  }));
}

function commonLabels(members: readonly SeriesPoints[]): SeriesKey {
  const common = (label: Label): string => {
    const [first] = members;
    const name = first?.labels[label] ?? '';
    return members.every(({ labels }) => labels[label] === name) ? name : '';
  };
  return { cluster: common('cluster'), host: common('host'), metric: common('metric') };
}

function combinePoints(members: readonly SeriesPoints[], options: CombineOptions): Point[] {
  const steps = new Map<number, Point[]>();
  for (const { points } of members) {
    for (const point of heldPoints(points, options)) {
      const step = steps.get(point[0]);
      if (step) step.push(point);
      else steps.set(point[0], [point]);
    }
  }
  const fold = folderOf(options.with);
  return [...steps]
    .sort(([a], [b]) => a - b)
    .map(([atMs, points]) => {
      const [value, min, max] = fold(points);
      return [atMs, value, min, max];
    });
}

// Two usual intervals: one for the next value to come, one more for a lost packet.
const HELD_INTERVALS = 2;

/**
 * A member that speaks less often than a step is long holds its value until it speaks again: hosts that take turns
 * must not make their sum jump. A silence of more than two usual intervals stays a gap.
 */
export function heldPoints(points: readonly Point[], options: { stepSec: number; toMs: number }): Point[] {
  const stepMs = options.stepSec * 1000;
  const apart = points.slice(1).map((point, index) => point[0] - (points[index]?.[0] ?? 0));
  const usualMs = apart.sort((a, b) => a - b)[Math.floor(apart.length / 2)] ?? stepMs;
  const longestMs = usualMs * HELD_INTERVALS;
  return points.flatMap((point, index): Point[] => {
    const nextMs = points[index + 1]?.[0] ?? options.toMs;
    const untilMs = nextMs - point[0] <= longestMs ? nextMs : Math.min(point[0] + usualMs, nextMs);
    const held = [point];
    for (let atMs = point[0] + stepMs; atMs < untilMs; atMs += stepMs) held.push([atMs, point[1], point[2], point[3]]);
    return held;
  });
}

type Fold = (points: readonly Point[]) => [value: number, min: number, max: number];

const values = (points: readonly Point[]): number[] => points.map(([, value]) => value);
const lowest = (points: readonly Point[]): number => points.reduce((low, [, , min]) => Math.min(low, min), Infinity);
const highest = (points: readonly Point[]): number =>
  points.reduce((high, [, , , max]) => Math.max(high, max), -Infinity);
const total = (points: readonly Point[], field: 1 | 2 | 3): number =>
  points.reduce((sum, point) => sum + point[field], 0);

const FOLDS: Readonly<Record<string, Fold>> = {
  // The envelope of a sum: no moment in the step can have been outside of it.
  sum: (points) => [total(points, 1), total(points, 2), total(points, 3)],
  avg: (points) => [total(points, 1) / points.length, lowest(points), highest(points)],
  min: (points) => [Math.min(...values(points)), lowest(points), highest(points)],
  max: (points) => [Math.max(...values(points)), lowest(points), highest(points)],
  count: (points) => [points.length, points.length, points.length],
};

function folderOf(name: string): Fold {
  const fold = FOLDS[name];
  if (fold) return fold;
  const percent = Number(name.slice(1));
  return (points) => [percentileOf(values(points), percent), lowest(points), highest(points)];
}

/** Nearest rank: always a value that a member had. */
function percentileOf(given: number[], percent: number): number {
  const sorted = given.sort((a, b) => a - b);
  return sorted[Math.max(Math.ceil((percent / 100) * sorted.length) - 1, 0)] ?? NaN;
}
