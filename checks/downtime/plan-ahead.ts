// Plans the occurrences of recurring downtimes that begin within the next two days. What is
// planned already stays, so it may be done again at any time, by any process.

import { sql } from 'kysely';
import type { Trx } from '#store/postgres.ts';
import { MOST_PLANNED, type Occurrence } from '../downtime-api.ts';
import { planObjects } from './downtime-commands.ts';
import { cancelDowntimes } from './plan-downtime.ts';
import { occurrencesOf } from './recurring-occurrences.ts';
import type { StoredRecurring } from './recurring-rows.ts';
import { resolveTarget } from './resolve-target.ts';

const PLANNED_AHEAD_MS = 48 * 3_600_000;
/** Every quarter of an hour for two days; what comes after is planned when these are over. */
const MOST_OCCURRENCES = 192;

export interface AheadPlan {
  planned: number;
  /** The target has come to more objects than may be planned at once; nothing was planned. */
  isTooMany: boolean;
}

/** In the caller's transaction. Hosts and checks that have come to the target since are planned as well. */
export async function planAhead(trx: Trx, recurring: StoredRecurring, nowMs: number): Promise<AheadPlan> {
  const ahead = recurring.enabled ? occurrencesOf(recurring.schedule, nowMs, nowMs + PLANNED_AHEAD_MS) : [];
  if (ahead.length === 0) return { planned: 0, isTooMany: false };
  const objects = await resolveTarget(trx, recurring.target, nowMs);
  if (objects.length > MOST_PLANNED) return { planned: 0, isTooMany: true };
  const running = await runningObjects(trx, recurring.id, nowMs);
  let planned = 0;
  for (const occurrence of ahead.slice(0, MOST_OCCURRENCES)) {
    const known = await plannedObjects(trx, recurring, occurrence);
    const missing = objects.filter(
      ({ hostId, checkId }) =>
        !known.has(checkId ?? hostId) && !(occurrence.startMs <= nowMs && running.has(checkId ?? hostId)),
    );
    if (missing.length === 0) continue;
    const { author, comment, isFixed, durationMs, id, version } = recurring;
    planned += await planObjects(
      trx,
      missing,
      {
        ...{ startsAtMs: occurrence.startMs, endsAtMs: occurrence.endMs, isFixed, durationMs, author, comment },
        ...{ recurring: { id, version }, batch: `${id}:${version}:${occurrence.startMs}` },
      },
      nowMs,
      known,
    );
  }
  return { planned, isTooMany: false };
}

/** Of this version: id of the downtime by check, or by host for hosts as such. Cancelled ones too: they stay cancelled. */
async function plannedObjects(
  trx: Trx,
  { id, version }: StoredRecurring,
  { startMs }: Occurrence,
): Promise<Map<string, string>> {
  const rows = await trx
    .selectFrom('downtime')
    .select(['id', 'host_id', 'check_id'])
    .where('recurring_id', '=', id)
    .where('recurring_version', '=', version)
    .where('starts_at_ms', '=', startMs)
    .execute();
  return new Map(rows.map((row) => [row.check_id ?? row.host_id, String(row.id)]));
}

/** An occurrence that began before its recurring downtime was changed goes on; it is not begun twice. */
async function runningObjects(trx: Trx, recurringId: string, nowMs: number): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select coalesce(check_id, host_id) as id from downtime
    where recurring_id = ${recurringId}::uuid and status in ('pending', 'active')
      and starts_at_ms <= ${nowMs} and ends_at_ms > ${nowMs}`.execute(trx);
  return new Set(rows.map(({ id }) => id));
}

/** Occurrences that have not begun. */
export async function cancelAhead(trx: Trx, recurringId: string, by: string, nowMs: number): Promise<number> {
  const rows = await trx
    .selectFrom('downtime')
    .select('id')
    .where('recurring_id', '=', recurringId)
    .where('status', '=', 'pending')
    .where('starts_at_ms', '>', nowMs)
    .execute();
  return cancelDowntimes(
    trx,
    rows.map(({ id }) => String(id)),
    by,
    nowMs,
  );
}
