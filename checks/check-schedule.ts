// Starts each check when it is due: one timer per check, a bound on what runs at
// once, over all and per host. It knows neither what a check does nor its result.

import type { Clock, Timer } from '#kernel/clock.ts';

interface CheckScheduleOptions {
  maxRunning: number;
  /** Of one host, so that a dead one cannot take every slot with its timeouts. */
  maxRunningPerHost: number;
}

/** `dueAtMs` is when it should have started; `causes` are the events that asked for this run. */
type RunDueCheck = (id: string, dueAtMs: number, causes: string[]) => Promise<number>;

export interface CheckScheduleCounters {
  scheduled: number;
  running: number;
  waiting: number;
  started: number;
  /** Runs that started more than a second after they were due. */
  late: number;
  /** Turns that passed while the check was still waiting or running. */
  skipped: number;
}

interface CheckSchedule {
  /** Adds a check, or changes its host, rhythm and next run. */
  set(check: { id: string; hostId: string; intervalMs: number }, dueAtMs: number): void;
  /** A run that has begun goes on; it is not planned again. */
  remove(id: string): void;
  /**
   * Runs as soon as a slot is free, before all that wait their turn; a run under way is followed by
   * another, because it began before it was asked. False for a check that is not scheduled.
   */
  runNow(id: string, cause: string): boolean;
  /** Plans nothing more; resolves when the last run has ended. */
  stop(): Promise<void>;
  counters(): CheckScheduleCounters;
}

interface Entry {
  id: string;
  hostId: string;
  intervalMs: number;
  dueAtMs: number;
  phase: 'planned' | 'waiting' | 'running';
  timer: Timer | undefined;
  causes: string[];
  isRemoved: boolean;
}

const LATE_MS = 1000;
/** Requests that one run may answer; who asks more often than this is not waiting for an answer. */
const MOST_CAUSES = 100;

/** `run` must not reject; it resolves to the instant of the next run. */
export function createCheckSchedule(
  deps: { clock: Clock; run: RunDueCheck },
  options: CheckScheduleOptions,
): CheckSchedule {
  const { clock } = deps;
  const entries = new Map<string, Entry>();
  // Two lines, first come first served; each holds an entry at most once.
  const asked = new Set<Entry>();
  const waiting = new Set<Entry>();
  const runningByHost = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const counts = { started: 0, late: 0, skipped: 0 };
  let isStopped = false;

  function plan(entry: Entry, dueAtMs: number): void {
    entry.timer?.cancel();
    entry.phase = 'planned';
    entry.dueAtMs = dueAtMs;
    entry.timer = clock.after(dueAtMs - clock.nowMs(), () => enqueue(entry, waiting));
  }

  function enqueue(entry: Entry, line: Set<Entry>): void {
    entry.timer?.cancel();
    entry.phase = 'waiting';
    line.add(entry);
    startWhatMay();
  }

  function startWhatMay(): void {
    for (const line of [asked, waiting]) {
      for (const entry of line) {
        if (isStopped || running.size >= options.maxRunning) return;
        if ((runningByHost.get(entry.hostId) ?? 0) >= options.maxRunningPerHost) continue;
        asked.delete(entry);
        waiting.delete(entry);
        const work = runOne(entry).finally(() => {
          running.delete(work);
          startWhatMay();
        });
        running.add(work);
      }
    }
  }

  async function runOne(entry: Entry): Promise<void> {
    const { hostId, dueAtMs } = entry;
    const causes = entry.causes.splice(0);
    entry.phase = 'running';
    runningByHost.set(hostId, (runningByHost.get(hostId) ?? 0) + 1);
    counts.started++;
    if (clock.nowMs() - dueAtMs > LATE_MS) counts.late++;
    const nextDueAtMs = await deps.run(entry.id, dueAtMs, causes);
    leaveHost(hostId);
    counts.skipped += Math.max(0, Math.floor((clock.nowMs() - dueAtMs) / entry.intervalMs) - 1);
    if (isStopped || entry.isRemoved) return;
    entry.phase = 'planned';
    if (entry.causes.length > 0) askFor(entry);
    else plan(entry, nextDueAtMs);
  }

  function askFor(entry: Entry): void {
    entry.dueAtMs = clock.nowMs();
    waiting.delete(entry);
    enqueue(entry, asked);
  }

  function leaveHost(hostId: string): void {
    const left = (runningByHost.get(hostId) ?? 1) - 1;
    if (left > 0) runningByHost.set(hostId, left);
    else runningByHost.delete(hostId);
  }

  return {
    set({ id, hostId, intervalMs }, dueAtMs) {
      if (isStopped) return;
      const known = entries.get(id);
      const entry = known ?? {
        id,
        hostId,
        intervalMs,
        dueAtMs,
        phase: 'planned' as const,
        timer: undefined,
        causes: [],
        isRemoved: false,
      };
      entries.set(id, entry);
      Object.assign(entry, { hostId, intervalMs });
      if (entry.phase === 'planned') plan(entry, dueAtMs);
    },
    remove(id) {
      const entry = entries.get(id);
      if (!entry) return;
      entry.isRemoved = true;
      entry.timer?.cancel();
      asked.delete(entry);
      waiting.delete(entry);
      entries.delete(id);
    },
    runNow(id, cause) {
      const entry = entries.get(id);
      if (!entry || isStopped || entry.causes.length >= MOST_CAUSES) return false;
      // An event that is heard twice is answered once.
      if (entry.causes.includes(cause)) return true;
      entry.causes.push(cause);
      if (entry.phase !== 'running') askFor(entry);
      return true;
    },
    async stop() {
      isStopped = true;
      for (const entry of entries.values()) entry.timer?.cancel();
      asked.clear();
      waiting.clear();
      await Promise.all(running);
    },
    counters: () => ({
      scheduled: entries.size,
      running: running.size,
      waiting: waiting.size + asked.size,
      ...counts,
    }),
  };
}
