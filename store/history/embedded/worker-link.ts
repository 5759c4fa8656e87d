// The main thread's end of the database thread: each request gets its answer or
// an AppError, also when the thread dies.

import { Worker } from 'node:worker_threads';
import { AppError } from '#kernel/errors.ts';
import type { Envelope, Reply, WorkerAnswers, WorkerRequest } from './protocol.ts';

export interface WorkerLink {
  ask<Kind extends WorkerRequest['kind']>(
    request: Extract<WorkerRequest, { kind: Kind }>,
  ): Promise<WorkerAnswers[Kind]>;
  /** Resolves when the thread is gone and, with it, the file is released. */
  exited: Promise<void>;
  terminate(): Promise<void>;
}

export function startWorker(): WorkerLink {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: 'plexus-history',
    // Batches die young; V8's usual 16 MB half-spaces would only add to resident memory.
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: AppError) => void }>();
  let nextId = 1;
  let gone: AppError | undefined;

  worker.on('message', (reply: Reply) => {
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    // The worker answers each kind with its own type; the map from id to kind is not worth a runtime check.
    if (reply.ok) request?.resolve(reply.value as never);
    else request?.reject(new AppError(reply.error.code, reply.error.message, reply.error));
  });
  const fail = (cause?: unknown): void => {
    gone ??= new AppError('history_stopped', 'The metric history thread has stopped.', {
      cause,
      retry: 'later',
      status: 503,
    });
    for (const request of waiting.values()) request.reject(gone);
    waiting.clear();
  };
  worker.on('error', fail);
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      fail();
      resolve();
    });
  });

  return {
    exited,
    ask(request) {
      return new Promise((resolve, reject) => {
        if (gone) return reject(gone);
        const envelope: Envelope = { id: nextId++, request };
        waiting.set(envelope.id, { resolve, reject });
        worker.postMessage(envelope);
      });
    },
    async terminate() {
      await worker.terminate();
    },
  };
}
