// The lines of one chart: how they are named and told apart, stacked, and read at an
// instant. Pure.

import type { SeriesLabels } from '#web/contract/metrics.ts';
import type { ChartKind } from '#web/contract/views.ts';
import type { Point } from '../../data/metrics.ts';
import { chartPoints, valueAt, type ChartPoints, type XY } from './chart-points.ts';

export interface ChartLine {
  label: string;
  labels: SeriesLabels;
  points: readonly Point[];
  /** The same series earlier, moved onto the range; null when nothing is compared. */
  earlier: readonly Point[] | null;
}

export interface ShapedLine extends ChartLine {
  shape: ChartPoints;
  earlierShape: ChartPoints | null;
}

export const shapeLines = (lines: readonly ChartLine[], gapMs: number): ShapedLine[] =>
  lines.map((line) => ({
    ...line,
    shape: chartPoints(line.points, gapMs),
    earlierShape: line.earlier && chartPoints(line.earlier, gapMs),
  }));

const DIMENSIONS = ['cluster', 'host', 'metric'] as const;

/** Each line is named by what tells it from the others; a line on its own by its metric. */
export function lineNames(series: readonly SeriesLabels[]): string[] {
  const differing = DIMENSIONS.filter((name) => new Set(series.map((labels) => labels[name])).size > 1);
  // A host name tells more than the cluster it is in.
  const telling = differing.includes('host') && namesAlone(series, differing) ? without(differing) : differing;
  return series.map((labels) => {
    const names = telling.map((name) => labels[name]).filter((name) => name !== '');
    return names.length > 0 ? names.join(' · ') : labels.metric || labels.host || labels.cluster;
  });
}

const without = (dimensions: readonly (typeof DIMENSIONS)[number][]) => dimensions.filter((name) => name !== 'cluster');

/** Whether host and metric alone name every line. */
const namesAlone = (series: readonly SeriesLabels[], differing: readonly (typeof DIMENSIONS)[number][]): boolean =>
  new Set(
    series.map((labels) =>
      without(differing)
        .map((name) => labels[name])
        .join('\0'),
    ),
  ).size === series.length;

/**
 * The upper edges of the lines laid on top of each other, the first at the bottom. A line that is silent no longer
 * than `gapMs` keeps its last value; where every line is silent there is a hole. With `percent` the uppermost edge is 100.
 */
export function stackEdges(shapes: readonly ChartPoints[], gapMs: number, percent: boolean): XY[][] {
  const instants = [
    ...new Set(shapes.flatMap(({ line }) => line.filter(({ y }) => !Number.isNaN(y)).map(({ x }) => x))),
  ];
  instants.sort((a, b) => a - b);
  const heldOf = shapes.map(({ line }) => heldValues(line, instants, gapMs));
  const edges: XY[][] = shapes.map(() => []);
  let beforeMs: number | null = null;
  for (const [at, atMs] of instants.entries()) {
    if (beforeMs !== null && atMs - beforeMs > gapMs) {
      const hole = { x: (beforeMs + atMs) / 2, y: Number.NaN };
      for (const edge of edges) edge.push(hole);
    }
    const values = heldOf.map((held) => held[at] ?? 0);
    const whole = values.reduce((sum, value) => sum + value, 0);
    let height = 0;
    for (const [index, edge] of edges.entries()) {
      height += values[index] ?? 0;
      edge.push({ x: atMs, y: percent ? (whole === 0 ? 0 : (height / whole) * 100) : height });
    }
    beforeMs = atMs;
  }
  return edges;
}

/** The value of a line at each instant: the newest one that is not older than `gapMs`, or none. */
function heldValues(line: readonly XY[], instants: readonly number[], gapMs: number): (number | undefined)[] {
  let next = 0;
  let last: XY | undefined;
  return instants.map((atMs) => {
    for (let point = line[next]; point !== undefined && point.x <= atMs; point = line[next]) {
      if (!Number.isNaN(point.y)) last = point;
      next += 1;
    }
    return last !== undefined && atMs - last.x <= gapMs ? last.y : undefined;
  });
}

export interface Reading {
  /** Place of the line in the chart, from 0. */
  index: number;
  label: string;
  value: number;
  /** Value minus the earlier one; null when there is none to compare with. */
  change: number | null;
}

/** What the lines say at an instant, the largest first. */
export function readingsAt(lines: readonly ShapedLine[], atMs: number, reachMs: number): Reading[] {
  return lines
    .flatMap((line, index) => {
      const value = valueAt(line.shape.line, atMs, reachMs);
      if (value === null) return [];
      const earlier = line.earlierShape && valueAt(line.earlierShape.line, atMs, reachMs);
      return [{ index, label: line.label, value, change: earlier === null ? null : value - earlier }];
    })
    .sort((a, b) => b.value - a.value);
}

export type Extremes = { min: number; max: number } | null;

/** Lowest and highest that is drawn, so that the axis has room for it. */
export function extremesOf(lines: readonly ShapedLine[], kind: ChartKind, edges: readonly XY[][]): Extremes {
  const drawn =
    kind === 'stack' || kind === 'percent'
      ? (edges.at(-1) ?? []).map(({ y }) => y).filter((y) => !Number.isNaN(y))
      : lines.flatMap(({ shape, earlierShape }) =>
          [shape.summary, earlierShape?.summary].flatMap((summary) => (summary ? [summary.min, summary.max] : [])),
        );
  if (drawn.length === 0) return null;
  let [min, max] = [Infinity, -Infinity];
  for (const value of drawn) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max };
}

// As many hues as the theme has.
const HUES = 8;
const SHAPES = ['circle', 'square', 'triangle', 'diamond'] as const;

export interface LineMark {
  /** 1 to 8: the token --series-N. */
  hue: number;
  shape: (typeof SHAPES)[number];
  hollow: boolean;
}

/** How a line looks: no two of the first eight share a hue, nor a shape that is also filled alike. */
export const lineMark = (index: number): LineMark => ({
  hue: (index % HUES) + 1,
  shape: SHAPES[(index + Math.floor(index / HUES)) % SHAPES.length] ?? 'circle',
  hollow: Math.floor(index / SHAPES.length) % 2 === 1,
});
