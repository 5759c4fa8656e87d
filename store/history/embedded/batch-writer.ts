// Moves samples from the ring to the database thread, one batch at a time, and
// tries a failed batch again until it is stored. Knows positions, not labels.

import { backoffMs } from '#kernel/backoff.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { DropCount } from '../drop-count.ts';
import type { SeriesRow, WriteRequest } from './protocol.ts';
import { createSampleRing } from './sample-ring.ts';

export interface BatchWriterDeps {
  clock: Clock;
  log: Logger;
  drops: DropCount;
  /** Stores a batch; rejects when it has to be sent again. Refused samples are of days that are closed. */
  write(request: WriteRequest): Promise<{ rows: number; refused: number }>;
  takeNewSeries(): SeriesRow[];
}

export interface BatchWriter {
  /** Never waits; pushes out the oldest waiting sample when the ring is full. */
  push(id: number, atMs: number, value: number): void;
  /** Resolves when every sample pushed before is stored or given up on; waits as long as writing fails. */
  flush(): Promise<void>;
  /** Flushes; when writing fails, gives up what is left. */
  close(): Promise<void>;
  status(): { pending: number; written: number; failing: boolean; lastError?: string };
}

// Large, because each batch costs one sync of the log.
const BATCH_SAMPLES = 65_536;
const RETRY = { firstMs: 500, factor: 2, maxMs: 30_000 };

export function createBatchWriter(
  deps: BatchWriterDeps,
  options: { bufferSamples: number; flushEveryMs: number },
): BatchWriter {
  const { clock, log, drops } = deps;
  const ring = createSampleRing(options.bufferSamples);
  /** The batch on its way, with the position of its first sample in the order of all pushed ones. */
  let inFlight: { startsAt: number; request: WriteRequest } | undefined;
  let pushed = 0;
  let written = 0;
  let failures = 0;
  let lastError: string | undefined;
  let soon: Timer | undefined;
  let retry: Timer | undefined;
  let closing = false;
  let waiters: { position: number; resolve: () => void }[] = [];

  const settledUpTo = (): number => inFlight?.startsAt ?? pushed - ring.length;

  function settle(): void {
    const upTo = settledUpTo();
    for (const waiter of waiters) if (waiter.position <= upTo) waiter.resolve();
    waiters = waiters.filter((waiter) => waiter.position > upTo);
  }

  /** Keeps one batch on its way; what comes meanwhile waits in the ring, where it is bounded. */
  function pump(): void {
    soon?.cancel();
    soon = undefined;
    if (inFlight || ring.length === 0) return;
    const startsAt = pushed - ring.length;
    inFlight = {
      startsAt,
      request: {
        kind: 'write',
        nowMs: clock.nowMs(),
        series: deps.takeNewSeries(),
        samples: ring.take(BATCH_SAMPLES),
      },
    };
    void send(inFlight.request);
  }

  /** Pumps now when there is reason to, else within the promised second. The timer runs only while samples wait. */
  function pumpInTime(): void {
    if (ring.length >= BATCH_SAMPLES || waiters.length > 0) return pump();
    if (ring.length === 0) return;
    soon ??= clock.after(options.flushEveryMs, pump);
  }

  async function send(request: WriteRequest): Promise<void> {
    try {
      const { rows, refused } = await deps.write(request);
      written += rows;
      drops.add('outside_window', refused);
      if (failures > 0) log.info('metric history writes again', { afterFailures: failures });
      failures = 0;
      lastError = undefined;
      inFlight = undefined;
      settle();
      pumpInTime();
    } catch (error) {
      failures++;
      lastError = error instanceof Error ? error.message : String(error);
      if (failures === 1) log.error('metric history cannot write; samples wait in memory', errorFields(error));
      if (closing) return giveUp(request);
      retry = clock.after(backoffMs(RETRY, failures), () => {
        retry = undefined;
        void send(request);
      });
    }
  }

  function giveUp(request: WriteRequest): void {
    drops.add('closed', request.samples.ids.length + ring.take(options.bufferSamples).ids.length);
    inFlight = undefined;
    settle();
  }

  function flush(): Promise<void> {
    return new Promise((resolve) => {
      waiters.push({ position: pushed, resolve });
      settle();
      pump();
    });
  }

  return {
    push(id, atMs, value) {
      pushed++;
      if (ring.push(id, atMs, value) > 0) drops.add('buffer_full', 1);
      // Checked for the first waiting sample and for a full batch, not for each of a million.
      if (ring.length === 1 || ring.length === BATCH_SAMPLES) pumpInTime();
    },
    flush,
    async close() {
      closing = true;
      soon?.cancel();
      if (retry && inFlight) {
        retry.cancel();
        void send(inFlight.request);
      }
      await flush();
    },
    status: () => ({
      pending: (inFlight?.request.samples.ids.length ?? 0) + ring.length,
      written,
      failing: failures > 0,
      ...(lastError !== undefined && { lastError }),
    }),
  };
}
