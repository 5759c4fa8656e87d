// Gives every series a small number and remembers which ones the database has
// not been told of. Bounded, so that made-up names cannot fill the memory.

import type { SeriesKey } from '#kernel/domain/metric.ts';
import type { SeriesRow } from './protocol.ts';

export interface SeriesTable {
  /** The number of a known series. */
  find(key: SeriesKey): number | undefined;
  /** The number of a series, known or new; undefined when the table is full. */
  admit(key: SeriesKey): number | undefined;
  keys(): Iterable<SeriesKey>;
  /** Series admitted since the last call. */
  takeNew(): SeriesRow[];
}

type Metrics = Map<string, number>;

/**
 * `labels` holds cluster, host and metric of each of the `ids`, one after the other. Numbers up to `lastId` are taken:
 * samples of a forgotten series may still lie under its number.
 */
export function createSeriesTable(
  stored: { ids: readonly number[]; labels: readonly string[]; lastId: number },
  limit: number,
): SeriesTable {
  const clusters = new Map<string, Map<string, Metrics>>();
  /** One text for each metric name: a thousand hosts report the same forty. */
  const names = new Map<string, string>();
  let size = 0;
  let { lastId } = stored;
  let fresh: SeriesRow[] = [];
  // Samples come host by host.
  let latest: { cluster: string; host: string; metrics: Metrics } | undefined;

  function metricsOf(cluster: string, host: string): Metrics | undefined {
    if (latest?.host === host && latest.cluster === cluster) return latest.metrics;
    const metrics = clusters.get(cluster)?.get(host);
    if (metrics) latest = { cluster, host, metrics };
    return metrics;
  }

  function add(id: number, cluster: string, host: string, metric: string): void {
    let name = names.get(metric);
    if (name === undefined) names.set(metric, (name = metric));
    const hosts = clusters.get(cluster) ?? new Map<string, Metrics>();
    clusters.set(cluster, hosts);
    const metrics = hosts.get(host) ?? new Map<string, number>();
    hosts.set(host, metrics);
    metrics.set(name, id);
    size++;
  }

  for (const [index, id] of stored.ids.entries()) {
    const [cluster = '', host = '', metric = ''] = stored.labels.slice(index * 3, index * 3 + 3);
    add(id, cluster, host, metric);
  }

  return {
    find: (key) => metricsOf(key.cluster, key.host)?.get(key.metric),
    admit(key) {
      const known = metricsOf(key.cluster, key.host)?.get(key.metric);
      if (known !== undefined) return known;
      if (size >= limit) return undefined;
      const { cluster, host, metric } = key;
      const id = ++lastId;
      add(id, cluster, host, metric);
      fresh.push({ id, cluster, host, metric });
      return id;
    },
    *keys() {
      for (const [cluster, hosts] of clusters) {
        for (const [host, metrics] of hosts) for (const metric of metrics.keys()) yield { cluster, host, metric };
      }
    },
    takeNew() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
  };
}
