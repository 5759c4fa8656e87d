// What the screens read of runs: lists, one run with its tasks, output by group.

import type { Selectable } from 'kysely';
import { notFound } from '#kernel/errors.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { Run as RunRow, Task as TaskRow } from '#store/schema.ts';
import { readCursor, writeCursor } from './page.ts';
import type {
  Accounting,
  OutputGroup,
  Page,
  Run,
  RunDetail,
  RunFilter,
  RunOptions,
  RunSource,
  RunStatus,
  Targets,
  Task,
  TaskStatus,
} from './run.ts';
import type { InputValues } from './inputs.ts';
import type { RunStep } from './steps/step.ts';

const TASKS_SHOWN = 5000;

// Rows are written by run-store.ts only, so the JSON in them has the shapes it wrote.
export const runFromRow = (row: Selectable<RunRow>): Run => ({
  id: row.id,
  title: row.title,
  source: row.source as RunSource,
  status: row.status as RunStatus,
  cancelRequested: row.cancel_requested,
  requestedBy: row.requested_by,
  runbookId: row.runbook_id ?? undefined,
  runbookVersion: row.runbook_version ?? undefined,
  alertId: row.alert_id ?? undefined,
  reflexAttemptId: row.reflex_attempt_id ?? undefined,
  parentRunId: row.parent_run_id ?? undefined,
  attempt: row.attempt,
  steps: row.steps as unknown as RunStep[],
  inputs: row.inputs as unknown as InputValues,
  targets: row.targets as unknown as Targets,
  options: row.options as unknown as RunOptions,
  currentStep: row.current_step,
  accounting: row.accounting as unknown as Accounting,
  summary: row.summary,
  createdAtMs: row.created_at_ms,
  startedAtMs: row.started_at_ms ?? undefined,
  finishedAtMs: row.finished_at_ms ?? undefined,
});

const taskFromRow = (row: Selectable<TaskRow>): Task => ({
  id: row.id,
  step: row.step,
  attempt: row.attempt,
  hostId: row.host_id,
  hostName: row.host_name,
  status: row.status as TaskStatus,
  reason: row.reason ?? undefined,
  exitCode: row.exit_code ?? undefined,
  signal: row.signal ?? undefined,
  result: (row.result as Record<string, unknown> | null) ?? undefined,
  outputBytes: row.output_bytes,
  omittedBytes: row.omitted_bytes,
  outputHash: row.output_hash ?? undefined,
  createdAtMs: row.created_at_ms,
  sentAtMs: row.sent_at_ms ?? undefined,
  deliveredAtMs: row.delivered_at_ms ?? undefined,
  startedAtMs: row.started_at_ms ?? undefined,
  finishedAtMs: row.finished_at_ms ?? undefined,
  reportedAtMs: row.reported_at_ms ?? undefined,
});

export async function listRuns(db: Db, filter: RunFilter): Promise<Page<Run>> {
  const after = readCursor(filter.cursor);
  const { status, source, runbookId, alertId, hostId } = filter;
  let query = db.selectFrom('run').selectAll();
  if (status) query = query.where('status', '=', status);
  if (source) query = query.where('source', '=', source);
  if (runbookId) query = query.where('runbook_id', '=', runbookId);
  if (alertId) query = query.where('alert_id', '=', alertId);
  if (hostId)
    query = query.where('id', 'in', (inner) => inner.selectFrom('task').select('run_id').where('host_id', '=', hostId));
  if (after)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at_ms', 'id'), '<', tuple(after.atMs, after.id)),
    );
  const rows = await query
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();
  const items = rows.slice(0, filter.limit).map(runFromRow);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > filter.limit && last ? writeCursor({ atMs: last.createdAtMs, id: last.id }) : undefined,
  };
}

export async function readRun(db: Db, runId: string): Promise<RunDetail> {
  const row = await db.selectFrom('run').selectAll().where('id', '=', runId).executeTakeFirst();
  if (!row) throw notFound('run', runId);
  const rows = await db
    .selectFrom('task')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('step')
    .orderBy('host_name')
    .limit(TASKS_SHOWN)
    .execute();
  const run = runFromRow(row);
  const tasks = rows.map(taskFromRow);
  return { run, tasks, taskCount: row.expected_hosts * run.steps.length, outputGroups: groupByOutput(tasks) };
}

/** Tasks that ended alike, smallest group first within each step. Pure. */
function groupByOutput(tasks: readonly Task[]): OutputGroup[] {
  const groups = new Map<string, OutputGroup>();
  for (const task of tasks) {
    if (task.outputHash === undefined) continue;
    const key = [task.step, task.status, task.exitCode ?? '', task.outputHash].join(' ');
    const group = groups.get(key) ?? {
      step: task.step,
      hash: task.outputHash,
      status: task.status,
      exitCode: task.exitCode,
      taskIds: [],
      hostNames: [],
    };
    group.taskIds.push(task.id);
    group.hostNames.push(task.hostName);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => a.step - b.step || a.taskIds.length - b.taskIds.length);
}

/** The task of this run; `not_found` otherwise, so that a task id alone opens nothing. */
export async function readTask(db: Db, runId: string, taskId: string): Promise<Task> {
  const row = await db
    .selectFrom('task')
    .selectAll()
    .where('id', '=', taskId)
    .where('run_id', '=', runId)
    .executeTakeFirst();
  if (!row) throw notFound('task', taskId);
  return taskFromRow(row);
}

/** "web-1 failed (exit code 1)": the first task that did not succeed; undefined when all did. */
export async function readFirstFailure(trx: Trx, runId: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('task')
    .selectAll()
    .where('run_id', '=', runId)
    .where('status', 'not in', ['succeeded', 'skipped'])
    .orderBy('step')
    .orderBy('host_name')
    .executeTakeFirst();
  if (!row) return undefined;
  const exit = row.exit_code === null ? null : `exit code ${row.exit_code}`;
  const why = [exit, row.reason].filter((part) => part !== null).join('; ');
  return `${row.host_name} ${row.status.replaceAll('_', ' ')}${why && ` (${why})`}`;
}
