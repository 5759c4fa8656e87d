// Takes a host or a metric out of live state and XML because somebody asked for it.

import type { CollectorApi } from './api.ts';
import type { MetricState } from './metric-state.ts';

export function createRemoval(deps: {
  state: MetricState;
  /** Drops what an earlier process knew of the host. */
  forget: (cluster: string, hostKey: string) => void;
}): Pick<CollectorApi, 'removeHost' | 'removeMetric'> {
  const { state } = deps;
  return {
    removeHost(clusterName, hostKey) {
      deps.forget(clusterName, hostKey);
      const cluster = state.clusters.get(clusterName);
      const host = cluster?.hosts.get(hostKey);
      if (cluster === undefined || host === undefined) return false;
      state.removeHost(cluster, host);
      return true;
    },
    removeMetric(clusterName, hostKey, name) {
      const host = state.clusters.get(clusterName)?.hosts.get(hostKey);
      if (host === undefined) return false;
      // Several spoofed `outer:inner` show under one name.
      const named = [...host.metrics].filter(([, metric]) => metric.name === name);
      for (const [key, metric] of named) state.removeMetric(host, key, metric);
      return named.length > 0;
    },
  };
}
