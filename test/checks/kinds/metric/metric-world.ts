// Hosts whose metrics a test writes down: live values by name, history as a function
// of time, sampled every 15 seconds as an agent sends it.

import type { Point, RangeQuery } from '#store/history/history.ts';
import type { LatestValue, MetricSources } from '#checks/kinds/metric/metric-sources.ts';
import { createMetricKind } from '#checks/kinds/metric/metric.ts';
import type { CheckResult } from '#checks/kinds/check-kind.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { runKind, type KindRun } from '../run-kind.ts';

const SAMPLE_MS = 15_000;
export const SERIES = { cluster: 'c', host: 'web-1' };

/** Value at an instant; undefined where nothing was heard. */
type Course = (atMs: number) => number | undefined;

export interface MetricWorld {
  clock: FakeClock;
  /** By metric of web-1, or `host/metric`. */
  live: Record<string, LatestValue>;
  courses: Record<string, Course>;
  groups: string[];
  members: Record<string, string[]>;
  run(spec: Record<string, unknown>, run?: KindRun): Promise<CheckResult | 'not_yet' | 'stopped'>;
}

export function createMetricWorld(): MetricWorld {
  const clock = new FakeClock();
  const world: Omit<MetricWorld, 'run'> = { clock, live: {}, courses: {}, groups: [], members: {} };
  const sources: MetricSources = {
    latestMetric: (_, host, metric) => world.live[host === 'web-1' ? metric : `${host}/${metric}`],
    queryHistory: (query) =>
      Promise.resolve(
        query.series.map((labels) => ({
          labels,
          points: sampled(world.courses[labels.metric] ?? (() => undefined), query),
        })),
      ),
    groupsOf: () => Promise.resolve(world.groups),
    membersOf: (whole) => {
      const names = world.members['group' in whole ? whole.group : whole.cluster] ?? [];
      return Promise.resolve(names.map((name) => ({ name, series: { cluster: 'c', host: name } })));
    },
  };
  const kind = createMetricKind(sources);
  return { ...world, run: (spec, run) => runKind(kind, spec, { clock, ...run }) };
}

function sampled(course: Course, { fromMs, toMs, stepSec, agg }: RangeQuery): Point[] {
  const steps = new Map<number, number[]>();
  for (let atMs = Math.ceil(fromMs / SAMPLE_MS) * SAMPLE_MS; atMs < toMs; atMs += SAMPLE_MS) {
    const value = course(atMs);
    if (value === undefined) continue;
    const stepMs = Math.floor(atMs / (stepSec * 1000)) * stepSec * 1000;
    steps.set(stepMs, [...(steps.get(stepMs) ?? []), value]);
  }
  return [...steps].map(([atMs, values]) => {
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const avg = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [atMs, { avg, min, max, last: values.at(-1) ?? 0 }[agg], min, max];
  });
}
