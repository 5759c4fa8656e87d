// Brings lines to the server: batches of bounded size, at most two on their way,
// straight from memory while all is well, over the disk spool while it is not.

import { backoffMs } from '#kernel/backoff.ts';
import { createBoundedQueue } from '#kernel/bounded-queue.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { errorFields } from '#kernel/errors.ts';
import type { DropCount } from '../drop-count.ts';
import { createSerial } from '../serial.ts';
import type { BatchSender, SendOutcome } from './send-batch.ts';
import type { Batch, Spool } from './spool.ts';

export interface DeliveryDeps {
  clock: Clock;
  log: Logger;
  drops: DropCount;
  sender: BatchSender;
  spool: Spool;
  /** Makes the database; asked for when the server does not know it. */
  createDatabase(): Promise<void>;
}

export interface Delivery {
  push(line: string): void;
  /** Resolves when every line pushed before is stored by the server, on disk in the spool, or given up on. */
  flush(): Promise<void>;
  close(): Promise<void>;
  status(): { pending: number; written: number; failing: boolean; lastError?: string };
}

const BATCH_LINES = 5_000;
const IN_FLIGHT = 2;
const RETRY = { firstMs: 500, factor: 2, maxMs: 30_000 };

/**
 * Order: batches are handed to the server in the order of their lines, but the two on their way may land in either
 * order; points carry their own time, so only two values of one instant could tell.
 */
export function createDelivery(deps: DeliveryDeps, options: { bufferSamples: number; flushEveryMs: number }): Delivery {
  const { clock, log, drops, spool } = deps;
  const lines = createBoundedQueue<string>(options.bufferSamples, 'drop_oldest');
  const spooling = createSerial();
  /** Position of the first line of each batch that is neither stored nor on disk. */
  const unsafe = new Map<number, { startsAt: number; samples: number }>();
  let nextSeq = spool.nextSeq;
  let pushed = 0;
  let sending = 0;
  let written = 0;
  let failures = 0;
  let lastError: string | undefined;
  let pause: Timer | undefined;
  let soon: Timer | undefined;
  let closing = false;
  let waiters: { position: number; resolve: () => void }[] = [];

  function settle(): void {
    const upTo = Math.min(pushed - lines.length, ...[...unsafe.values()].map(({ startsAt }) => startsAt));
    for (const waiter of waiters) if (waiter.position <= upTo) waiter.resolve();
    waiters = waiters.filter((waiter) => waiter.position > upTo);
  }

  function nextBatch(): Batch | undefined {
    const startsAt = pushed - lines.length;
    const taken = lines.take(BATCH_LINES);
    if (taken.length === 0) return undefined;
    const batch = { seq: nextSeq++, samples: taken.length, lines: `${taken.join('\n')}\n` };
    unsafe.set(batch.seq, { startsAt, samples: batch.samples });
    return batch;
  }

  function pump(): void {
    soon?.cancel();
    soon = undefined;
    // While anything is on disk, newer lines queue up behind it there.
    // With nothing there, because the disk refused it, a fresh batch asks once the pause is over.
    if (pause || spool.batches > 0) void spooling(spill).then(sendSpooled);
    else sendFresh();
  }

  function sendFresh(): void {
    while (sending < (failures > 0 ? 1 : IN_FLIGHT)) {
      const batch = nextBatch();
      if (!batch) return;
      sending++;
      void deliverFresh(batch);
    }
  }

  function sendSpooled(): void {
    // A server that was down is asked with one batch first.
    while (!closing && !pause && spool.unclaimed > 0 && sending < (failures > 0 ? 1 : IN_FLIGHT)) {
      sending++;
      void deliverSpooled();
    }
  }

  async function spill(): Promise<void> {
    for (let batch = nextBatch(); batch; batch = nextBatch()) await toDisk(batch);
  }

  async function toDisk(batch: Batch): Promise<void> {
    try {
      drops.add('spool_full', await spool.put(batch));
    } catch (error) {
      drops.add('spool_full', batch.samples);
      log.error('the spool of metric history cannot be written; samples are lost', errorFields(error));
    }
    unsafe.delete(batch.seq);
    settle();
  }

  async function deliverFresh(batch: Batch): Promise<void> {
    if (!finished(await sendOrCreate(batch), batch)) await spooling(() => toDisk(batch));
    unsafe.delete(batch.seq);
    done();
  }

  async function deliverSpooled(): Promise<void> {
    try {
      const batch = await spool.claim();
      if (batch && finished(await sendOrCreate(batch), batch)) await spool.remove(batch.seq);
      else if (batch) spool.release(batch.seq);
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error), undefined);
    }
    done();
  }

  function done(): void {
    sending--;
    settle();
    if (!closing) pumpInTime();
  }

  async function sendOrCreate(batch: Batch): Promise<SendOutcome> {
    const outcome = await deps.sender.send(batch.lines);
    if (outcome.kind !== 'later' || !outcome.noDatabase) return outcome;
    try {
      await deps.createDatabase();
    } catch (error) {
      return { ...outcome, reason: `${outcome.reason}; creating it: ${String(error)}` };
    }
    return deps.sender.send(batch.lines);
  }

  /** Whether the batch is dealt with; false means that it must be kept. */
  function finished(outcome: SendOutcome, batch: Batch): boolean {
    if (outcome.kind === 'later') {
      failed(outcome.reason, outcome.retryAfterMs);
      return false;
    }
    if (failures > 0) log.info('InfluxDB takes samples again', { afterFailures: failures, spooled: spool.samples });
    failures = 0;
    const lost = outcome.kind === 'refused' ? Math.min(outcome.samples ?? batch.samples, batch.samples) : 0;
    written += batch.samples - lost;
    drops.add('refused_by_server', lost);
    lastError = outcome.kind === 'refused' ? outcome.reason : undefined;
    if (lost > 0) log.warn('InfluxDB refused samples for good', { samples: lost, reason: lastError });
    return true;
  }

  function failed(reason: string, retryAfterMs: number | undefined): void {
    failures++;
    lastError = reason;
    if (failures === 1) log.warn('InfluxDB does not take samples; they are spooled to disk', { reason });
    if (closing) return;
    pause?.cancel();
    pause = clock.after(Math.max(retryAfterMs ?? 0, backoffMs(RETRY, failures)), () => {
      pause = undefined;
      pump();
    });
  }

  function pumpInTime(): void {
    if (lines.length >= BATCH_LINES || waiters.length > 0 || (spool.unclaimed > 0 && !pause)) return pump();
    if (lines.length === 0) return;
    soon ??= clock.after(options.flushEveryMs, pump);
  }

  function flush(): Promise<void> {
    return new Promise((resolve) => {
      waiters.push({ position: pushed, resolve });
      settle();
      if (waiters.length > 0) pump();
    });
  }

  pumpInTime();

  return {
    push(line) {
      const full = lines.length >= options.bufferSamples;
      lines.push(line);
      pushed++;
      if (full) drops.add('buffer_full', 1);
      if (lines.length === 1 || lines.length === BATCH_LINES) pumpInTime();
    },
    flush,
    async close() {
      await flush();
      closing = true;
      soon?.cancel();
      pause?.cancel();
      await spooling(async () => undefined);
      await deps.sender.close();
    },
    status: () => {
      const inMemory = [...unsafe.values()].reduce((sum, batch) => sum + batch.samples, lines.length);
      return {
        pending: inMemory + spool.samples,
        written,
        failing: failures > 0,
        ...(lastError !== undefined && { lastError }),
      };
    },
  };
}
