// The SQL of running checks: definitions in, results out. State, ring and events of
// a batch of results are one transaction.

import { sql } from 'kysely';
import { exitCodeOf, type ServiceState } from '#kernel/domain/check-state.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import { appendEvents } from '#store/event-log.ts';
import { json } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { CheckDefinition } from './check-definition.ts';
import type { CheckState } from './check-state.ts';

interface PlannedCheck {
  definition: CheckDefinition;
  plannedAtMs: number | null;
}

/** Enabled checks of hosts that are not retired, all or some. */
export async function loadChecks(db: Db, only: { checkId?: string; hostId?: string } = {}): Promise<PlannedCheck[]> {
  const rows = await db
    .selectFrom('check')
    .innerJoin('host', 'host.id', 'check.host_id')
    .innerJoin('check_state', 'check_state.check_id', 'check.id')
    .selectAll('check')
    .select(['host.name as host_name', 'host.ip', 'check_state.next_check_at_ms'])
    .where('check.enabled', '=', true)
    .where('host.lifecycle', '!=', 'retired')
    .$if(only.checkId !== undefined, (query) => query.where('check.id', '=', only.checkId ?? ''))
    .$if(only.hostId !== undefined, (query) => query.where('check.host_id', '=', only.hostId ?? ''))
    .execute();
  return rows.map((row) => ({
    definition: {
      id: row.id,
      name: row.name,
      hostId: row.host_id,
      hostName: row.host_name,
      address: row.ip ?? row.host_name,
      kind: row.kind,
      spec: row.spec,
      intervalMs: row.interval_sec * 1000,
      retryIntervalMs: row.retry_interval_sec * 1000,
      maxAttempts: row.max_attempts,
      timeoutMs: row.timeout_sec * 1000,
    },
    plannedAtMs: row.next_check_at_ms,
  }));
}

export interface LockedState {
  checkId: string;
  /** 'pending' before the first result. */
  state: ServiceState | 'pending';
  output: string;
  /** Undefined before the first result. */
  machine: StoredMachine | undefined;
  /** False when metrics of the host have stopped coming. */
  isHostUp: boolean;
}

interface StoredMachine extends CheckState {
  /** Id of the run that was stored last, so that a repeated commit changes nothing. */
  runId: string;
}

/** Locks the state rows of these checks, in one order for all; checks that are gone are left out. */
export async function lockStates(trx: Trx, checkIds: string[]): Promise<LockedState[]> {
  const rows = await trx
    .selectFrom('check_state as s')
    .innerJoin('check as c', 'c.id', 's.check_id')
    .innerJoin('host as h', 'h.id', 'c.host_id')
    .select(['s.check_id', 's.state', 's.output', 's.machine', 'h.reporting'])
    .where('s.check_id', 'in', checkIds)
    .orderBy('s.check_id')
    .forUpdate('s')
    .execute();
  return rows.map((row) => ({
    checkId: row.check_id,
    // Both columns are written by saveStates only.
    state: row.state as ServiceState | 'pending',
    output: row.output,
    machine: row.state === 'pending' ? undefined : (row.machine as unknown as StoredMachine),
    isHostUp: row.reporting !== false,
  }));
}

export interface SavedState {
  checkId: string;
  machine: StoredMachine;
  output: string;
  longOutput: string;
  perfdata: string;
  startedAtMs: number;
  executionMs: number;
  latencyMs: number;
  nextCheckAtMs: number;
  isChange: boolean;
  isHardChange: boolean;
}

const RING_LENGTH = 90;
/** Ring rows are rewritten with each result: the first words of the output are enough there. */
const RING_OUTPUT_LENGTH = 120;

/** One statement for the whole batch; at most one result per check. */
export async function saveStates(trx: Trx, states: readonly SavedState[]): Promise<void> {
  const rows = states.map((saved) => ({
    check_id: saved.checkId,
    state: saved.machine.state,
    state_type: saved.machine.type,
    attempt: saved.machine.attempt,
    machine: saved.machine,
    output: saved.output,
    long_output: saved.longOutput,
    perfdata: saved.perfdata,
    at_ms: saved.startedAtMs,
    changed_at_ms: saved.isChange ? saved.startedAtMs : null,
    hard_changed_at_ms: saved.isHardChange ? saved.startedAtMs : null,
    next_check_at_ms: Math.round(saved.nextCheckAtMs),
    latency_ms: saved.latencyMs,
    execution_ms: saved.executionMs,
    entry: [
      saved.startedAtMs,
      exitCodeOf(saved.machine.state),
      saved.machine.type,
      saved.output.slice(0, RING_OUTPUT_LENGTH).toWellFormed(),
    ],
  }));
  await sql`
    update check_state s set
      state = r.state, state_type = r.state_type, attempt = r.attempt, machine = r.machine,
      output = r.output, long_output = r.long_output, perfdata = r.perfdata,
      last_check_at_ms = r.at_ms,
      last_change_at_ms = coalesce(r.changed_at_ms, s.last_change_at_ms),
      last_hard_change_at_ms = coalesce(r.hard_changed_at_ms, s.last_hard_change_at_ms),
      next_check_at_ms = r.next_check_at_ms, latency_ms = r.latency_ms, execution_ms = r.execution_ms
    from jsonb_to_recordset(${json(rows)}::jsonb) as r(
      check_id uuid, state text, state_type text, attempt integer, machine jsonb, output text, long_output text,
      perfdata text, at_ms bigint, changed_at_ms bigint, hard_changed_at_ms bigint, next_check_at_ms bigint,
      latency_ms double precision, execution_ms double precision)
    where s.check_id = r.check_id`.execute(trx);
  await sql`
    insert into check_ring as s (check_id, ring)
    select r.check_id, jsonb_build_array(r.entry) from jsonb_to_recordset(${json(rows)}::jsonb) as r(check_id uuid, entry jsonb)
    on conflict (check_id) do update set
      ring = (case when jsonb_array_length(s.ring) >= ${RING_LENGTH} then s.ring - 0 else s.ring end) || excluded.ring`.execute(
    trx,
  );
}

/** Appends the events; an answer to a re-check that was answered before is left out. */
export async function appendCheckEvents(trx: Trx, changes: NewEvent[], answers: NewEvent[]): Promise<void> {
  const causes = answers.flatMap((answer) => (answer.causeId === undefined ? [] : [Number(answer.causeId)]));
  const answered = new Set<string>();
  if (causes.length > 0) {
    const rows = await trx
      .selectFrom('event')
      .select('cause_id')
      .where('kind', '=', 'check.rechecked')
      .where('check_id', 'in', [...new Set(answers.flatMap((answer) => answer.checkId ?? []))])
      .where('cause_id', 'in', causes)
      .execute();
    for (const row of rows) answered.add(String(row.cause_id));
  }
  await appendEvents(trx, [...changes, ...answers.filter((answer) => !answered.has(answer.causeId ?? ''))]);
}

interface RecheckRequest {
  eventId: string;
  checkId: string;
}

/** Requests since `sinceMs` that nobody has answered: what a process that died had taken on. */
export async function unansweredRechecks(db: Db, sinceMs: number): Promise<RecheckRequest[]> {
  const rows = await db
    .selectFrom('event as asked')
    .select(['asked.id', 'asked.check_id'])
    .where('asked.kind', '=', 'check.recheck_requested')
    .where('asked.at_ms', '>=', sinceMs)
    .where('asked.check_id', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('event as answer')
            .select('answer.id')
            .where('answer.kind', '=', 'check.rechecked')
            .whereRef('answer.check_id', '=', 'asked.check_id')
            .whereRef('answer.cause_id', '=', 'asked.id'),
        ),
      ),
    )
    .orderBy('asked.id')
    .limit(10_000)
    .execute();
  return rows.map((row) => ({ eventId: String(row.id), checkId: row.check_id ?? '' }));
}

/** What was asked, for the answer: who and why. */
export async function readRecheckRequests(
  trx: Trx,
  eventIds: string[],
): Promise<Map<string, { requestedBy: string; reason: string }>> {
  if (eventIds.length === 0) return new Map();
  const rows = await trx
    .selectFrom('event')
    .select(['id', sql<string>`data->>'requestedBy'`.as('requestedBy'), sql<string>`data->>'reason'`.as('reason')])
    .where('id', 'in', eventIds.map(Number))
    .execute();
  return new Map(rows.map(({ id, ...asked }) => [String(id), asked]));
}
