// Gives every series a small number and remembers which ones the database has
// not been told of. Bounded, so that made-up names cannot fill the memory.

import { seriesId, type SeriesKey } from '#kernel/domain/metric.ts';
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

export function createSeriesTable(stored: readonly SeriesRow[], limit: number): SeriesTable {
  const rows = new Map<string, SeriesRow>(stored.map((row) => [seriesId(row), row]));
  let lastId = stored.reduce((last, row) => Math.max(last, row.id), 0);
  let fresh: SeriesRow[] = [];
  return {
    find: (key) => rows.get(seriesId(key))?.id,
    admit(key) {
      const name = seriesId(key);
      const known = rows.get(name);
      if (known) return known.id;
      if (rows.size >= limit) return undefined;
      const row = { id: ++lastId, cluster: key.cluster, host: key.host, metric: key.metric };
      rows.set(name, row);
      fresh.push(row);
      return row.id;
    },
    keys: () => rows.values(),
    takeNew() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
  };
}
