// Answers from live state: clusters, hosts, metrics as the console shows them.

import type { Clock } from '#kernel/clock.ts';
import { extraValue, groupsOf } from './announcements.ts';
import type { ClusterView, CollectorApi, HostView, MetricView } from './api.ts';
import { numberOf, valueText } from './live-value.ts';
import { isExpired, type LiveCluster, type LiveHost, type LiveMetric, type MetricState } from './metric-state.ts';

export type LiveQueries = Pick<CollectorApi, 'clusters' | 'hosts' | 'host' | 'keyOfHost' | 'hostMetrics' | 'latest'>;

export function createLiveQueries(
  deps: { clock: Clock; state: MetricState },
  options: { hostTmaxSec: number },
): LiveQueries {
  const { clock, state } = deps;

  const sinceSec = (tick: number) => Math.max(0, Math.floor((clock.monotonicMs() - tick) / 1000));
  const isShown = (metric: LiveMetric) => metric.valueId !== undefined && !isExpired(metric, clock.monotonicMs());
  const findHost = (cluster: string, hostKey: string) => state.clusters.get(cluster)?.hosts.get(hostKey);

  // Metric checks ask by name many times a second; a key that still fits spares the search.
  const keysByName = new Map<string, string>();

  function keyOfHost(cluster: string, name: string): string | undefined {
    const id = `${cluster}\0${name}`;
    const known = keysByName.get(id);
    if (known !== undefined && findHost(cluster, known)?.name === name) return known;
    keysByName.delete(id);
    for (const host of state.clusters.get(cluster)?.hosts.values() ?? []) {
      if (host.name !== name) continue;
      keysByName.set(id, host.key);
      return host.key;
    }
    return undefined;
  }

  function viewCluster(cluster: LiveCluster): ClusterView {
    const view = { name: cluster.name, hostsUp: 0, hostsDown: 0, metrics: 0 };
    for (const host of cluster.hosts.values()) {
      if (host.quiet) view.hostsDown++;
      else view.hostsUp++;
      view.metrics += host.metrics.size;
    }
    return view;
  }

  function viewHost(host: LiveHost): HostView {
    return {
      cluster: host.cluster,
      key: host.key,
      name: host.name,
      ip: host.key,
      up: !host.quiet,
      tnSec: sinceSec(host.heardTick),
      tmaxSec: host.tmaxSec ?? options.hostTmaxSec,
      reportedAtMs: host.heardAtMs,
      ...(host.gmondStartedSec > 0 && { gmondStartedAtMs: host.gmondStartedSec * 1000 }),
      ...(host.location !== undefined && { location: host.location }),
      ...(host.agentId !== undefined && { agentId: host.agentId }),
      metricCount: host.metrics.size,
    };
  }

  function viewMetric(metric: LiveMetric): MetricView {
    const { announcement } = metric;
    const number = numberOf(metric.value, announcement);
    return {
      name: metric.name,
      value: valueText(metric),
      ...(number !== undefined && { number }),
      type: announcement?.type ?? '',
      units: announcement?.units ?? '',
      slope: announcement?.slope ?? 'unspecified',
      tnSec: sinceSec(metric.valueTick),
      tmaxSec: announcement?.tmaxSec ?? 0,
      dmaxSec: announcement?.dmaxSec ?? 0,
      groups: groupsOf(announcement),
      title: extraValue(announcement, 'TITLE') ?? metric.name,
      description: extraValue(announcement, 'DESC') ?? '',
      announced: announcement !== undefined,
    };
  }

  return {
    clusters: () => [...state.clusters.values()].map(viewCluster).sort((a, b) => byText(a.name, b.name)),
    hosts(cluster) {
      const clusters = cluster === undefined ? [...state.clusters.values()] : [state.clusters.get(cluster)];
      return clusters
        .flatMap((found) => (found === undefined ? [] : [...found.hosts.values()].map(viewHost)))
        .sort((a, b) => byText(a.cluster, b.cluster) || byText(a.name, b.name));
    },
    host(cluster, hostKey) {
      const host = findHost(cluster, hostKey);
      return host && viewHost(host);
    },
    keyOfHost,
    hostMetrics(cluster, hostKey) {
      const host = findHost(cluster, hostKey);
      if (host === undefined) return undefined;
      const shown = [...host.metrics.values()].filter(isShown);
      return shown.map(viewMetric).sort((a, b) => byText(a.name, b.name));
    },
    latest(cluster, hostKey, name) {
      for (const metric of findHost(cluster, hostKey)?.metrics.values() ?? []) {
        if (metric.name === name && isShown(metric)) return viewMetric(metric);
      }
      return undefined;
    },
  };
}

// By code unit: the same order on every machine, whatever its locale.
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
