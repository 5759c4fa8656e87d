// What the six charts of a cluster ask for, and which lines they make of the answers. Pure.

import type { ChartKind } from '#web/contract/views.ts';
import type { Point, Series, SeriesAnswer, SeriesQuery } from '../../data/metrics.ts';
import { CORE_METRICS, corePoints } from './core-metrics.ts';

const CPU_PARTS = ['cpu_user', 'cpu_nice', 'cpu_system', 'cpu_wio', 'cpu_steal'] as const;
const MEMORY = CORE_METRICS.find((core) => core.key === 'memory');
const MOST_SERIES = 20_000;

/** Shares are averaged over the hosts, amounts summed, hosts counted, and of disks the fullest one matters. */
export function clusterQueries(cluster: string): Record<'averaged' | 'summed' | 'counted' | 'fullest', SeriesQuery> {
  const of = (metrics: readonly string[], how: string): SeriesQuery => ({
    select: metrics.map((metric) => ({ cluster, metric })),
    combine: { with: how, by: ['metric'] },
    maxSeries: MOST_SERIES,
  });
  return {
    averaged: of([...CPU_PARTS, ...(MEMORY?.metrics ?? [])], 'avg'),
    summed: of(['load_one', 'bytes_in', 'bytes_out'], 'sum'),
    counted: of(['load_one'], 'count'),
    fullest: of(['part_max_used'], 'max'),
  };
}

type Answers = Partial<Record<keyof ReturnType<typeof clusterQueries>, SeriesAnswer>>;
export type ClusterLineName = (typeof CPU_PARTS)[number] | 'used' | 'load' | 'cpus' | 'in' | 'out' | 'disk' | 'hosts';

export interface ClusterChart {
  key: 'cpu' | 'load' | 'memory' | 'network' | 'disk' | 'reporting';
  kind: ChartKind;
  unit: string;
  lines: { name: ClusterLineName; points: readonly Point[] }[];
}

/** `cpus` is drawn as the height at which the load fills the cluster; null leaves it out. */
export function clusterChartsOf(answers: Answers, cpus: number | null): ClusterChart[] {
  const { averaged, summed, counted, fullest } = answers;
  const load = pointsOf(summed, 'load_one');
  return [
    {
      ...{ key: 'cpu', kind: 'stack', unit: '%' },
      lines: CPU_PARTS.map((name) => ({ name, points: pointsOf(averaged, name) })).filter(
        // Time stolen from a machine that nobody shares is a line at zero.
        ({ points }) => points.some(([, , , max]) => max > 0),
      ),
    },
    {
      ...{ key: 'load', kind: 'line', unit: '' },
      lines: [
        { name: 'load', points: load },
        ...(cpus === null ? [] : [{ name: 'cpus' as const, points: load.map(([atMs]) => flat(atMs, cpus)) }]),
      ],
    },
    { ...{ key: 'memory', kind: 'line', unit: '%' }, lines: [{ name: 'used', points: memoryOf(averaged) }] },
    {
      ...{ key: 'network', kind: 'line', unit: 'bytes/sec' },
      lines: [
        { name: 'in', points: pointsOf(summed, 'bytes_in') },
        { name: 'out', points: pointsOf(summed, 'bytes_out') },
      ],
    },
    {
      ...{ key: 'disk', kind: 'line', unit: '%' },
      lines: [{ name: 'disk', points: pointsOf(fullest, 'part_max_used').map(([atMs, value]) => flat(atMs, value)) }],
    },
    {
      ...{ key: 'reporting', kind: 'line', unit: '' },
      lines: [{ name: 'hosts', points: pointsOf(counted, 'load_one') }],
    },
  ];
}

const NO_POINTS: readonly Point[] = [];

const pointsOf = (answer: { series: readonly Pick<Series, 'labels' | 'points'>[] } | undefined, metric: string) =>
  answer?.series.find(({ labels }) => labels.metric === metric)?.points ?? NO_POINTS;

/** A point without a band: the lowest and the highest host say nothing about the line. */
const flat = (atMs: number, value: number): Point => [atMs, value, value, value];

/** Used memory of the average host; extremes of different hosts do not make a share together. */
function memoryOf(answer: SeriesAnswer | undefined): Point[] {
  if (!answer || !MEMORY) return [];
  // Of a cluster of one host the series still carry its name.
  const series = answer.series.map((one) => ({ ...one, labels: { ...one.labels, host: '' } }));
  return corePoints(MEMORY, '', { ...answer, series }).map(([atMs, value]) => flat(atMs, value));
}
