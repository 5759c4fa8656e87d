// Starts each check when it is due: a bound on what runs at
// once, over all and per host. It knows neither what a check does nor its result.

import type { Clock, Timer } from '#kernel/clock.ts';
import { createDueTimes, type Planned } from './due-times.ts';
import { createEarlyLane } from './early-lane.ts';
import { createRunLines } from './run-lines.ts';
import { createStartPace } from './start-pace.ts';

interface CheckScheduleOptions {
  maxRunning: number;
  /** Of one host, so that a dead one cannot take every slot with its timeouts. */
  maxRunningPerHost: number;
}

/** `dueAtMs` is when it should have started; `causes` are the events that asked for this run. */
type RunDueCheck = (id: string, dueAtMs: number, causes: string[]) => Promise<NextRun | null>;

export interface NextRun {
  atMs: number;
  /** Between runs as things are: the interval, or a shorter one while a problem is soft. */
  periodMs: number;
}

export interface CheckScheduleCounters {
  scheduled: number;
  running: number;
  waiting: number;
  started: number;
  /** Runs that started more than a second after they were due. */
  late: number;
  /** Turns that passed while the check was still waiting or running. */
  skipped: number;
  /** Of the last thousand runs: how much later than planned they started, ms. */
  latencyMs: { median: number; p95: number };
}

export interface PlannedCheck {
  id: string;
  hostId: string;
  intervalMs: number;
}

interface CheckSchedule {
  /** Adds a check, or changes its host, rhythm and next run; null = it runs only when asked for. */
  set(check: PlannedCheck, dueAtMs: number | null): void;
  /** Besides `set`: run it before its time, as soon as that makes no burst. */
  runEarly(id: string): void;
  /** A run that has begun goes on; it is not planned again. */
  remove(id: string): void;
  /**
   * Runs as soon as a slot is free, before all that wait their turn; a run under way is followed by
   * another, because it began before it was asked. False for a check that is not scheduled. Without a `cause`
   * nobody waits for an answer, and a run under way is enough.
   */
  runNow(id: string, cause?: string): boolean;
  /** Another instant for the next run of a check that is waiting for its time. */
  replan(id: string, dueAtMs: number | null): void;
  /** Plans nothing more; resolves when the last run has ended. */
  stop(): Promise<void>;
  counters(): CheckScheduleCounters;
}

interface Entry extends Planned {
  readonly id: string;
  hostId: string;
  intervalMs: number;
  /** null = not planned: it runs only when asked for. */
  dueAtMs: number | null;
  /** What it adds to the steady rate. */
  ratePerSec: number;
  /** When the run that waits should have begun. */
  wantedAtMs: number;
  phase: 'planned' | 'waiting' | 'running';
  causes: string[];
  isRemoved: boolean;
}

const LATE_MS = 1000;
/** Requests that one run may answer; who asks more often than this is not waiting for an answer. */
const MOST_CAUSES = 100;
const LATENCIES = 1000;

/** `run` must not reject; it resolves to the next run, or null when none is planned. */
export function createCheckSchedule(
  deps: { clock: Clock; run: RunDueCheck },
  options: CheckScheduleOptions,
): CheckSchedule {
  const { clock } = deps;
  const entries = new Map<string, Entry>();
  const lines = createRunLines<Entry>(options.maxRunningPerHost);
  const counts = { running: 0, started: 0, late: 0, skipped: 0 };
  const latencies = new Float64Array(LATENCIES);
  let ratePerSec = 0;
  let isStopped = false;
  let whenIdle: (() => void) | undefined;
  const early = createEarlyLane(clock, {
    ratePerSec: () => ratePerSec,
    isCrowded: () => lines.waiting > 0,
    start(id) {
      const entry = entries.get(id);
      if (entry?.phase === 'planned') enqueue(entry, 'due', clock.nowMs());
    },
  });

  const times = createDueTimes<Entry>(clock, (entry) => {
    enqueue(entry, 'due', entry.dueAtMs ?? clock.nowMs());
    early.noteRegular();
  });
  const pace = createStartPace(clock, () => ratePerSec);
  let paceTimer: Timer | undefined;

  function setRate(entry: Entry, perSec: number): void {
    ratePerSec += perSec - entry.ratePerSec;
    entry.ratePerSec = perSec;
  }

  function plan(entry: Entry, dueAtMs: number | null, periodMs = entry.intervalMs): void {
    entry.phase = 'planned';
    entry.dueAtMs = dueAtMs;
    setRate(entry, dueAtMs === null ? 0 : 1000 / Math.max(1, periodMs));
    if (dueAtMs === null) times.remove(entry);
    else times.set(entry, dueAtMs - clock.nowMs());
  }

  function enqueue(entry: Entry, line: 'asked' | 'due', wantedAtMs: number): void {
    times.remove(entry);
    entry.phase = 'waiting';
    entry.wantedAtMs = wantedAtMs;
    early.remove(entry.id);
    lines.push(entry, line);
    startWhatMay();
  }

  /** Asked-for runs wait for a place only; due ones also for the pace. */
  function startWhatMay(): void {
    while (!isStopped && counts.running < options.maxRunning) {
      const entry = lines.take('asked') ?? takeDue();
      if (!entry) return;
      counts.running++;
      void runOne(entry);
    }
  }

  function takeDue(): Entry | undefined {
    if (!lines.has('due') || paceTimer) return undefined;
    if (pace.take()) return lines.take('due');
    paceTimer = clock.after(pace.waitMs(), () => {
      paceTimer = undefined;
      startWhatMay();
    });
    return undefined;
  }

  async function runOne(entry: Entry): Promise<void> {
    const { hostId, wantedAtMs: dueAtMs } = entry;
    const causes = entry.causes.splice(0);
    entry.phase = 'running';
    const lateMs = Math.max(0, clock.nowMs() - dueAtMs);
    latencies[counts.started++ % LATENCIES] = lateMs;
    if (lateMs > LATE_MS) counts.late++;
    const next = await deps.run(entry.id, dueAtMs, causes);
    counts.running--;
    lines.done(hostId);
    counts.skipped += Math.max(0, Math.floor((clock.nowMs() - dueAtMs) / entry.intervalMs) - 1);
    if (!isStopped && !entry.isRemoved) {
      entry.phase = 'planned';
      if (entry.causes.length > 0) enqueue(entry, 'asked', clock.nowMs());
      else plan(entry, next?.atMs ?? null, next?.periodMs);
    }
    if (counts.running === 0) whenIdle?.();
    startWhatMay();
  }

  return {
    set({ id, hostId, intervalMs }, dueAtMs) {
      if (isStopped) return;
      let entry = entries.get(id);
      if (!entry) {
        entry = {
          id,
          hostId,
          intervalMs,
          dueAtMs: null,
          ratePerSec: 0,
          wantedAtMs: 0,
          phase: 'planned',
          dueTick: 0,
          order: 0,
          place: -1,
          causes: [],
          isRemoved: false,
        };
        entries.set(id, entry);
      }
      if (entry.phase === 'waiting' && entry.hostId !== hostId) {
        lines.remove(entry);
        entry.phase = 'planned';
      }
      Object.assign(entry, { hostId, intervalMs });
      if (entry.phase === 'planned') plan(entry, dueAtMs);
    },
    runEarly(id) {
      if (!isStopped && entries.get(id)?.phase === 'planned') early.push(id);
    },
    remove(id) {
      const entry = entries.get(id);
      if (!entry) return;
      entry.isRemoved = true;
      times.remove(entry);
      setRate(entry, 0);
      early.remove(id);
      lines.remove(entry);
      entries.delete(id);
    },
    runNow(id, cause) {
      const entry = entries.get(id);
      if (!entry || isStopped || entry.causes.length >= MOST_CAUSES) return false;
      // An event that is heard twice is answered once.
      if (cause !== undefined && entry.causes.includes(cause)) return true;
      if (cause !== undefined) entry.causes.push(cause);
      if (entry.phase === 'running') return true;
      lines.remove(entry);
      enqueue(entry, 'asked', clock.nowMs());
      return true;
    },
    replan(id, dueAtMs) {
      const entry = entries.get(id);
      if (entry?.phase === 'planned' && !isStopped) plan(entry, dueAtMs);
    },
    async stop() {
      isStopped = true;
      early.stop();
      paceTimer?.cancel();
      times.stop();
      if (counts.running > 0) await new Promise<void>((resolve) => (whenIdle = resolve));
    },
    counters() {
      const known = latencies.slice(0, Math.min(counts.started, LATENCIES)).sort();
      const at = (share: number) => known[Math.min(known.length - 1, Math.floor(known.length * share))] ?? 0;
      return {
        scheduled: entries.size,
        waiting: lines.waiting,
        ...counts,
        latencyMs: { median: at(0.5), p95: at(0.95) },
      };
    },
  };
}
