// What the six charts of a cluster ask for, and which lines they make of the answers. Pure.

import type { ChartKind } from '#web/contract/views.ts';
import { MOST_SERIES } from '../../data/grid.ts';
import type { Point, Series, SeriesAnswer, SeriesQuery } from '../../data/metrics.ts';

const CPU_PARTS = ['cpu_user', 'cpu_nice', 'cpu_system', 'cpu_wio', 'cpu_steal'] as const;
// What is used takes the total, which hosts tell every 20 minutes: hosts that come and go would make the difference
// of the two averages a lie. What is left they all tell at the same pace.
const MEMORY_LEFT = ['mem_cached', 'mem_buffers', 'mem_free'] as const;

/** Shares are averaged over the hosts, amounts summed, hosts counted, and of disks the fullest one matters. */
export function clusterQueries(cluster: string): Record<'averaged' | 'summed' | 'counted' | 'fullest', SeriesQuery> {
  const of = (metrics: readonly string[], how: string): SeriesQuery => ({
    select: metrics.map((metric) => ({ cluster, metric })),
    combine: { with: how, by: ['metric'] },
    maxSeries: MOST_SERIES,
  });
  return {
    averaged: of([...CPU_PARTS, ...MEMORY_LEFT], 'avg'),
    summed: of(['load_one', 'bytes_in', 'bytes_out'], 'sum'),
    counted: of(['load_one'], 'count'),
    fullest: of(['part_max_used'], 'max'),
  };
}

type Answers = Partial<Record<keyof ReturnType<typeof clusterQueries>, SeriesAnswer>>;
type ClusterLineName =
  (typeof CPU_PARTS)[number] | (typeof MEMORY_LEFT)[number] | 'load' | 'cpus' | 'in' | 'out' | 'disk' | 'hosts';

interface ClusterChart {
  key: 'cpu' | 'load' | 'memory' | 'network' | 'disk' | 'reporting';
  kind: ChartKind;
  unit: string;
  lines: { name: ClusterLineName; points: readonly Point[] }[];
}

/** `cpus` is drawn as the height at which the load fills the cluster; null leaves it out. */
export function clusterChartsOf(answers: Answers, cpus: number | null): ClusterChart[] {
  const { averaged, summed, counted, fullest } = answers;
  const load = wholeSteps(summed, 'load_one');
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
    {
      ...{ key: 'memory', kind: 'stack', unit: 'KB' },
      lines: MEMORY_LEFT.map((name) => ({ name, points: pointsOf(averaged, name) })),
    },
    {
      ...{ key: 'network', kind: 'line', unit: 'bytes/sec' },
      lines: [
        { name: 'in', points: wholeSteps(summed, 'bytes_in') },
        { name: 'out', points: wholeSteps(summed, 'bytes_out') },
      ],
    },
    {
      ...{ key: 'disk', kind: 'line', unit: '%' },
      lines: [{ name: 'disk', points: pointsOf(fullest, 'part_max_used').map(([atMs, value]) => flat(atMs, value)) }],
    },
    {
      ...{ key: 'reporting', kind: 'line', unit: '' },
      lines: [{ name: 'hosts', points: wholeSteps(counted, 'load_one') }],
    },
  ];
}

const NO_POINTS: readonly Point[] = [];

const pointsOf = (answer: { series: readonly Pick<Series, 'labels' | 'points'>[] } | undefined, metric: string) =>
  answer?.series.find(({ labels }) => labels.metric === metric)?.points ?? NO_POINTS;

/** Without the step that still goes on: until it is over, some hosts have not spoken in it. */
const wholeSteps = (answer: SeriesAnswer | undefined, metric: string): readonly Point[] =>
  pointsOf(answer, metric).filter(([atMs]) => answer && atMs + answer.stepSec * 1000 <= answer.toMs);

/** A point without a band: the lowest and the highest host say nothing about the line. */
const flat = (atMs: number, value: number): Point => [atMs, value, value, value];
