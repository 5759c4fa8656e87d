// What the main thread and the database thread say to each other. Numbers travel
// as typed arrays, one column each, because batches are large and copied.

import type { RangeQuery } from '../history.ts';
import type { Retention } from './tiers.ts';

export interface OpenRequest {
  kind: 'open';
  directory: string;
  nowMs: number;
  /** Of open hours; beyond it they are sorted early. */
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

/** The same batch twice leaves the same content. */
export interface WriteRequest {
  kind: 'write';
  nowMs: number;
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
  /** An hour is sorted when it ended so long ago. */
  sealDelayMs: number;
  retention: Retention;
}

export type WorkerRequest =
  | OpenRequest
  | WriteRequest
  | ReadRequest
  | MaintainRequest
  | { kind: 'backup'; directory: string }
  | { kind: 'close' };

export interface MaintenanceReport {
  sealedHours: number;
  rolledDays: number;
  droppedFiles: number;
}

/** Answer to each kind of request. Points are flat: at (ms), value, minimum, maximum, and again. */
export interface WorkerAnswers {
  /** Series as columns: the labels of each one after the other; they travel faster than objects. */
  open: { ids: number[]; labels: string[]; lastId: number; warnings: string[] };
  write: { rows: number; refused: number };
  read: { points: Float64Array<ArrayBuffer>[] };
  maintain: MaintenanceReport;
  backup: { bytes: number };
  close: Record<string, never>;
}

export interface Envelope {
  id: number;
  request: WorkerRequest;
}

export type Reply =
  | { id: number; ok: true; value: WorkerAnswers[keyof WorkerAnswers] }
  | { id: number; ok: false; error: { code: string; message: string; retry: 'never' | 'later'; status: number } };
