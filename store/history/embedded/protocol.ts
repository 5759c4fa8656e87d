// What the main thread and the database thread say to each other. Numbers travel
// as typed arrays, one column each, because batches are large and copied.

import type { RangeQuery } from '../history.ts';
import type { Retention } from './tiers.ts';

export interface OpenRequest {
  kind: 'open';
  directory: string;
  nowMs: number;
  memoryLimitMb: number;
  retention: Retention;
}

/** A series that the database has not been told of yet, under the number that the main thread gave it. */
export interface SeriesRow {
  id: number;
  cluster: string;
  host: string;
  metric: string;
}

/** Columns of equal length, in the order the samples arrived. */
export interface SampleColumns {
  ids: Int32Array;
  atMs: Float64Array;
  values: Float64Array;
}

/** Committed as a whole or not at all; the same batch twice leaves the same content. */
export interface WriteRequest {
  kind: 'write';
  series: SeriesRow[];
  samples: SampleColumns;
}

export interface ReadRequest extends Omit<RangeQuery, 'series'> {
  kind: 'read';
  /** Without repeats. */
  ids: number[];
}

export interface MaintainRequest {
  kind: 'maintain';
  nowMs: number;
  /** An hour is sorted and rolled up when it ended so long ago. */
  sealDelayMs: number;
  retention: Retention;
}

export type WorkerRequest = OpenRequest | WriteRequest | ReadRequest | MaintainRequest | { kind: 'close' };

export interface MaintenanceReport {
  sealedHours: number;
  droppedTables: number;
}

/** Answer to each kind of request. Points are flat: at (ms), value, minimum, maximum, and again. */
export interface WorkerAnswers {
  open: { series: SeriesRow[] };
  write: { rows: number };
  read: { points: Float64Array<ArrayBuffer>[] };
  maintain: MaintenanceReport;
  close: Record<string, never>;
}

export interface Envelope {
  id: number;
  request: WorkerRequest;
}

export type Reply =
  | { id: number; ok: true; value: WorkerAnswers[keyof WorkerAnswers] }
  | { id: number; ok: false; error: { code: string; message: string; retry: 'never' | 'later'; status: number } };
