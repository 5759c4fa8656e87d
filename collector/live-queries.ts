// Answers from live state: clusters, hosts, metrics as the console shows them.

import type { Clock } from '#kernel/clock.ts';
import { extraValue, groupsOf } from './announcements.ts';
import type { CollectorApi, HostView, LatestValueView, MetricNameView, MetricView } from './api.ts';
import { byName, byText } from './by-text.ts';
import { isNumericType, numberOf, valueText } from './live-value.ts';
import { addressOf, isExpired, type LiveHost, type LiveMetric, type MetricState } from './metric-state.ts';

export type LiveQueries = Pick<
  CollectorApi,
  'hosts' | 'host' | 'keyOfHost' | 'hostMetrics' | 'latest' | 'latestOfAll' | 'metricNames'
>;

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

  function hostsOf(cluster: string | undefined): LiveHost[] {
    const clusters = cluster === undefined ? [...state.clusters.values()] : [state.clusters.get(cluster)];
    return clusters.flatMap((found) => (found === undefined ? [] : [...found.hosts.values()]));
  }

  function metricNamed(host: LiveHost | undefined, name: string): LiveMetric | undefined {
    const direct = host?.metrics.get(name);
    if (direct !== undefined && isShown(direct)) return direct;
    // Keyed `name:part` when it was sent under a spoofed name.
    for (const metric of host?.metrics.values() ?? []) if (metric.name === name && isShown(metric)) return metric;
    return undefined;
  }

  function viewLatest(host: LiveHost, name: string): LatestValueView {
    const { cluster, key: hostKey, name: hostName, quiet } = host;
    const view: LatestValueView = { cluster, hostKey, host: hostName, hostUp: !quiet };
    const metric = metricNamed(host, name);
    if (metric === undefined) return view;
    const number = numberOf(metric.value, metric.announcement);
    return {
      ...view,
      value: valueText(metric),
      ...(number !== undefined && { number }),
      tnSec: sinceSec(metric.valueTick),
      tmaxSec: metric.announcement?.tmaxSec ?? 0,
    };
  }

  function viewHost(host: LiveHost): HostView {
    return {
      cluster: host.cluster,
      key: host.key,
      name: host.name,
      ip: addressOf(host),
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
    hosts: (cluster) =>
      hostsOf(cluster)
        .map(viewHost)
        .sort((a, b) => byText(a.cluster, b.cluster) || byName(a, b)),
    host(cluster, hostKey) {
      const host = findHost(cluster, hostKey);
      return host && viewHost(host);
    },
    keyOfHost,
    hostMetrics(cluster, hostKey) {
      const host = findHost(cluster, hostKey);
      if (host === undefined) return undefined;
      const shown = [...host.metrics.values()].filter(isShown);
      return shown.map(viewMetric).sort(byName);
    },
    latest(cluster, hostKey, name) {
      const metric = metricNamed(findHost(cluster, hostKey), name);
      return metric && viewMetric(metric);
    },
    latestOfAll: (name, cluster) =>
      hostsOf(cluster)
        .map((host) => viewLatest(host, name))
        .sort((a, b) => byText(a.cluster, b.cluster) || byText(a.host, b.host)),
    metricNames(cluster) {
      const names = new Map<string, MetricNameView>();
      for (const host of hostsOf(cluster)) {
        for (const metric of host.metrics.values()) {
          if (!isShown(metric)) continue;
          const known = names.get(metric.name);
          if (known === undefined) names.set(metric.name, viewName(metric));
          else known.hosts++;
        }
      }
      return [...names.values()].sort(byName);
    },
  };
}

function viewName({ name, value, announcement }: LiveMetric): MetricNameView {
  const { type = '', units = '', slope = 'unspecified' } = announcement ?? {};
  return {
    name,
    hosts: 1,
    numeric: typeof value === 'number' || isNumericType(type),
    type,
    units,
    slope,
    groups: groupsOf(announcement),
    title: extraValue(announcement, 'TITLE') ?? name,
  };
}
