// Keeps the next two days of recurring downtimes planned, in one of the processes that run checks.

import { backoffMs } from '#kernel/backoff.ts';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { takeLease } from '#store/lease.ts';
import { transaction, type Db } from '#store/postgres.ts';
import { planAhead } from './plan-ahead.ts';
import { readRecurring } from './recurring-rows.ts';

/** A host that joins a group has its downtime that much later at most. */
const EVERY_MS = 10 * 60_000;
const BACKOFF = { firstMs: 1000, factor: 2, maxMs: EVERY_MS };
const LEASE = 'checks:recurring';

interface PlannerDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  /** Name of this process among those that run checks. */
  holder: string;
}

/** Each in a transaction of its own; one that cannot be planned does not keep the others. Returns how many are new. */
export async function planAllAhead({ db, clock, log }: PlannerDeps): Promise<number> {
  let planned = 0;
  for (const { id, name } of await readRecurring(db)) {
    const done = await transaction(db, async (trx) => {
      // Read again under a lock: it may be changed while this runs, and plans its own then.
      await trx.selectFrom('recurring_downtime').select('id').where('id', '=', id).forShare().execute();
      const [recurring] = await readRecurring(trx, id);
      return recurring ? planAhead(trx, recurring, clock.nowMs()) : { planned: 0, isTooMany: false };
    });
    planned += done.planned;
    if (done.isTooMany) log.warn('a recurring downtime means too many objects and is not planned', { id, name });
  }
  return planned;
}

export function createRecurringPlanner(deps: PlannerDeps): Service {
  const { db, clock, log, holder } = deps;
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        const lease = { name: LEASE, holder, nowMs: clock.nowMs(), ttlMs: EVERY_MS };
        if (await takeLease(db, lease)) await planAllAhead(deps);
        failures = 0;
        await clock.sleep(EVERY_MS, signal);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        log.warn('recurring downtimes could not be planned; it is tried again', errorFields(error));
        await clock.sleep(backoffMs(BACKOFF, failures), signal);
      }
    }
  }

  return {
    name: 'recurring-downtimes',
    start() {
      stopping = new AbortController();
      loop = run(stopping.signal);
      return Promise.resolve();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
