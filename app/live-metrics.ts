// The collector's live state in the words of the contract.

import type { ClusterSummaryView, ClusterView, CollectorApi, NestedGridView, SummaryView } from '#collector/api.ts';
import type { Cluster, ClusterSummary, LiveMetric, MetricSummary, NestedGrid } from '#web/contract/metrics.ts';
import type { LiveMetrics } from '#web/server/routes/metrics.ts';

const textOrNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

const toCluster = ({ source, owner, latlong, url, ...rest }: ClusterView): Cluster => ({
  ...rest,
  source: textOrNull(source),
  owner: textOrNull(owner),
  latlong: textOrNull(latlong),
  url: textOrNull(url),
});

const toSummary = ({ groups, title, ...rest }: SummaryView): MetricSummary => ({
  ...rest,
  group: textOrNull(groups[0]),
  title: textOrNull(title),
});

const toClusterSummary = ({ summary, ...cluster }: ClusterSummaryView): ClusterSummary => ({
  ...toCluster(cluster),
  summary: summary.map(toSummary),
});

const toNestedGrid = ({ summary, ...grid }: NestedGridView): NestedGrid => ({
  ...grid,
  summary: summary.map(toSummary),
});

export function liveMetricsOf(collector: CollectorApi): LiveMetrics {
  return {
    clusters: () => collector.clusters().map(toCluster),
    cluster(name) {
      const found = collector.clusterSummary(name);
      return found && toClusterSummary(found);
    },
    grid(metrics) {
      const { name, hostsUp, hostsDown, summary, clusters, grids } = collector.grid(metrics);
      return {
        ...{ name, hostsUp, hostsDown },
        summary: summary.map(toSummary),
        clusters: clusters.map(toClusterSummary),
        grids: grids.map(toNestedGrid),
      };
    },
    metricNames: (cluster) =>
      collector.metricNames(cluster).map(({ groups, title, ...rest }) => ({
        ...rest,
        group: textOrNull(groups[0]),
        title: textOrNull(title),
      })),
    latest: (metric, cluster) =>
      collector.latestOfAll(metric, cluster).map(({ value, number, tnSec, tmaxSec, ...rest }) => ({
        ...rest,
        value: value ?? null,
        number: number ?? null,
        tnSec: tnSec ?? null,
        tmaxSec: tmaxSec ?? null,
      })),
    hostMetrics({ cluster, host }): LiveMetric[] {
      const key = collector.keyOfHost(cluster, host);
      const metrics = key === undefined ? undefined : collector.hostMetrics(cluster, key);
      return (metrics ?? []).map(({ number, groups, title, description, announced: _announced, ...rest }) => ({
        ...rest,
        number: number ?? null,
        group: textOrNull(groups[0]),
        title: textOrNull(title),
        description: textOrNull(description),
      }));
    },
    describe({ cluster, host, metric }) {
      const key = collector.keyOfHost(cluster, host);
      return key === undefined ? undefined : collector.latest(cluster, key, metric);
    },
    removeHost: (cluster, hostKey) => collector.removeHost(cluster, hostKey),
  };
}
