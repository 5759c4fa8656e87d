// The order and the bound of a series list, the same for both stores.

import type { SeriesKey } from '#kernel/domain/metric.ts';

export interface SeriesFilter {
  cluster?: string;
  host?: string;
  metric?: string;
  limit?: number;
}

// By code unit: the order must not depend on the locale of the server.
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Matching keys, sorted by cluster, host, metric, cut to the limit; plain copies without further fields. */
export function selectSeries(keys: Iterable<SeriesKey>, filter: SeriesFilter): SeriesKey[] {
  const found: SeriesKey[] = [];
  for (const { cluster, host, metric } of keys) {
    if (filter.cluster !== undefined && filter.cluster !== cluster) continue;
    if (filter.host !== undefined && filter.host !== host) continue;
    if (filter.metric !== undefined && filter.metric !== metric) continue;
    found.push({ cluster, host, metric });
  }
  found.sort((a, b) => compare(a.cluster, b.cluster) || compare(a.host, b.host) || compare(a.metric, b.metric));
  return found.slice(0, filter.limit);
}
