// Deletes comments whose time is over: those that expire, and those that were to last no
// longer than the acknowledgement they came with.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Db } from '#store/postgres.ts';

const EVERY_MS = 3_600_000;
/** An acknowledgement is in the inbox for a moment before it is in the state. */
const YOUNG_MS = 60_000;

export async function deleteOverComments(db: Db, nowMs: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from check_comment m where m.expires_at_ms <= ${nowMs}
      or (m.kind = 'acknowledgement' and not m.is_persistent and m.at_ms < ${nowMs - YOUNG_MS}
        and exists (select from check_state s where s.check_id = m.check_id and s.acknowledged = 'none'))`.execute(db);
  return Number(numAffectedRows);
}

export function startCommentUpkeep({ db, clock, log }: { db: Db; clock: Clock; log: Logger }) {
  return clock.every(EVERY_MS, () => {
    deleteOverComments(db, clock.nowMs()).catch((error: unknown) =>
      log.debug('old comments could not be deleted', errorFields(error)),
    );
  });
}
