// The six charts every host has, made from the default Ganglia metric set. Pure.

import type { SeriesLabels } from '#web/contract/metrics.ts';
import type { Point, SeriesAnswer } from '../../data/metrics.ts';
import { derivePoints } from '../../parts/charts/chart-points.ts';

export interface CoreMetric {
  key: 'cpu' | 'memory' | 'disk' | 'load' | 'in' | 'out';
  unit: string;
  /** Metrics it is made of. */
  metrics: readonly string[];
  formula: (values: readonly number[]) => number;
}

const asIs = ([value = Number.NaN]: readonly number[]): number => value;

export const CORE_METRICS: readonly CoreMetric[] = [
  { key: 'cpu', unit: '%', metrics: ['cpu_idle'], formula: ([idle = 100]) => 100 - idle },
  {
    key: 'memory',
    unit: '%',
    metrics: ['mem_total', 'mem_free', 'mem_buffers', 'mem_cached'],
    // What a program can still get: free memory and what the kernel gives back.
    formula: ([total = 0, free = 0, buffers = 0, cached = 0]) =>
      total === 0 ? Number.NaN : (100 * (total - free - buffers - cached)) / total,
  },
  { key: 'disk', unit: '%', metrics: ['part_max_used'], formula: asIs },
  { key: 'load', unit: '', metrics: ['load_one'], formula: asIs },
  { key: 'in', unit: 'bytes/sec', metrics: ['bytes_in'], formula: asIs },
  { key: 'out', unit: 'bytes/sec', metrics: ['bytes_out'], formula: asIs },
];

const CORE_NAMES: readonly string[] = [...new Set(CORE_METRICS.flatMap((core) => core.metrics))];

export const coreSeries = (cluster: string, host: string, names = CORE_NAMES): SeriesLabels[] =>
  names.map((metric) => ({ cluster, host, metric }));

/** The points of a core chart; slow metrics such as mem_total hold their last value between reports. */
export function corePoints(core: CoreMetric, host: string, answer: SeriesAnswer | undefined): Point[] {
  if (!answer) return [];
  const parts = core.metrics.map(
    (name) => answer.series.find((s) => s.labels.metric === name && s.labels.host === host)?.points ?? [],
  );
  if (core.metrics.length === 1) return derivePoints(parts, core.formula);
  const instants = parts.reduce((longest, points) => (points.length > longest.length ? points : longest), []);
  return derivePoints([instants, ...parts.map((points) => heldAt(points, instants))], ([, ...values]) =>
    core.formula(values),
  );
}

/** The value last heard at each instant; the first value also counts before it was heard. */
function heldAt(points: readonly Point[], instants: readonly Point[]): Point[] {
  let at = 0;
  return instants.flatMap(([instantMs]) => {
    while (at + 1 < points.length && (points[at + 1]?.[0] ?? 0) <= instantMs) at += 1;
    const held = points[at];
    return held ? [[instantMs, held[1], held[2], held[3]] satisfies Point] : [];
  });
}

/** The newest value of a core metric, from values heard live. */
export function coreNow(core: CoreMetric, live: ReadonlyMap<string, number>): number | undefined {
  const values = core.metrics.map((name) => live.get(name));
  if (values.some((value) => value === undefined)) return undefined;
  return core.formula(values.map((value) => value ?? Number.NaN));
}
