// The facts of one check for its explanation.

import { notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { Db } from '#store/postgres.ts';
import type { Explanation } from '../api.ts';
import type { CheckDetails } from '../check-details.ts';
import { checkSettings, type StoredCheckSettings } from '../check-settings.ts';
import { explain } from '../explain.ts';
import type { CheckState, ObjectState } from '../machine/check-state.ts';

export async function explainCheck(db: Db, id: string): Promise<Explanation> {
  const row = isUuid(id)
    ? await db
        .selectFrom('check as c')
        .innerJoin('check_state as s', 's.check_id', 'c.id')
        .selectAll('c')
        .select(['s.state', 's.machine', 's.via', 's.last_check_at_ms', 's.next_check_at_ms'])
        .where('c.id', '=', id)
        .executeTakeFirst()
    : undefined;
  if (!row) throw notFound('check', id);
  const object = row.object as 'host' | 'service';
  const machine = row.machine as object;
  return explain({
    object,
    isEnabled: row.enabled,
    isPending: row.state === 'pending',
    // '{}' until the engine has stored the first state.
    current: 'history' in machine ? (row.machine as unknown as CheckState<ObjectState>) : undefined,
    settings: checkSettings(object, row.settings as StoredCheckSettings),
    details: row.details as CheckDetails,
    maxAttempts: row.max_attempts,
    intervalSec: row.interval_sec,
    retryIntervalSec: row.retry_interval_sec,
    timeoutSec: row.timeout_sec,
    kind: row.kind,
    owner: row.owner,
    origin: row.origin,
    via: row.via,
    lastCheckAtMs: row.last_check_at_ms,
    nextCheckAtMs: row.next_check_at_ms,
  });
}
