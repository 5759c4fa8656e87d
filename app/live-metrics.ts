// The collector's live state in the words of the contract.

import type { ClusterSummaryView, ClusterView, CollectorApi, NestedGridView, SummaryView } from '#collector/api.ts';
import type { SourceView } from '#collector/polling/polling.ts';
import type { TargetView } from '#collector/prometheus/scrape.ts';
import type {
  Cluster,
  ClusterSummary,
  LiveMetric,
  MetricSource,
  MetricSummary,
  NestedGrid,
} from '#web/contract/metrics.ts';
import { instantOrNull } from '#web/contract/shared.ts';
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

const toSource = (source: SourceView): MetricSource => ({
  ...{ kind: 'ganglia', name: source.name, addresses: source.addresses, everySec: source.everySec },
  address: source.currentAddress ?? null,
  alive: source.alive ?? null,
  lastPollAt: instantOrNull(source.lastPollAtMs),
  tookMs: source.tookMs ?? null,
  lost: Object.values(source.lost).reduce((sum, count) => sum + count, 0),
  lastError: source.lastError ?? null,
});

const toExporter = (target: TargetView): MetricSource => ({
  ...{
    kind: 'exporter',
    name: target.cluster,
    addresses: [target.url],
    address: target.url,
    everySec: target.everySec,
  },
  alive: target.lastAtMs === undefined ? null : target.up,
  lastPollAt: instantOrNull(target.lastAtMs),
  tookMs: target.lastAtMs === undefined ? null : target.tookMs,
  lost: target.badLines,
  lastError: target.lastError ?? null,
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
    sources: () => [...collector.sources().map(toSource), ...collector.scrapeTargets().map(toExporter)],
    removeHost: (cluster, hostKey) => collector.removeHost(cluster, hostKey),
  };
}
