// Offers due deliveries to the queue: at once when a change was committed, and by a
// sweep for retries, for what a dead process left behind, and for what the queue lost.

import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { Db } from '#store/postgres.ts';
import type { JobQueue, QueueWorker } from '#store/queue.ts';
import type { Deliver } from './deliver.ts';
import { listDue } from './delivery-store.ts';

const SWEEP_MS = 1000;
const BATCH = 200;
const AT_ONCE = 20;
const CONCURRENCY = 8;

export interface Dispatch extends Service {
  /** Something may be due. Returns at once; calls while an offer is under way are one more offer. */
  nudge(): void;
}

export function createDispatch(
  deps: { db: Db; clock: Clock; log: Logger; queue: JobQueue },
  deliver: Deliver,
): Dispatch {
  const { db, clock, log, queue } = deps;
  let offering: Promise<void> | undefined;
  let again = false;
  let isAway = false;
  let timer: Timer | undefined;
  let worker: QueueWorker | undefined;

  async function offerDue(): Promise<void> {
    const due = await listDue(db, clock.nowMs(), BATCH);
    for (let at = 0; at < due.length; at += AT_ONCE) {
      await Promise.all(
        due.slice(at, at + AT_ONCE).map(({ id, attempts }) =>
          // The attempt is part of the id: a job stuck with a dead worker does not hide the next one.
          queue.add('notify', { id: `delivery:${id}:${attempts}`, name: 'deliver', payload: { deliveryId: id } }),
        ),
      );
    }
  }

  async function offerUntilDone(): Promise<void> {
    do {
      again = false;
      try {
        await offerDue();
        isAway = false;
      } catch (error) {
        if (!isAway) log.warn('notifications wait for database or queue', errorFields(error));
        isAway = true;
      }
    } while (again);
  }

  const nudge = () => {
    again = true;
    offering ??= offerUntilDone().finally(() => (offering = undefined));
  };

  return {
    name: 'notifications out',
    nudge,
    start() {
      worker = queue.work('notify', { concurrency: CONCURRENCY }, async (job, signal) => {
        const outcome = await deliver(String(job.payload['deliveryId']), signal);
        // The next one in line for this contact, or another channel, may go now.
        if (outcome !== 'not_due') nudge();
      });
      timer = clock.every(SWEEP_MS, nudge);
      nudge();
      return Promise.resolve();
    },
    async stop() {
      timer?.cancel();
      await worker?.stop();
      await offering;
    },
  };
}
