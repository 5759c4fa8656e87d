// The database thread: owns the DuckDB file and answers requests. It is a thread
// of its own because appending blocks while DuckDB writes its log.

import path from 'node:path';
import { parentPort } from 'node:worker_threads';
import { AppError } from '#kernel/errors.ts';
import { historyLocked, openDuckdbFile, type DuckdbFile } from './duckdb-file.ts';
import { maintain } from './maintain.ts';
import type { Envelope, OpenRequest, Reply, SeriesRow, WorkerAnswers, WorkerRequest } from './protocol.ts';
import { readRange } from './read-range.ts';
import { createSerial } from '../serial.ts';
import { writeBatch } from './write-batch.ts';

const port = parentPort;
if (!port) throw new Error('the database thread must be started as a worker');

// A connection runs one statement sequence at a time, so each has its own line of waiting requests.
const writes = createSerial();
const reads = createSerial();
const maintenance = createSerial();
const stopping = new AbortController();
let file: DuckdbFile | undefined;

async function open(request: OpenRequest): Promise<WorkerAnswers['open']> {
  // DuckDB's own lock is per process: a second open in this one would succeed and damage the file.
  const name = path.resolve(request.directory);
  const granted = await new Promise<boolean>((resolve, reject) => {
    const held = new Promise<never>(() => undefined);
    navigator.locks
      .request(`plexus-history:${name}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock ? held : undefined;
      })
      .catch(reject);
  });
  if (!granted) throw historyLocked(name, 'this very process');
  file = await openDuckdbFile(request);
  const oldestDay = Math.floor((request.nowMs / 1000 - request.retention.h1Sec) / 86_400);
  await file.writer.run(`delete from series where seen_day < ${oldestDay}`);
  const rows = await file.writer.runAndReadAll('select id, cluster, host, metric from series order by id');
  const series = rows.getRows().map(([id, cluster, host, metric]): SeriesRow => ({
    id: Number(id),
    cluster: String(cluster),
    host: String(host),
    metric: String(metric),
  }));
  return { series };
}

async function answer(request: WorkerRequest): Promise<WorkerAnswers[keyof WorkerAnswers]> {
  if (request.kind === 'open') return open(request);
  const opened = file;
  if (!opened) throw new Error(`${request.kind} before open`);
  switch (request.kind) {
    case 'write':
      return { rows: await writes(() => writeBatch(opened.writer, request)) };
    case 'read':
      return { points: await reads(() => readRange(opened.reader, request)) };
    case 'maintain':
      return maintenance(() => maintain({ ...opened, writes, signal: stopping.signal }, request));
    case 'close':
      // Sorting a large hour takes many seconds; it is one transaction and is done again after the next start.
      stopping.abort();
      opened.background.interrupt();
      await Promise.all([writes, reads, maintenance].map((line) => line(async () => undefined)));
      opened.close();
      file = undefined;
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
