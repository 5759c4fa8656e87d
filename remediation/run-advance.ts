// Takes a run as far as it can go now: load, decide, commit tasks, requests and
// events together. Safe to call at any time, from any number of processes.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { Gateway, Inventory } from './neighbours.ts';
import { runFinished, runStarted, taskFinished } from './run-events.ts';
import { hasWork, planRun, type RunPlan, type TaskState } from './run-state.ts';
import type { Run } from './run.ts';
import {
  loadRun,
  loadTaskStates,
  markCanceling,
  markEnded,
  markSent,
  saveLastEvent,
  saveProgress,
} from './run-store.ts';
import { prepareTasks, type Prepared } from './prepare-tasks.ts';

// Requests written in one transaction: bounds how long the run's row is locked.
const SENT_AT_ONCE = 200;

interface RunAdvanceDeps {
  db: Db;
  clock: Clock;
  gateway: Gateway;
  inventory: Inventory;
  /** In the transaction that ends the run; `eventId` is its `run.finished`. */
  onFinished(trx: Trx, run: Run, eventId: string): Promise<void>;
}

const planOf = (run: Run, tasks: TaskState[]): RunPlan =>
  planRun({
    steps: run.steps,
    concurrency: run.options.concurrency,
    cancelRequested: run.cancelRequested,
    tasks,
  });

const isOpen = (run: Run): boolean => run.status === 'queued' || run.status === 'running';

export function createRunAdvance(deps: RunAdvanceDeps) {
  const { db, clock, gateway } = deps;

  /** Sends or ends one task that the plan wants started. Nothing when it was not prepared: next round. */
  async function startTask(trx: Trx, run: Run, task: TaskState, prepared: Prepared | undefined): Promise<NewEvent[]> {
    const nowMs = clock.nowMs();
    if (!prepared) return [];
    if (!prepared.ok) {
      const ended = await markEnded(trx, task.id, { ...prepared, reportedAtMs: nowMs });
      return ended ? [finishedEvent(run, task, prepared.status, nowMs)] : [];
    }
    const expiresAtMs = nowMs + run.options.expiresSec * 1000;
    if (!(await markSent(trx, { id: task.id, agentId: prepared.agentId, atMs: nowMs }))) return [];
    await gateway.sendRequest(trx, {
      requestId: task.id,
      agentId: prepared.agentId,
      runId: run.id,
      ...prepared.request,
      requestedBy: run.requestedBy,
      expiresAtMs,
    });
    return [];
  }

  /** Applies what the locked state calls for. True when something changed, so that another look is due. */
  async function step(trx: Trx, runId: string, prepared: Map<string, Prepared>, by?: string): Promise<boolean> {
    const loaded = await loadRun(trx, runId, 'locked');
    if (!loaded || !isOpen(loaded.run)) return false;
    const { run } = loaded;
    const plan = planOf(run, await loadTaskStates(trx, runId));
    const nowMs = clock.nowMs();
    const events: NewEvent[] = [];

    const start = plan.start.filter((task) => prepared.has(task.id));
    const starts = run.status === 'queued' && start.length > 0;
    if (starts) events.push(runStarted(run, nowMs, loaded.lastEventId));
    for (const task of start) events.push(...(await startTask(trx, run, task, prepared.get(task.id))));
    for (const { task, status, reason } of plan.end) {
      if (await markEnded(trx, task.id, { status, reason, reportedAtMs: nowMs }))
        events.push(finishedEvent(run, task, status, nowMs, loaded.lastEventId));
    }
    for (const task of plan.cancel) {
      await markCanceling(trx, task.id);
      await gateway.cancelRequest(trx, task.id, by ?? run.requestedBy);
    }
    await saveProgress(trx, runId, plan, { atMs: nowMs, started: starts });
    if (plan.finish) {
      const end = { atMs: nowMs, status: plan.finish, summary: plan.summary, causeId: loaded.lastEventId };
      events.push(runFinished(run, end));
    }
    const ids = await appendEvents(trx, events);
    const newest = ids.at(-1);
    await saveLastEvent(trx, runId, newest);
    if (plan.finish && newest) await deps.onFinished(trx, { ...run, ...plan, status: plan.finish }, newest);
    return !plan.finish && start.length + plan.end.length + plan.cancel.length > 0;
  }

  return {
    /** Idempotent. Returns when nothing can be done before the next event, or `signal` aborts. */
    async advance(runId: string, signal?: AbortSignal): Promise<void> {
      for (let more = true; more && !signal?.aborted;) {
        const loaded = await loadRun(db, runId, 'unlocked');
        if (!loaded || !isOpen(loaded.run)) return;
        const plan = planOf(loaded.run, await loadTaskStates(db, runId));
        if (!hasWork(plan)) return touch(runId, plan);
        // Neighbours are asked before the lock is taken, so that no transaction waits for another connection.
        const prepared = await prepareTasks(deps, loaded.run, plan.start.slice(0, SENT_AT_ONCE));
        more = await transaction(db, (trx) => step(trx, runId, prepared));
      }
    },
    /** Applies a cancel in the caller's transaction: drops what was not sent, asks the hosts to stop the rest. */
    async applyCancel(trx: Trx, runId: string, by: string): Promise<void> {
      await step(trx, runId, new Map(), by);
    },
  };

  /** Nothing to do, but what it waits for may have changed, and the sweep need not come back soon. */
  async function touch(runId: string, plan: RunPlan): Promise<void> {
    await transaction(db, async (trx) => {
      const loaded = await loadRun(trx, runId, 'locked');
      if (loaded && isOpen(loaded.run)) await saveProgress(trx, runId, plan, { atMs: clock.nowMs(), started: false });
    });
  }
}

export type RunAdvance = ReturnType<typeof createRunAdvance>;

const finishedEvent = (run: Run, task: TaskState, status: string, atMs: number, causeId?: string) =>
  taskFinished({ runId: run.id, taskId: task.id, hostId: task.hostId, hostName: task.hostName, status, atMs, causeId });
