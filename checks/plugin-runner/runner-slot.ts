// A place that always has a runner, or is getting one: the best program that works, replaced
// with back-off when it dies. Runs that were under way then are handed back.

import { backoffMs } from '#kernel/backoff.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { encodeKill } from './frames.ts';
import { processEndOf, type ProcessEnd } from './process-end.ts';
import { startRunnerProcess, type RunnerProcess } from './runner-process.ts';
import type { RunnerName, RunnerProgram } from './runner-programs.ts';

const REPLACE = { firstMs: 100, factor: 2, maxMs: 10_000 };
/** A runner that lived so long has worked; its successor does not wait for the sins of earlier ones. */
const STABLE_MS = 30_000;
/** A kill is answered within 100 ms. A runner that is stuck, as in starting a program from a dead disk, is replaced. */
const KILL_ANSWER_MS = 1500;

/** One run that was asked for, until it is settled. */
export interface Job {
  readonly id: number;
  readonly program: string;
  readonly frame: Buffer;
  /** Runners that have begun it. */
  tries: number;
  isAborted: boolean;
  settle(end: ProcessEnd): void;
}

interface SlotListener {
  /** There may be room for another run. */
  free(): void;
  handedBack(jobs: Job[], reason: string): void;
  /** A program that cannot be used here, and why. */
  passedOver(runner: RunnerName, reason: string): void;
}

export interface RunnerSlot {
  running(): number;
  hasRoom(): boolean;
  take(job: Job): void;
  /** Asks for the end of a run that this slot has; its end comes as ever. */
  abort(job: Job): void;
  /** Idempotent. */
  start(): void;
  stop(): Promise<void>;
  state(): { runner: RunnerName; pid: number | undefined; isReady: boolean; deaths: number };
}

export function createRunnerSlot(
  deps: { clock: Clock; log: Logger },
  options: { programs: readonly [RunnerProgram, ...RunnerProgram[]]; maxRunning: number },
  on: SlotListener,
): RunnerSlot {
  const { clock, log } = deps;
  const { programs, maxRunning } = options;
  const jobs = new Map<number, Job>();
  const stopped = Promise.withResolvers<void>();
  let choice = 0;
  let current: RunnerProcess | undefined;
  let readySinceTick: number | undefined;
  let waiting: Timer | undefined;
  let attempt = 0;
  let deaths = 0;
  let isStopping = false;

  const program = (): RunnerProgram => programs[choice] ?? programs[0];

  function launch(): void {
    waiting = undefined;
    current = startRunnerProcess({ clock }, program(), {
      ready() {
        readySinceTick = clock.monotonicMs();
        on.free();
      },
      ended(id, end) {
        const job = jobs.get(id);
        if (!job) return;
        jobs.delete(id);
        job.settle(processEndOf(job.program, end, job.isAborted));
        on.free();
      },
      gone,
    });
  }

  function gone(reason: string): void {
    const { name } = program();
    const livedMs = readySinceTick === undefined ? undefined : clock.monotonicMs() - readySinceTick;
    const orphans = [...jobs.values()];
    jobs.clear();
    current = undefined;
    readySinceTick = undefined;
    if (isStopping) stopped.resolve();
    else if (livedMs === undefined) takeNextProgram(name, reason);
    else {
      deaths++;
      log.warn('a runner of plugins ended and is replaced', { runner: name, reason, underWay: orphans.length });
      attempt = livedMs >= STABLE_MS ? 1 : attempt + 1;
      launchLater();
    }
    on.handedBack(orphans, `its runner ${reason}`);
  }

  function takeNextProgram(name: RunnerName, reason: string): void {
    log.debug('a program for running plugins cannot be used', { runner: name, reason });
    on.passedOver(name, reason);
    choice = (choice + 1) % programs.length;
    if (choice > 0) return launch();
    attempt++;
    launchLater();
  }

  const launchLater = (): void => {
    waiting = clock.after(backoffMs(REPLACE, attempt), launch);
  };

  return {
    running: () => jobs.size,
    hasRoom: () => readySinceTick !== undefined && jobs.size < maxRunning && !isStopping,
    take(job) {
      job.tries++;
      jobs.set(job.id, job);
      current?.send(job.frame);
    },
    abort(job) {
      const asked = current;
      asked?.send(encodeKill(job.id));
      clock.after(KILL_ANSWER_MS, () => {
        if (current === asked && jobs.get(job.id) === job) asked?.kill('did not end a run when told to');
      });
    },
    start() {
      if (!current && !waiting && !isStopping) launch();
    },
    stop() {
      isStopping = true;
      waiting?.cancel();
      if (current) current.stop();
      else stopped.resolve();
      return stopped.promise;
    },
    state: () => ({ runner: program().name, pid: current?.pid, isReady: readySinceTick !== undefined, deaths }),
  };
}
