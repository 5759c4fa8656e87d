// The SQL of attempts as the guard and the verification need it: counted, locked, moved
// forward. Lists for people are in attempt-read.ts.

import { sql, type Selectable } from 'kysely';
import { hash32 } from '#kernel/splay.ts';
import type { Trx } from '#store/postgres.ts';
import type { ReflexAttempt as AttemptRow } from '#store/schema.ts';
import type { AttemptStatus } from './reflex.ts';
import { OPEN_TASK_STATUSES } from './run.ts';

/** An attempt with what its next event needs. */
export interface OpenAttempt {
  id: string;
  reflexId: string;
  alertId: string;
  hostId: string | undefined;
  checkId: string | undefined;
  runId: string;
  status: AttemptStatus;
  reason: string | undefined;
  lastEventId: string | undefined;
}

/** Key space of our advisory locks on hosts. */
const HOST_LOCK = 7_410_006;

/** To the end of `trx`, reflexes that look at this host wait for one another. */
export const lockHost = (trx: Trx, hostId: string) =>
  sql`select pg_advisory_xact_lock(${HOST_LOCK}::integer, ${hash32(hostId) | 0}::integer)`.execute(trx);

/** What is at work on the host: an attempt that is being verified, or any run with a task there. */
export async function workOnHost(trx: Trx, hostId: string): Promise<string | undefined> {
  const attempt = await trx
    .selectFrom('reflex_attempt')
    .innerJoin('reflex', 'reflex.id', 'reflex_attempt.reflex_id')
    .select('reflex.name as title')
    .where('reflex_attempt.host_id', '=', hostId)
    .where('reflex_attempt.status', 'in', ['running', 'verifying'])
    .executeTakeFirst();
  if (attempt) return attempt.title;
  const run = await trx
    .selectFrom('task')
    .innerJoin('run', 'run.id', 'task.run_id')
    .select('run.title')
    .where('task.host_id', '=', hostId)
    .where('task.status', 'in', [...OPEN_TASK_STATUSES])
    .executeTakeFirst();
  return run?.title;
}

/** When this reflex decided to act: since `sinceMs` on any host, and last on this one. */
export async function actedAt(
  trx: Trx,
  asked: { reflexId: string; hostId: string; sinceMs: number },
): Promise<{ actedAtMs: number[]; lastOnHostAtMs: number | undefined }> {
  const acted = trx
    .selectFrom('reflex_attempt')
    .where('reflex_id', '=', asked.reflexId)
    .where('status', '<>', 'refused');
  const recent = await acted.select('decided_at_ms').where('decided_at_ms', '>=', asked.sinceMs).execute();
  const last = await acted
    .select(({ fn }) => fn.max('decided_at_ms').as('at_ms'))
    .where('host_id', '=', asked.hostId)
    .executeTakeFirst();
  return { actedAtMs: recent.map((row) => row.decided_at_ms), lastOnHostAtMs: last?.at_ms ?? undefined };
}

export interface NewAttempt {
  id: string;
  reflexId: string;
  alertId: string;
  hostId: string | undefined;
  checkId: string | undefined;
  triggerEventId: string;
  status: 'refused' | 'running';
  reason?: string;
  runId?: string;
  atMs: number;
  deadlineMs?: number;
}

export async function isDecided(trx: Trx, reflexId: string, triggerEventId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('reflex_attempt')
    .select('id')
    .where('reflex_id', '=', reflexId)
    .where('trigger_event_id', '=', Number(triggerEventId))
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertAttempt(trx: Trx, attempt: NewAttempt): Promise<void> {
  await trx
    .insertInto('reflex_attempt')
    .values({
      id: attempt.id,
      reflex_id: attempt.reflexId,
      alert_id: attempt.alertId,
      host_id: attempt.hostId ?? null,
      check_id: attempt.checkId ?? null,
      trigger_event_id: Number(attempt.triggerEventId),
      status: attempt.status,
      reason: attempt.reason ?? null,
      run_id: attempt.runId ?? null,
      decided_at_ms: attempt.atMs,
      deadline_ms: attempt.deadlineMs ?? null,
      finished_at_ms: attempt.status === 'refused' ? attempt.atMs : null,
    })
    .execute();
}

const openFromRow = (row: Selectable<AttemptRow>): OpenAttempt => ({
  id: row.id,
  reflexId: row.reflex_id,
  alertId: row.alert_id,
  hostId: row.host_id ?? undefined,
  checkId: row.check_id ?? undefined,
  runId: row.run_id ?? '',
  status: row.status as AttemptStatus,
  reason: row.reason ?? undefined,
  lastEventId: row.last_event_id === null ? undefined : String(row.last_event_id),
});

const selectOpen = (trx: Trx) =>
  trx.selectFrom('reflex_attempt').selectAll().where('status', 'in', ['running', 'verifying']).forUpdate();

/** Locks the attempt when it is still open. */
export async function lockAttempt(trx: Trx, id: string): Promise<OpenAttempt | undefined> {
  const row = await selectOpen(trx).where('id', '=', id).executeTakeFirst();
  return row && openFromRow(row);
}

/** Locks the attempts that wait to hear of this check or alert. */
export async function lockVerifying(
  trx: Trx,
  about: { checkId: string } | { alertId: string },
): Promise<OpenAttempt[]> {
  const query = selectOpen(trx).where('status', '=', 'verifying').orderBy('id');
  const rows = await (
    'checkId' in about ? query.where('check_id', '=', about.checkId) : query.where('alert_id', '=', about.alertId)
  ).execute();
  return rows.map(openFromRow);
}

/** Locks attempts past their deadline, or due for another look at their check; others' locks are passed by. */
export async function lockDue(
  trx: Trx,
  column: 'deadline_ms' | 'next_recheck_at_ms',
  nowMs: number,
  limit: number,
): Promise<OpenAttempt[]> {
  const rows = await selectOpen(trx).where(column, '<=', nowMs).orderBy(column).limit(limit).skipLocked().execute();
  return rows.map(openFromRow);
}

/** Conditional on nothing: the caller holds the lock. */
export async function saveAttempt(
  trx: Trx,
  id: string,
  change: {
    status?: AttemptStatus;
    reason?: string;
    deadlineMs?: number;
    nextRecheckAtMs?: number | null;
    lastEventId?: string;
    finishedAtMs?: number;
  },
): Promise<void> {
  await trx
    .updateTable('reflex_attempt')
    .set({
      ...(change.status !== undefined && { status: change.status }),
      ...(change.reason !== undefined && { reason: change.reason.slice(0, 1000) }),
      ...(change.deadlineMs !== undefined && { deadline_ms: change.deadlineMs }),
      ...(change.nextRecheckAtMs !== undefined && { next_recheck_at_ms: change.nextRecheckAtMs }),
      ...(change.lastEventId !== undefined && { last_event_id: Number(change.lastEventId) }),
      ...(change.finishedAtMs !== undefined && { finished_at_ms: change.finishedAtMs }),
    })
    .where('id', '=', id)
    .execute();
}
