// Takes results of runs and commits them in small batches: state, ring and events of
// a batch in one transaction. A result waits here as long as the database is away.

import { backoffMs } from '#kernel/backoff.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import { SERVICE_STATES } from '#kernel/domain/check-state.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { CheckDefinition } from './check-definition.ts';
import { decideCheckState, initialCheckState, type CheckState } from './check-state.ts';
import {
  appendCheckEvents,
  lockStates,
  readRecheckRequests,
  saveStates,
  type LockedState,
  type SavedState,
} from './check-store.ts';
import { DEFAULT_FLAP_SETTINGS } from './flapping.ts';
import { nextRunAtMs } from './next-run.ts';
import type { FinishedRun } from './run-check.ts';

interface RunToCommit extends FinishedRun {
  runId: string;
  check: CheckDefinition;
  latencyMs: number;
  /** Events that asked for this run. */
  causes: string[];
}

interface ResultWriter {
  /**
   * Resolves to the state after the commit, or to undefined when the check was deleted meanwhile
   * or the writer was stopped. At most one result of a check may wait at a time.
   */
  commit(run: RunToCommit): Promise<CheckState | undefined>;
  /** Tries once more to write what waits. */
  stop(): Promise<void>;
}

const BATCH_MS = 50;
const BATCH_RESULTS = 500;
/** Events are small; the whole output is in the row of the check. */
const EVENT_OUTPUT_LENGTH = 500;

interface Waiting {
  run: RunToCommit;
  done: (state: CheckState | undefined) => void;
}

export function createResultWriter(deps: { db: Db; clock: Clock; log: Logger }): ResultWriter {
  const { db, clock, log } = deps;
  const stopping = new AbortController();
  let waiting: Waiting[] = [];
  let timer: Timer | undefined;
  let writing: Promise<void> | undefined;

  // While a batch is being written the next one gathers; it goes out as soon as that is done.
  function flushSoon(): void {
    if (writing || waiting.length === 0) return;
    if (waiting.length >= BATCH_RESULTS || stopping.signal.aborted) startWriting();
    else timer ??= clock.after(BATCH_MS, startWriting);
  }

  function startWriting(): void {
    timer?.cancel();
    timer = undefined;
    const batch = waiting.slice(0, BATCH_RESULTS);
    waiting = waiting.slice(BATCH_RESULTS);
    writing = writeBatch(batch).finally(() => {
      writing = undefined;
      flushSoon();
    });
  }

  async function writeBatch(batch: Waiting[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const nowMs = clock.nowMs();
        const runs = batch.map((entry) => entry.run);
        const states = await transaction(db, (trx) => commitRuns(trx, runs, nowMs));
        for (const { run, done } of batch) done(states.get(run.check.id));
        return;
      } catch (error) {
        if (attempt === 1)
          log.warn('check results wait for the database', { results: batch.length, ...errorFields(error) });
        if (stopping.signal.aborted) {
          for (const { done } of batch) done(undefined);
          return;
        }
        await clock.sleep(backoffMs({ firstMs: 100, factor: 2, maxMs: 5000 }, attempt), stopping.signal);
      }
    }
  }

  return {
    commit(run) {
      const { promise, resolve } = Promise.withResolvers<CheckState | undefined>();
      waiting.push({ run, done: resolve });
      flushSoon();
      return promise;
    },
    async stop() {
      stopping.abort();
      flushSoon();
      while (writing) await writing;
    },
  };
}

/** The transaction of a batch. Committing the same run again changes nothing. */
async function commitRuns(trx: Trx, runs: RunToCommit[], nowMs: number): Promise<Map<string, CheckState>> {
  const locked = new Map(
    (
      await lockStates(
        trx,
        runs.map((run) => run.check.id),
      )
    ).map((row) => [row.checkId, row]),
  );
  const requests = await readRecheckRequests(
    trx,
    runs.flatMap((run) => run.causes),
  );
  const states = new Map<string, CheckState>();
  const saved: SavedState[] = [];
  const changes: NewEvent[] = [];
  const answers: NewEvent[] = [];
  for (const run of runs) {
    const before = locked.get(run.check.id);
    if (!before) continue;
    if (before.machine?.runId === run.runId) {
      states.set(run.check.id, before.machine);
      continue;
    }
    const step = decideRun(run, before, nowMs);
    states.set(run.check.id, step.saved.machine);
    saved.push(step.saved);
    changes.push(...step.changes);
    const { state } = step.saved.machine;
    for (const causeId of run.causes) {
      const request = requests.get(causeId) ?? { requestedBy: 'system', reason: '' };
      answers.push({
        ...subjectOf(run, nowMs),
        kind: 'check.rechecked',
        causeId,
        data: { ...request, state, output: run.result.output.slice(0, EVENT_OUTPUT_LENGTH), causeEventId: causeId },
      });
    }
  }
  if (saved.length > 0) await saveStates(trx, saved);
  await appendCheckEvents(trx, changes, answers);
  return states;
}

function decideRun(run: RunToCommit, before: LockedState, nowMs: number): { saved: SavedState; changes: NewEvent[] } {
  const { check, result } = run;
  const settings = {
    maxAttempts: check.maxAttempts,
    isVolatile: false,
    flap: DEFAULT_FLAP_SETTINGS,
    flapStates: SERVICE_STATES,
  };
  const machine = before.machine ?? initialCheckState(check.maxAttempts);
  const { after, effects } = decideCheckState(machine, result.state, settings, { isUp: before.isHostUp });
  const { transition } = effects;
  return {
    saved: {
      checkId: check.id,
      machine: { ...after, runId: run.runId },
      output: result.output,
      longOutput: result.longOutput,
      perfdata: result.perfdata,
      startedAtMs: run.startedAtMs,
      executionMs: run.executionMs,
      latencyMs: run.latencyMs,
      nextCheckAtMs: nextRunAtMs(check, after.type === 'soft', run.startedAtMs, nowMs),
      isChange: before.state !== after.state,
      isHardChange: transition?.isHardChange ?? before.state === 'pending',
    },
    changes: transition
      ? [
          {
            ...subjectOf(run, nowMs),
            kind: 'check.state_changed',
            data: {
              checkName: check.name,
              from: before.state,
              to: transition.to,
              type: transition.type,
              attempt: transition.attempt,
              maxAttempts: check.maxAttempts,
              output: result.output.slice(0, EVENT_OUTPUT_LENGTH),
              hardChange: transition.isHardChange,
            },
          },
        ]
      : [],
  };
}

const subjectOf = (run: RunToCommit, atMs: number) => ({ atMs, hostId: run.check.hostId, checkId: run.check.id });
