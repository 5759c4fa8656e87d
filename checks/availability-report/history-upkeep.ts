// Keeps the history of states and the list of past downtimes from growing for ever: what is
// older than is kept goes, some at a time.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import type { Db } from '#store/postgres.ts';

const EVERY_MS = 6 * 3_600_000;
const ROWS_AT_ONCE = 5000;
/** Deletes wait a little between slices, so that results of checks come first. */
const PAUSE_MS = 200;
/** More is left to the next time. */
const MOST_SLICES = 400;

/**
 * One slice; returns how many rows went. The last row of each check that is old stays: it says what held when the
 * part that is kept begins. A hard one before it stays too while it is only being tried again.
 */
export async function deleteOldHistory(db: Db, beforeMs: number): Promise<number> {
  const history = await sql`
    delete from check_history where ctid = any(array(
      select h.ctid from check_history h where h.at_ms < ${beforeMs}
        and exists (select from check_history n where n.check_id = h.check_id and n.at_ms > h.at_ms
          and n.at_ms < ${beforeMs} and (n.state_type = 'hard' or n.state = 'unwatched'))
      limit ${ROWS_AT_ONCE}))`.execute(db);
  const downtimes = await sql`
    delete from downtime where ctid = any(array(
      select ctid from downtime where status not in ('pending', 'active') and ends_at_ms < ${beforeMs}
      limit ${ROWS_AT_ONCE}))`.execute(db);
  return Number(history.numAffectedRows ?? 0) + Number(downtimes.numAffectedRows ?? 0);
}

/** Any number of processes may run it. */
export function createHistoryUpkeep(deps: { db: Db; clock: Clock; log: Logger }, options: { keepMs: number }): Service {
  const { db, clock, log } = deps;
  let stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Not at the start, when everything else begins too.
      await clock.sleep(EVERY_MS, signal);
      try {
        for (let slice = 0; slice < MOST_SLICES && !signal.aborted; slice++) {
          if ((await deleteOldHistory(db, clock.nowMs() - options.keepMs)) === 0) break;
          await clock.sleep(PAUSE_MS, signal);
        }
      } catch (error) {
        log.warn('old history of checks could not be deleted; it is tried again later', errorFields(error));
      }
    }
  }

  return {
    name: 'check-history-upkeep',
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
