// Runs all checks, as long as this process holds the lease: loads them, keeps the
// schedule in step with what people change, executes, and has the results committed.

import type { Clock } from '#kernel/clock.ts';
import type { StoredEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { errorFields } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import type { InventoryApi } from '#inventory/api.ts';
import { createEventConsumer } from '#store/event-log.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db } from '#store/postgres.ts';
import type { CheckDefinition } from './check-definition.ts';
import { createCheckSchedule, type CheckScheduleCounters } from './check-schedule.ts';
import { loadChecks, unansweredRechecks } from './check-store.ts';
import { createHostSeries } from './host-series.ts';
import type { CheckKind } from './kinds/check-kind.ts';
import { firstRunAtMs, nextRunAtMs } from './next-run.ts';
import { perfdataSamples } from './perfdata-samples.ts';
import { createResultWriter } from './result-writer.ts';
import { runCheck } from './run-check.ts';

export interface CheckRunnerDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  inventory: Pick<InventoryApi, 'seriesOfHost'>;
  kinds: ReadonlyMap<string, CheckKind>;
  /** Takes perfdata; must not wait and must not throw. */
  appendHistory: (samples: Sample[]) => void;
}

interface CheckRunnerOptions {
  maxRunning: number;
  maxRunningPerHost: number;
}

export interface CheckRunner {
  start(): Promise<void>;
  /** Aborts what runs; results that are there are written. */
  stop(): Promise<void>;
  counters(): CheckScheduleCounters;
  /** Resolves when every event committed before the call has been acted on; for tests and orderly stops. */
  drain(): Promise<void>;
}

/** Metrics of a running agent come within one collection interval; before that silence means nothing. */
const SETTLING_MS = 60_000;
/** A re-check that was asked for longer ago than this is of no use to anybody any more. */
const RECHECK_MAX_AGE_MS = 600_000;
const RELOAD_RETRY_MS = 1000;

type HeardKind = 'config.changed' | 'host.changed' | 'host.retired' | 'host.created' | 'check.recheck_requested';

export function createCheckRunner(deps: CheckRunnerDeps, options: CheckRunnerOptions): CheckRunner {
  const { db, clock, log } = deps;
  const stopping = new AbortController();
  const definitions = new Map<string, CheckDefinition>();
  const hostSeries = createHostSeries(deps);
  const writer = createResultWriter(deps);
  const schedule = createCheckSchedule({ clock, run: runDue }, options);
  let settlingUntilTick = 0;
  let reloads: Promise<void> = Promise.resolve();

  const consumer = createEventConsumer<HeardKind>(deps, {
    name: 'checks',
    kinds: ['config.changed', 'host.changed', 'host.retired', 'host.created', 'check.recheck_requested'],
    fromNow: true,
    // Nothing to store: what a process that dies has not acted on is found again in the log by the next start.
    handle: () => Promise.resolve(),
    afterCommit: (events) => {
      reloads = reloads.then(() => actOn(events));
    },
  });

  async function actOn(events: StoredEvent<HeardKind>[]): Promise<void> {
    if (stopping.signal.aborted) return;
    try {
      for (const event of events) await actOnOne(event);
    } catch (error) {
      log.warn('changes of checks wait for the database', errorFields(error));
      await reloadAll();
    }
  }

  async function actOnOne(event: StoredEvent<HeardKind>): Promise<void> {
    switch (event.kind) {
      case 'check.recheck_requested':
        if (event.checkId !== undefined) schedule.runNow(event.checkId, event.id);
        return;
      case 'config.changed':
        if (event.data.kind === 'check') await reloadCheck(event.data.id);
        return;
      case 'host.created':
      case 'host.changed':
      case 'host.retired':
        if (event.hostId !== undefined) await reloadHost(event.hostId);
        return;
      default:
        event satisfies never;
    }
  }

  /** New and changed checks run at once: whoever made the change is waiting to see what it does. */
  async function reloadCheck(checkId: string): Promise<void> {
    const [found] = await loadChecks(db, { checkId });
    if (found) put(found.definition, clock.nowMs());
    else drop(checkId);
  }

  async function reloadHost(hostId: string): Promise<void> {
    hostSeries.forget(hostId);
    const found = new Map((await loadChecks(db, { hostId })).map((check) => [check.definition.id, check]));
    for (const definition of definitions.values()) {
      if (definition.hostId === hostId && !found.has(definition.id)) drop(definition.id);
    }
    for (const { definition, plannedAtMs } of found.values()) {
      put(definition, firstRunAtMs(definition, plannedAtMs, clock.nowMs()));
    }
  }

  /** Makes good for all events that could not be acted on; tries until the database is back. */
  async function reloadAll(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(RELOAD_RETRY_MS, stopping.signal);
      try {
        return await loadAll();
      } catch (error) {
        log.debug('checks could not be loaded', errorFields(error));
      }
    }
  }

  async function loadAll(): Promise<void> {
    const checks = await loadChecks(db);
    const found = new Set(checks.map((check) => check.definition.id));
    for (const id of definitions.keys()) if (!found.has(id)) drop(id);
    for (const { definition, plannedAtMs } of checks) {
      put(definition, firstRunAtMs(definition, plannedAtMs, clock.nowMs()));
    }
    const sinceMs = clock.nowMs() - RECHECK_MAX_AGE_MS;
    for (const { checkId, eventId } of await unansweredRechecks(db, sinceMs)) schedule.runNow(checkId, eventId);
  }

  function put(definition: CheckDefinition, dueAtMs: number): void {
    definitions.set(definition.id, definition);
    schedule.set(definition, dueAtMs);
  }

  function drop(checkId: string): void {
    definitions.delete(checkId);
    schedule.remove(checkId);
  }

  async function runDue(id: string, dueAtMs: number, causes: string[]): Promise<number> {
    const check = definitions.get(id);
    // Removed in the moment it became due; the schedule has forgotten it too.
    if (!check) return clock.nowMs();
    const latencyMs = Math.max(0, clock.nowMs() - dueAtMs);
    const series = await hostSeries.of(check);
    // Whoever asked for a run gets a verdict, even if it is that nothing was heard yet.
    const isSettling = causes.length === 0 && clock.monotonicMs() < settlingUntilTick;
    const run = await runCheck(deps, check, { series, isSettling, stopping: stopping.signal });
    if (run === 'stopped') return clock.nowMs();
    if (run === 'not_yet') return clock.nowMs() + check.retryIntervalMs;
    const runId = uuidv7(clock.nowMs());
    const after = await writer.commit({ ...run, runId, check, latencyMs, causes });
    if (after) deps.appendHistory(perfdataSamples(check.name, series, run.result.perfdata, run.startedAtMs));
    return nextRunAtMs(check, after?.type === 'soft', run.startedAtMs, clock.nowMs());
  }

  return {
    async start() {
      settlingUntilTick = clock.monotonicMs() + SETTLING_MS;
      // The consumer first: what changes while the checks are being loaded is then heard twice, not never.
      await consumer.start(stopping.signal);
      await loadAll();
      log.info('checks are running', { checks: definitions.size });
    },
    async stop() {
      stopping.abort();
      await consumer.stop();
      await reloads;
      const idle = schedule.stop();
      await writer.stop();
      await idle;
    },
    counters: schedule.counters,
    async drain() {
      await consumer.drain();
      await reloads;
    },
  };
}
