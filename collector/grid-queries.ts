// Answers about the whole grid: its clusters, the grids below it and the sums over
// them, as the console shows them.

import type { Clock } from '#kernel/clock.ts';
import { extraValue, groupsOf } from './announcements.ts';
import type { ClusterSummaryView, ClusterView, CollectorApi, NestedGridView, SummaryView } from './api.ts';
import { byName } from './by-text.ts';
import type { LiveCluster, LiveGrid, MetricState, SummaryMetric } from './metric-state.ts';
import type { Summaries, Summary } from './summary.ts';

export type GridQueries = Pick<CollectorApi, 'clusters' | 'clusterSummary' | 'grid'>;

export function createGridQueries(
  deps: { clock: Clock; state: MetricState; summaries: Summaries },
  options: { name: string; authority: string },
): GridQueries {
  const { clock, state, summaries } = deps;
  // A cluster that nothing was heard of is as old as this process.
  const startTick = clock.monotonicMs();

  const sinceSec = (tick: number): number => Math.max(0, Math.floor((clock.monotonicMs() - tick) / 1000));

  function viewCluster(cluster: LiveCluster): ClusterView {
    const { polled } = cluster;
    let metrics = 0;
    let hostsDown = 0;
    let heardTick = startTick;
    for (const host of cluster.hosts.values()) {
      metrics += host.metrics.size;
      if (host.quiet) hostsDown++;
      heardTick = Math.max(heardTick, host.heardTick);
    }
    return {
      name: cluster.name,
      hostsUp: cluster.hosts.size - hostsDown,
      hostsDown,
      metrics,
      ...(polled !== undefined && { source: polled.source }),
      alive: polled?.alive ?? true,
      ageSec: sinceSec(polled?.polledTick ?? heardTick),
      ...cluster.labels,
    };
  }

  const viewWithSums = (cluster: LiveCluster, metrics?: ReadonlySet<string>): ClusterSummaryView => ({
    ...viewCluster(cluster),
    summary: viewSums(summaries.of(cluster), metrics),
  });

  const viewNested = (grid: LiveGrid, metrics?: ReadonlySet<string>): NestedGridView => ({
    name: grid.name,
    authority: grid.authority,
    source: grid.polled.source,
    alive: grid.polled.alive,
    ageSec: sinceSec(grid.polled.polledTick),
    hostsUp: grid.hostsUp,
    hostsDown: grid.hostsDown,
    summary: viewSums(grid, metrics),
  });

  return {
    clusters: () => [...state.clusters.values()].map(viewCluster).sort(byName),
    clusterSummary(name) {
      const cluster = state.clusters.get(name);
      return cluster && viewWithSums(cluster);
    },
    grid(metrics) {
      const whole = summaries.grid();
      const { hostsUp, hostsDown } = whole;
      return {
        name: options.name,
        authority: options.authority,
        hostsUp,
        hostsDown,
        summary: viewSums(whole, metrics),
        clusters: [...state.clusters.values()].map((cluster) => viewWithSums(cluster, metrics)).sort(byName),
        grids: [...state.grids.values()].map((grid) => viewNested(grid, metrics)).sort(byName),
      };
    },
  };
}

function viewSums({ metrics }: Pick<Summary, 'metrics'>, only?: ReadonlySet<string>): SummaryView[] {
  const wanted = [...metrics.values()].filter(({ name }) => only === undefined || only.has(name));
  return wanted.map(viewSum).sort(byName);
}

const viewSum = (metric: SummaryMetric): SummaryView => ({
  name: metric.name,
  sum: metric.sum,
  num: metric.num,
  type: metric.type,
  units: metric.units,
  slope: metric.slope,
  groups: groupsOf(metric),
  title: extraValue(metric, 'TITLE') ?? metric.name,
});
