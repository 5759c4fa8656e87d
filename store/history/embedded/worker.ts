// The database thread: owns the history directory and answers requests. It is a
// thread of its own because sorting and syncing take time that packets have not.

import { parentPort } from 'node:worker_threads';
import { AppError } from '#kernel/errors.ts';
import { createSerial } from '../serial.ts';
import { backUp } from './backup.ts';
import { maintain } from './maintain.ts';
import type { Envelope, OpenRequest, Reply, WorkerAnswers, WorkerRequest, WriteRequest } from './protocol.ts';
import { readRange } from './read-range.ts';
import { sealHour } from './seal-hour.ts';
import { openStoreFiles, type StoreFiles } from './store-files.ts';
import { oldestDay } from './tiers.ts';
import { writeBatch } from './write-batch.ts';

const port = parentPort;
if (!port) throw new Error('the database thread must be started as a worker');

// Each of the three runs one request at a time; between them they interleave.
const writes = createSerial();
const reads = createSerial();
const upkeep = createSerial();
const stopping = new AbortController();
let files: StoreFiles | undefined;
let memoryLimit = Infinity;
let relieving: Promise<void> | undefined;

function open(request: OpenRequest): WorkerAnswers['open'] {
  memoryLimit = request.memoryLimitMb * 1024 * 1024;
  const opened = openStoreFiles({
    directory: request.directory,
    oldestDay: oldestDay(request.nowMs, request.retention.h1Sec),
  });
  files = opened.files;
  return {
    ids: opened.rows.map(({ id }) => id),
    labels: opened.rows.flatMap(({ cluster, host, metric }) => [cluster, host, metric]),
    lastId: opened.files.series.lastId,
    warnings: opened.warnings,
  };
}

async function write(opened: StoreFiles, request: WriteRequest): Promise<WorkerAnswers['write']> {
  if (opened.memoryBytes() > memoryLimit) {
    relieving ??= upkeep(() => sealLargest(opened)).finally(() => (relieving = undefined));
    // Twice the limit is the bound: then samples wait outside, in the bounded ring.
    if (opened.memoryBytes() > 2 * memoryLimit) await relieving;
    else relieving.catch(() => undefined);
  }
  return writes(() => writeBatch(opened, request));
}

async function sealLargest(opened: StoreFiles): Promise<void> {
  const bytesOf = (hour: number): number =>
    (opened.hours.get(hour)?.arrivals ?? []).reduce((sum, { samples }) => sum + samples.bytes, 0);
  const [largest] = [...opened.hours.keys()].toSorted((a, b) => bytesOf(b) - bytesOf(a));
  if (largest !== undefined) await sealHour({ files: opened, writes, signal: stopping.signal }, largest, 'none');
}

async function close(opened: StoreFiles): Promise<void> {
  // Rolling up a large day takes many seconds; what is not finished is done again after the next start.
  stopping.abort();
  await Promise.all([writes, reads, upkeep].map((line) => line(async () => undefined)));
  opened.close();
  files = undefined;
}

async function answer(request: WorkerRequest): Promise<WorkerAnswers[keyof WorkerAnswers]> {
  if (request.kind === 'open') return open(request);
  const opened = files;
  if (!opened) throw new Error(`${request.kind} before open`);
  switch (request.kind) {
    case 'write':
      return write(opened, request);
    case 'read':
      return { points: await reads(() => readRange(opened, request)) };
    case 'maintain':
      return upkeep(() => maintain({ files: opened, writes, signal: stopping.signal }, request));
    case 'backup':
      return upkeep(() => backUp(opened, request.directory));
    case 'close':
      await close(opened);
      return {};
  }
}

function reply(message: Reply, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer);
}

port.on('message', ({ id, request }: Envelope) => {
  answer(request).then(
    (value) => {
      reply({ id, ok: true, value }, 'points' in value ? value.points.map((points) => points.buffer) : []);
      // Only a port keeps this thread alive.
      if (request.kind === 'close') port.close();
    },
    (error: unknown) => {
      const known = error instanceof AppError ? error : undefined;
      const message = error instanceof Error ? error.message : String(error);
      const { code = 'history_failed', retry = 'later', status = 500 } = known ?? {};
      reply({ id, ok: false, error: { code, message, retry, status } });
    },
  );
});
