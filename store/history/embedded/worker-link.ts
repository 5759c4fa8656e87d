// The main thread's end of the database thread: each request gets its answer or
// an AppError, also when the thread dies. A dead thread is started again.

import { Worker } from 'node:worker_threads';
import { backoffMs } from '#kernel/backoff.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Envelope, Reply, WorkerAnswers, WorkerRequest } from './protocol.ts';

type Ask = <Kind extends WorkerRequest['kind']>(
  request: Extract<WorkerRequest, { kind: Kind }>,
) => Promise<WorkerAnswers[Kind]>;

interface WorkerThread {
  ask: Ask;
  /** Resolves when the thread is gone and, with it, the directory is released. */
  exited: Promise<void>;
  terminate(): Promise<void>;
}

function startThread(): WorkerThread {
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
    gone ??= stopped(cause);
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

const stopped = (cause?: unknown): AppError =>
  new AppError(
    'history_stopped',
    `The metric history thread has stopped${cause instanceof Error ? `: ${cause.message}` : '.'}`,
    { cause, retry: 'later', status: 503 },
  );

export interface WorkerLink {
  /** Rejects with `history_stopped` while the thread is down. */
  ask: Ask;
  /** Why the thread is down; undefined while it runs. */
  trouble(): string | undefined;
  /** Asks the thread to close and waits until it is gone; it is not started again. */
  close(): Promise<void>;
}

const RESTART = { firstMs: 200, factor: 2, maxMs: 30_000 };

/**
 * Resolves once the thread has opened the store; rejects when it cannot. A thread that is started again gets the same
 * request, so that it forgets no series that this side knows.
 */
export async function startWorker(
  deps: { clock: Clock; log: Logger },
  open: Extract<WorkerRequest, { kind: 'open' }>,
): Promise<{ link: WorkerLink; opened: WorkerAnswers['open'] }> {
  const { clock, log } = deps;
  let thread = startThread();
  let trouble: string | undefined;
  let attempts = 0;
  let closing = false;
  let restart: Timer | undefined;

  async function openThread(): Promise<WorkerAnswers['open']> {
    try {
      const opened = await thread.ask(open);
      void thread.exited.then(startAgainSoon);
      for (const warning of opened.warnings) log.warn('metric history', { warning });
      return opened;
    } catch (error) {
      await thread.terminate();
      throw error;
    }
  }

  function startAgainSoon(): void {
    if (closing) return;
    trouble ??= 'the metric history thread has stopped';
    log.error('metric history thread stopped; it is started again', { attempt: attempts + 1, trouble });
    restart = clock.after(backoffMs(RESTART, ++attempts), () => void startAgain());
  }

  async function startAgain(): Promise<void> {
    thread = startThread();
    try {
      await openThread();
      log.info('metric history thread runs again', { attempts });
      trouble = undefined;
      attempts = 0;
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
      startAgainSoon();
    }
  }

  const opened = await openThread();
  return {
    opened,
    link: {
      ask: (request) => (trouble === undefined ? thread.ask(request) : Promise.reject(stopped(new Error(trouble)))),
      trouble: () => trouble,
      async close() {
        if (closing) return thread.exited;
        closing = true;
        restart?.cancel();
        await thread
          .ask({ kind: 'close' })
          .catch((error: unknown) => log.warn('metric history did not close cleanly', errorFields(error)));
        await thread.exited;
      },
    },
  };
}
