// Turns a series into what the chart draws: a line, the band of its extremes, and holes
// where nothing was heard. Pure.

import type { Point } from '../../data/metrics.ts';

export interface XY {
  x: number;
  y: number;
}

export interface ChartPoints {
  line: XY[];
  low: XY[];
  high: XY[];
  /** Extremes over the range; null without points. */
  summary: { last: number; min: number; max: number } | null;
}

/** A pause longer than `gapMs` becomes a hole: NaN breaks the line and the band. */
export function chartPoints(points: readonly Point[], gapMs: number): ChartPoints {
  const shape: ChartPoints = { line: [], low: [], high: [], summary: null };
  let beforeMs: number | null = null;
  for (const [atMs, average, min, max] of points) {
    if (beforeMs !== null && atMs - beforeMs > gapMs) {
      const hole = { x: (beforeMs + atMs) / 2, y: Number.NaN };
      shape.line.push(hole);
      shape.low.push(hole);
      shape.high.push(hole);
    }
    shape.line.push({ x: atMs, y: average });
    shape.low.push({ x: atMs, y: min });
    shape.high.push({ x: atMs, y: max });
    shape.summary = {
      last: average,
      min: Math.min(shape.summary?.min ?? min, min),
      max: Math.max(shape.summary?.max ?? max, max),
    };
    beforeMs = atMs;
  }
  return shape;
}

/** The value of the point nearest to an instant, when one is near enough to speak of. */
export function valueAt(line: readonly XY[], atMs: number, reachMs: number): number | null {
  let low = 0;
  let high = line.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((line[middle]?.x ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  const near = [line[low - 1], line[low]]
    .filter((point) => point !== undefined && !Number.isNaN(point.y) && Math.abs(point.x - atMs) <= reachMs)
    .sort((a, b) => Math.abs((a?.x ?? 0) - atMs) - Math.abs((b?.x ?? 0) - atMs))[0];
  return near?.y ?? null;
}

/**
 * One series out of several, point by point, such as "used = total − free". Only
 * instants at which every part has a value count; extremes come from the same formula,
 * ordered, which is exact for parts that move together and a fair band otherwise.
 */
export function derivePoints(
  parts: readonly (readonly Point[])[],
  formula: (values: readonly number[]) => number,
): Point[] {
  const [first, ...rest] = parts;
  if (!first) return [];
  const indexes = rest.map((points) => new Map(points.map((point) => [point[0], point])));
  const derived: Point[] = [];
  for (const point of first) {
    const row = [point];
    for (const index of indexes) {
      const other = index.get(point[0]);
      if (other) row.push(other);
    }
    if (row.length !== parts.length) continue;
    const atLow = formula(row.map((cell) => cell[2]));
    const atHigh = formula(row.map((cell) => cell[3]));
    const average = formula(row.map((cell) => cell[1]));
    derived.push([point[0], average, Math.min(average, atLow, atHigh), Math.max(average, atLow, atHigh)]);
  }
  return derived;
}
