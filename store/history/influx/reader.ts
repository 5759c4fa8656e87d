// What a reader of one InfluxDB query language offers to influx.ts.

import type { SeriesKey } from '#kernel/domain/metric.ts';
import type { Point, RangeQuery } from '../history.ts';
import type { SeriesFilter } from '../select-series.ts';

export interface InfluxReader {
  /** Points of each series, in the order asked. Rejects with AppError `history_unavailable`. */
  read(query: RangeQuery): Promise<Point[][]>;
  /** In any order, perhaps more than the limit. */
  list(filter: SeriesFilter): Promise<SeriesKey[]>;
  createDatabase(): Promise<void>;
}

/** The field every sample is stored in; measurement = metric, tags = cluster and host. */
export const FIELD = 'value';

/** Rounding on the server must not push an average out of its own envelope. */
export function asPoint(atMs: number, value: number, min: number, max: number): Point {
  return [atMs, Math.min(max, Math.max(min, value)), min, max];
}
