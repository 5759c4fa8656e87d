// Gets due deliveries under way: first attempts at once where they were planned, as far as
// there is room; the rest through the queue, by whichever process is free. A sweep finds
// retries, what a dead process left behind, and what the queue lost.

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
/** First attempts that need no detour through the queue: whoever is on call waits for them. */
const HERE = 4;

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
  const leaving = new AbortController();
  const here = new Map<string, Promise<void>>();

  async function attempt(id: string, signal: AbortSignal): Promise<void> {
    const outcome = await deliver(id, signal);
    // The next one in line for this contact, or another channel, may go now.
    if (outcome !== 'not_due') nudge();
  }

  /** True when it is under way here; a claim keeps everybody else from it, so a second start is nothing. */
  function attemptHere(id: string): boolean {
    if (here.has(id)) return true;
    if (here.size >= HERE || leaving.signal.aborted || !worker) return false;
    const work = attempt(id, leaving.signal)
      .catch((error: unknown) => log.debug('a delivery is left to the sweep', errorFields(error)))
      .finally(() => here.delete(id));
    here.set(id, work);
    return true;
  }

  async function offerDue(): Promise<void> {
    const listed = await listDue(db, clock.nowMs(), BATCH);
    const due = listed.filter(({ id, attempts }) => attempts > 0 || !attemptHere(id));
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
      worker = queue.work('notify', { concurrency: CONCURRENCY }, (job, signal) =>
        attempt(String(job.payload['deliveryId']), signal),
      );
      timer = clock.every(SWEEP_MS, nudge);
      nudge();
      return Promise.resolve();
    },
    async stop() {
      timer?.cancel();
      leaving.abort();
      await worker?.stop();
      await offering;
      await Promise.all(here.values());
    },
  };
}
