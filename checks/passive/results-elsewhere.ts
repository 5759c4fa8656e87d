// Results for objects that another checker runs: they wait here, bounded, and go to its inbox
// in batches. While the database is away they keep their order.

import { backoffMs } from '#kernel/backoff.ts';
import { createBoundedQueue } from '#kernel/bounded-queue.ts';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Db } from '#store/postgres.ts';
import { putRequests, type EngineRequest } from '../engine/inbox.ts';

export const MOST_WAITING = 10_000;
const BATCH = 500;

export interface ResultsElsewhere {
  /** False when the queue is full. Never waits. */
  push(request: EngineRequest): boolean;
  waiting(): number;
  /** Tries once more to hand over what waits. */
  stop(): Promise<void>;
}

export function createResultsElsewhere(deps: { db: Db; clock: Clock; log: Logger }): ResultsElsewhere {
  const { db, clock, log } = deps;
  const queue = createBoundedQueue<EngineRequest>(MOST_WAITING, 'refuse');
  const stopping = new AbortController();
  let inHand: EngineRequest[] = [];
  let handing: Promise<void> | undefined;

  async function handAll(): Promise<void> {
    for (let attempt = 0; ;) {
      if (inHand.length === 0) inHand = queue.take(BATCH);
      if (inHand.length === 0) return;
      try {
        await putRequests(db, inHand, clock.nowMs());
        inHand = [];
        attempt = 0;
      } catch (error) {
        if (++attempt === 1) log.warn('results for other checkers wait for the database', errorFields(error));
        if (stopping.signal.aborted) return;
        await clock.sleep(backoffMs({ firstMs: 100, factor: 2, maxMs: 5000 }, attempt), stopping.signal);
      }
    }
  }

  function start(): void {
    handing ??= handAll().finally(() => {
      handing = undefined;
      if (queue.length > 0 && !stopping.signal.aborted) start();
    });
  }

  return {
    push(request) {
      if (!queue.push(request)) return false;
      start();
      return true;
    },
    waiting: () => queue.length + inHand.length,
    async stop() {
      stopping.abort();
      start();
      await handing;
    },
  };
}
