// Rows of agent_request: how they are written, taken for sending, and ended. Every
// change of state is one conditional update with its event in the same transaction.

import { sql, type Selectable } from 'kysely';
import type { NewEvent, RequestOutcome } from '#kernel/domain/event.ts';
import { appendEvents } from '#store/event-log.ts';
import { json } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { AgentRequest } from '#store/schema.ts';
import { FINISHED_CHANNEL, type NewRequest, type RequestStatus } from './api.ts';

export type RequestRow = Selectable<AgentRequest>;

/** An agent that is away is waited for so long beyond expiry and timeout before its request ends `unreachable`. */
const GIVE_UP_GRACE_MS = 60_000;
const DEFAULT_TIMEOUT_SEC = 300;

/** Writes a queued row; false when the id is known. The agent row is locked to the end of `trx` by its counter. */
export async function insertRequest(trx: Trx, request: NewRequest, nowMs: number): Promise<boolean> {
  const timeoutSec = typeof request.body['timeoutSec'] === 'number' ? request.body['timeoutSec'] : DEFAULT_TIMEOUT_SEC;
  const result = await sql<{ id: string }>`
    with numbered as (
      update agent set last_seq = last_seq + 1
      where id = ${request.agentId} and not exists (select 1 from agent_request where id = ${request.requestId})
      returning last_seq)
    insert into agent_request (id, agent_id, run_id, action, body, seq, requested_by, status, created_at_ms,
      expires_at_ms, give_up_at_ms, quiet)
    select ${request.requestId}, ${request.agentId}, ${request.runId ?? null}, ${request.action},
      ${json(request.body)}::jsonb, last_seq, ${request.requestedBy}, 'queued', ${nowMs}::bigint,
      ${request.expiresAtMs}::bigint, ${Math.ceil(request.expiresAtMs + timeoutSec * 1000 + GIVE_UP_GRACE_MS)}::bigint,
      ${request.quiet ?? false}
    from numbered on conflict (id) do nothing returning id`.execute(trx);
  return result.rows.length === 1;
}

interface Ending {
  requestId: string;
  outcome: RequestOutcome;
  /** Only when it is this agent's. */
  agentId?: string;
  /** Only while it is in one of these states. */
  from?: readonly RequestStatus[];
}

/** Ends requests that have not ended; returns the ids that this call ended. */
export async function finishRequests(trx: Trx, endings: readonly Ending[], nowMs: number): Promise<string[]> {
  const events: NewEvent[] = [];
  const ended: string[] = [];
  for (const { requestId, outcome, agentId, from } of endings) {
    const row = await trx
      .updateTable('agent_request')
      .from('agent')
      .set({
        status: 'finished',
        outcome: json(outcome),
        finished_at_ms: nowMs,
        ...(outcome.startedAtMs !== undefined && { started_at_ms: outcome.startedAtMs }),
      })
      .whereRef('agent.id', '=', 'agent_request.agent_id')
      .where('agent_request.id', '=', requestId)
      .where('agent_request.status', '!=', 'finished')
      .$if(agentId !== undefined, (query) => query.where('agent_request.agent_id', '=', agentId ?? ''))
      .$if(from !== undefined, (query) => query.where('agent_request.status', 'in', from ?? []))
      .returning(['agent_request.agent_id', 'agent_request.run_id', 'agent_request.quiet', 'agent.host_id'])
      .executeTakeFirst();
    if (!row) continue;
    ended.push(requestId);
    if (row.quiet) {
      await sql`select pg_notify(${FINISHED_CHANNEL}, ${requestId})`.execute(trx);
      continue;
    }
    events.push({
      kind: 'request.finished',
      atMs: nowMs,
      ...subjectOf(row),
      data: { requestId, agentId: row.agent_id, outcome },
    });
  }
  await appendEvents(trx, events);
  return ended;
}

const FORGOTTEN_AFTER_MS = 3_600_000;

export async function forgetQuiet(db: Db, requestIds: readonly string[], nowMs: number): Promise<void> {
  await db
    .deleteFrom('agent_request')
    .where('quiet', '=', true)
    .where('status', '=', 'finished')
    .where(({ or, eb }) =>
      or([
        eb('finished_at_ms', '<', nowMs - FORGOTTEN_AFTER_MS),
        ...(requestIds.length > 0 ? [eb('id', 'in', requestIds)] : []),
      ]),
    )
    .execute();
}

export async function markDelivered(trx: Trx, agentId: string, requestId: string, nowMs: number): Promise<void> {
  await trx
    .updateTable('agent_request')
    .set({ status: 'delivered', delivered_at_ms: nowMs })
    .where('id', '=', requestId)
    .where('agent_id', '=', agentId)
    .where('status', 'in', ['queued', 'sent'])
    .execute();
}

export async function markStarted(trx: Trx, agentId: string, requestId: string, atMs: number): Promise<void> {
  const row = await trx
    .updateTable('agent_request')
    .from('agent')
    .set({
      status: 'started',
      started_at_ms: atMs,
      delivered_at_ms: sql<number>`coalesce(agent_request.delivered_at_ms, ${atMs})`,
    })
    .whereRef('agent.id', '=', 'agent_request.agent_id')
    .where('agent_request.id', '=', requestId)
    .where('agent_request.agent_id', '=', agentId)
    .where('agent_request.status', 'in', ['queued', 'sent', 'delivered'])
    .returning(['agent_request.run_id', 'agent_request.quiet', 'agent.host_id'])
    .executeTakeFirst();
  if (!row || row.quiet) return;
  await appendEvents(trx, [{ kind: 'request.started', atMs, ...subjectOf(row), data: { requestId, agentId } }]);
}

export const subjectOf = (row: {
  run_id?: string | null;
  host_id: string | null;
}): {
  runId?: string;
  hostId?: string;
} => ({ ...(row.run_id && { runId: row.run_id }), ...(row.host_id && { hostId: row.host_id }) });

/** Marks queued requests of these agents as sent, in order; send them only after this has resolved. */
export async function takeQueued(db: Db, agentIds: readonly string[], nowMs: number): Promise<RequestRow[]> {
  if (agentIds.length === 0) return [];
  const rows = await db
    .updateTable('agent_request')
    .set({ status: 'sent', sent_at_ms: nowMs })
    .where('id', 'in', (query) =>
      query
        .selectFrom('agent_request')
        .select('id')
        .where('agent_id', 'in', agentIds)
        .where('status', '=', 'queued')
        .where('expires_at_ms', '>', nowMs)
        .orderBy('seq')
        .limit(500)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
  return rows.sort((a, b) => a.seq - b.seq);
}

/** What these agents were sent and are asked to stop. */
export const cancelsOf = (db: Db, agentIds: readonly string[]): Promise<RequestRow[]> =>
  db
    .selectFrom('agent_request')
    .selectAll()
    .where('agent_id', 'in', agentIds)
    .where('status', '!=', 'finished')
    .where('cancel_requested_at_ms', 'is not', null)
    .execute();

/** What this agent was sent before and has not ended, oldest first. */
export const openRequestsOf = (db: Db, agentId: string): Promise<RequestRow[]> =>
  db
    .selectFrom('agent_request')
    .selectAll()
    .where('agent_id', '=', agentId)
    .where('status', 'not in', ['finished', 'queued'])
    .orderBy('seq')
    .execute();

/** Of the agents connected to `gateway`: still queued, sent but unacknowledged, asked to stop, or overdue. */
export const requestsToRepeat = (
  db: Db,
  gateway: string,
  stale: { nowMs: number; sentBeforeMs: number },
): Promise<RequestRow[]> =>
  db
    .selectFrom('agent_request')
    .innerJoin('agent', 'agent.id', 'agent_request.agent_id')
    .selectAll('agent_request')
    .where('agent.gateway', '=', gateway)
    .where('agent.connected', '=', true)
    .where('agent_request.status', '!=', 'finished')
    .where((where) =>
      where.or([
        where('agent_request.status', '=', 'queued'),
        where.and([
          where('agent_request.status', '=', 'sent'),
          where('agent_request.sent_at_ms', '<=', stale.sentBeforeMs),
        ]),
        where('agent_request.cancel_requested_at_ms', '<=', stale.sentBeforeMs),
        where('agent_request.give_up_at_ms', '<=', stale.nowMs),
      ]),
    )
    .orderBy('agent_request.seq')
    .limit(500)
    .execute();

/**
 * Requests that nobody can be waited for: never sent and expired, their agent away beyond the deadline, or
 * connected ever since `unansweredSinceMs` with the deadline before that, and still without an answer.
 */
export async function overdueRequests(
  trx: Trx,
  nowMs: number,
  silentSinceMs: number,
  unansweredSinceMs: number,
): Promise<{ id: string; status: string; canceled: boolean; away: boolean }[]> {
  const result = await sql<{ id: string; status: string; canceled: boolean; away: boolean }>`
    select r.id, r.status, r.cancel_requested_at_ms is not null as canceled, contact.away
    from agent_request r join agent a on a.id = r.agent_id
    cross join lateral (
      select not a.connected or coalesce(a.last_contact_at_ms, 0) < ${silentSinceMs} as away) contact
    where r.status <> 'finished' and r.expires_at_ms <= ${nowMs} and (r.status = 'queued' or
      (r.give_up_at_ms <= ${nowMs} and contact.away) or
      (r.give_up_at_ms <= ${unansweredSinceMs} and a.connected_at_ms <= ${unansweredSinceMs}))
    order by r.expires_at_ms limit 500 for update of r skip locked`.execute(trx);
  return result.rows;
}
