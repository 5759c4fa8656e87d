// The contract of metric history. Two implementations keep it (embedded.ts,
// influx.ts) and one test suite judges both.

import type { Sample, SeriesKey } from '#kernel/domain/metric.ts';

/** [start of the step in epoch ms, average, minimum, maximum]; empty steps are left out, so gaps stay gaps. */
export type Point = [atMs: number, avg: number, min: number, max: number];

export interface RangeQuery {
  series: SeriesKey[];
  /** Inclusive. */
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** Width of one step, at least 1. Steps are aligned to multiples of it since the epoch. */
  stepSec: number;
  /** What the second field of each point holds; min and max are always there. `last` = newest value in the step. */
  agg: 'avg' | 'min' | 'max' | 'last';
}

export interface SeriesPoints {
  labels: SeriesKey;
  points: Point[];
}

/** Why a sample was given up on. */
export const DROP_REASONS = [
  'not_finite',
  'outside_window',
  'too_many_series',
  'buffer_full',
  'spool_full',
  'refused_by_server',
  'closed',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

export interface HistoryHealth {
  kind: 'embedded' | 'influx';
  ok: boolean;
  /** Samples accepted and not yet durable. */
  pending: number;
  /** Samples given up on since start, with the reason in `lastError`. */
  dropped: number;
  /** The same number by reason; reasons that never happened are left out. */
  droppedBy?: Partial<Record<DropReason, number>>;
  written: number;
  lastError?: string;
}

export interface MetricHistory {
  /**
   * Accepts samples without waiting for the disk or the network and never throws; what
   * does not fit into the bounded buffer is dropped oldest first and counted in `health`.
   * Samples are durable within about a second (embedded) or once the server said so (influx).
   */
  append(samples: readonly Sample[]): void;
  /** One entry per asked series, in the order asked; unknown series have no points. Sees everything appended before. */
  query(query: RangeQuery): Promise<SeriesPoints[]>;
  /** Series that have at least one point, optionally of one host; sorted by cluster, host, metric; at most `limit`. */
  listSeries(filter: { cluster?: string; host?: string; metric?: string; limit?: number }): Promise<SeriesKey[]>;
  /** Resolves when everything appended before is durable or given up on. */
  flush(): Promise<void>;
  health(): HistoryHealth;
  /**
   * Copies the history as it is at `atMs`, with everything appended before, into a new or empty directory; writing
   * goes on meanwhile. Put in the place of the history directory of a stopped server, the copy is the history.
   * Absent where the database has its own way (InfluxDB). Throws AppError `history_backup_target`.
   */
  backup?(directory: string): Promise<{ bytes: number; atMs: number }>;
  close(): Promise<void>;
}
