// Works the queue's lane of runs, and sweeps: offers again what nobody looked at for a
// while, so that a lost queue or a kill -9 loses nothing.

import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import type { Db } from '#store/postgres.ts';
import type { JobQueue, QueueWorker } from '#store/queue.ts';
import type { RunAdvance } from './run-advance.ts';
import type { RunOffers } from './run-offers.ts';
import { openRunsNotAdvancedSince } from './run-store.ts';

const CONCURRENT_RUNS = 4;
const OFFER_AGAIN_AFTER_MS = 10_000;
const SWEPT_AT_ONCE = 200;

interface Deps {
  db: Db;
  clock: Clock;
  log: Logger;
  queue: JobQueue;
  offers: RunOffers;
  runAdvance: RunAdvance;
}

export function createRunWorker(deps: Deps) {
  const { db, clock, offers } = deps;
  let worker: QueueWorker | undefined;

  return {
    start(): void {
      worker = deps.queue.work('run', { concurrency: CONCURRENT_RUNS }, async (job, signal) => {
        const { runId } = job.payload;
        if (job.name === 'advance' && typeof runId === 'string') await deps.runAdvance.advance(runId, signal);
        else deps.log.warn('an unknown job on the lane of runs', { job: job.name, id: job.id });
      });
    },
    async stop(): Promise<void> {
      await worker?.stop();
      await offers.settled();
    },
    async sweep(): Promise<void> {
      const idle = await openRunsNotAdvancedSince(db, clock.nowMs() - OFFER_AGAIN_AFTER_MS, SWEPT_AT_ONCE);
      for (const runId of idle) offers.offer(runId, 'sweep');
      await offers.settled();
    },
  };
}
