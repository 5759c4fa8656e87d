// The SQL of runs and tasks, writes only. Every change of a status is one
// conditional update, so that a repeat or a late word changes nothing.

import { sql } from 'kysely';
import type { RequestOutcome } from '#kernel/domain/event.ts';
import { sha256Hex } from '#kernel/ids.ts';
import { json } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';
import { runFromRow } from './run-read.ts';
import { OPEN_TASK_STATUSES, type Run, type TaskStatus } from './run.ts';
import { mayMove, type RunPlan, type TaskState } from './run-state.ts';

// Rows per statement: PostgreSQL takes at most 65,535 parameters.
const ROWS_PER_INSERT = 2000;
const ORPHANS_LEFT = 'It left a process behind that holds its output open.';

/** The unit of delivery and of dedupe; also the id of the request to the agent. */
const taskIdOf = (runId: string, step: number, attempt: number, hostId: string): string =>
  sha256Hex(`${runId}\0${step}\0${attempt}\0${hostId}`).slice(0, 40);

type RunToInsert = Omit<Run, 'status' | 'cancelRequested' | 'currentStep' | 'startedAtMs' | 'finishedAtMs'>;

/** Writes the run and one task per host and step. */
export async function insertRun(
  trx: Trx,
  run: RunToInsert,
  hosts: readonly { id: string; name: string }[],
): Promise<void> {
  await trx
    .insertInto('run')
    .values({
      id: run.id,
      title: run.title,
      source: run.source,
      runbook_id: run.runbookId ?? null,
      runbook_version: run.runbookVersion ?? null,
      reflex_attempt_id: run.reflexAttemptId ?? null,
      alert_id: run.alertId ?? null,
      parent_run_id: run.parentRunId ?? null,
      attempt: run.attempt,
      steps: json(run.steps),
      targets: json(run.targets),
      inputs: json(run.inputs),
      options: json(run.options),
      requested_by: run.requestedBy,
      status: 'queued',
      expected_hosts: hosts.length,
      accounting: json(run.accounting),
      summary: run.summary,
      advanced_at_ms: run.createdAtMs,
      created_at_ms: run.createdAtMs,
    })
    .execute();
  const rows = run.steps.flatMap((_step, step) =>
    hosts.map((host) => ({
      id: taskIdOf(run.id, step, run.attempt, host.id),
      run_id: run.id,
      step,
      attempt: run.attempt,
      host_id: host.id,
      host_name: host.name,
      status: 'queued',
      created_at_ms: run.createdAtMs,
    })),
  );
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT)
    await trx
      .insertInto('task')
      .values(rows.slice(from, from + ROWS_PER_INSERT))
      .execute();
}

/** The run with its newest event; locked for the transaction when `lock` is given a transaction. */
export async function loadRun(
  db: Db | Trx,
  runId: string,
  lock: 'locked' | 'unlocked',
): Promise<{ run: Run; lastEventId: string | undefined } | undefined> {
  const row = await db
    .selectFrom('run')
    .selectAll()
    .where('id', '=', runId)
    .$if(lock === 'locked', (query) => query.forUpdate())
    .executeTakeFirst();
  if (!row) return undefined;
  return { run: runFromRow(row), lastEventId: row.last_event_id === null ? undefined : String(row.last_event_id) };
}

export async function loadTaskStates(db: Db | Trx, runId: string): Promise<TaskState[]> {
  const rows = await db
    .selectFrom('task')
    .select(['id', 'step', 'host_id', 'host_name', 'status'])
    .where('run_id', '=', runId)
    .orderBy('step')
    .orderBy('host_name')
    .orderBy('host_id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    step: row.step,
    hostId: row.host_id,
    hostName: row.host_name,
    status: row.status as TaskStatus,
  }));
}

export async function markSent(trx: Trx, task: { id: string; agentId: string; atMs: number }): Promise<boolean> {
  const result = await trx
    .updateTable('task')
    .set({ status: 'sent', agent_id: task.agentId, sent_at_ms: task.atMs })
    .where('id', '=', task.id)
    .where('status', '=', 'queued')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function markCanceling(trx: Trx, taskId: string): Promise<boolean> {
  const result = await trx
    .updateTable('task')
    .set({ status: 'canceling' })
    .where('id', '=', taskId)
    .where('status', 'in', ['sent', 'delivered', 'running'])
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/**
 * Locks the run that a task belongs to. Whoever changes tasks holds this lock first, so that two of them cannot
 * wait for each other. Undefined for requests that are no task.
 */
export async function lockRunOfTask(trx: Trx, taskId: string): Promise<string | undefined> {
  const task = await trx.selectFrom('task').select('run_id').where('id', '=', taskId).executeTakeFirst();
  if (!task) return undefined;
  await trx.selectFrom('run').select('id').where('id', '=', task.run_id).forUpdate().execute();
  return task.run_id;
}

/** True when the task moved; false for a repeat or a late word. */
export async function markRunning(trx: Trx, taskId: string, startedAtMs: number): Promise<boolean> {
  const result = await trx
    .updateTable('task')
    .set({ status: 'running', started_at_ms: startedAtMs })
    .where('id', '=', taskId)
    .where('status', 'in', openStatusesBefore('running'))
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

const openStatusesBefore = (to: TaskStatus): TaskStatus[] => OPEN_TASK_STATUSES.filter((from) => mayMove(from, to));

interface TaskEnd {
  status: RequestOutcome['status'] | 'skipped';
  reason?: string;
  reportedAtMs: number;
  outcome?: RequestOutcome;
  deliveredAtMs?: number | undefined;
  outputHash?: string;
}

/** Ends a task; undefined when it had ended before or is not ours. */
export async function markEnded(
  trx: Trx,
  taskId: string,
  end: TaskEnd,
): Promise<{ hostId: string; hostName: string } | undefined> {
  const { outcome } = end;
  const row = await trx
    .updateTable('task')
    .set({
      status: end.status,
      reason: end.reason ?? outcome?.reason ?? (outcome?.orphansLeft ? ORPHANS_LEFT : null),
      reported_at_ms: end.reportedAtMs,
      ...(end.outputHash && { output_hash: end.outputHash }),
      ...(end.deliveredAtMs && { delivered_at_ms: end.deliveredAtMs }),
      ...(outcome && {
        exit_code: outcome.exitCode ?? null,
        signal: outcome.signal ?? null,
        result: outcome.result ? json(outcome.result) : null,
        output_bytes: outcome.outputBytes ?? 0,
        omitted_bytes: outcome.omittedBytes ?? 0,
        ...(outcome.startedAtMs && { started_at_ms: Math.round(outcome.startedAtMs) }),
        ...(outcome.finishedAtMs && { finished_at_ms: Math.round(outcome.finishedAtMs) }),
      }),
    })
    .where('id', '=', taskId)
    .where('status', 'in', [...OPEN_TASK_STATUSES])
    .returning(['host_id', 'host_name'])
    .executeTakeFirst();
  return row && { hostId: row.host_id, hostName: row.host_name };
}

/** Where the run stands after a step forward. */
export async function saveProgress(
  trx: Trx,
  runId: string,
  plan: Pick<RunPlan, 'accounting' | 'summary' | 'currentStep' | 'finish'>,
  at: { atMs: number; started: boolean },
): Promise<void> {
  await trx
    .updateTable('run')
    .set({
      accounting: json(plan.accounting),
      summary: plan.summary,
      current_step: plan.currentStep,
      advanced_at_ms: at.atMs,
      ...(at.started && { status: 'running', started_at_ms: sql<number>`coalesce(started_at_ms, ${at.atMs})` }),
      ...(plan.finish && { status: plan.finish, finished_at_ms: at.atMs }),
    })
    .where('id', '=', runId)
    .execute();
}

export async function saveLastEvent(trx: Trx, runId: string, eventId: string | undefined): Promise<void> {
  if (eventId === undefined) return;
  await trx
    .updateTable('run')
    .set({ last_event_id: Number(eventId) })
    .where('id', '=', runId)
    .execute();
}

/** True when the run was open and nobody had asked before. */
export async function requestCancel(trx: Trx, runId: string): Promise<boolean> {
  const result = await trx
    .updateTable('run')
    .set({ cancel_requested: true })
    .where('id', '=', runId)
    .where('status', 'in', ['queued', 'running'])
    .where('cancel_requested', '=', false)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Open runs that nobody looked at since `beforeMs`, longest first. */
export async function openRunsNotAdvancedSince(db: Db, beforeMs: number, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('run')
    .select('id')
    .where('status', 'in', ['queued', 'running'])
    .where('advanced_at_ms', '<', beforeMs)
    .orderBy('advanced_at_ms')
    .limit(limit)
    .execute();
  return rows.map((row) => row.id);
}
