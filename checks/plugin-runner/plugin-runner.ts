// Runs plugins through a few small processes that live as long as the server: Node's own
// spawn costs its main thread half a millisecond each. Every run gets its end, whatever dies.

import os from 'node:os';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { encodeRun } from './frames.ts';
import { endWithout, notStarted, type ProcessEnd } from './process-end.ts';
import { RUNNER_PROGRAMS, type RunnerName, type RunnerProgram } from './runner-programs.ts';
import { createRunnerSlot, type Job, type RunnerSlot } from './runner-slot.ts';

/** A runner that dies under a run may have been killed by it; a second one says that it was. */
const MAX_TRIES = 2;

interface PluginRunnerOptions {
  /** Default 2. */
  runners?: number;
  /** Plugins of one runner at the same time, two descriptors each. Default 128. */
  maxRunningEach?: number;
  /** Best first. */
  programs?: readonly [RunnerProgram, ...RunnerProgram[]];
}

export interface PluginRequest {
  /** Program and its arguments, executed as they are. */
  argv: readonly string[];
  /** Added to the small fixed environment. */
  env?: Record<string, string>;
}

export interface PluginRunnerCounters {
  runners: { runner: RunnerName; pid: number | undefined; isReady: boolean; deaths: number }[];
  /** Programs that would have been better, and why they cannot be used here. */
  passedOver: { runner: RunnerName; reason: string }[];
  running: number;
  /** Asked for while every runner was full or starting; bounded by whoever asks. */
  waiting: number;
  started: number;
  /** Begun again because their runner died. */
  startedAgain: number;
  lost: number;
}

export interface PluginRunner {
  /**
   * Runs once and never rejects. The program leads a process group of its own, in '/', with nothing on stdin.
   * An abort kills the group at once: 'timed_out', with the output so far. A run whose runner dies is begun
   * again once, after what is left of it was killed.
   */
  run(request: PluginRequest, signal: AbortSignal): Promise<ProcessEnd>;
  /** Kills what runs; later runs are lost at once. */
  stop(): Promise<void>;
  counters(): PluginRunnerCounters;
}

/** Starts no process before the first run. */
export function createPluginRunner(
  deps: { clock: Clock; log: Logger },
  options: PluginRunnerOptions = {},
): PluginRunner {
  const { runners = 2, maxRunningEach = 128, programs = RUNNER_PROGRAMS } = options;
  const waiting = new Set<Job>();
  const slotOf = new Map<Job, RunnerSlot>();
  const passedOver = new Map<RunnerName, string>();
  let lastId = 0;
  let startedAgain = 0;
  let lost = 0;
  let isStopped = false;

  const slots = Array.from({ length: runners }, () =>
    createRunnerSlot(
      deps,
      { programs, maxRunning: maxRunningEach },
      { free: assign, handedBack, passedOver: (runner, reason) => void passedOver.set(runner, reason) },
    ),
  );

  /** Gives waiting runs to the runners that have the least to do. */
  function assign(): void {
    for (const job of waiting) {
      let best: RunnerSlot | undefined;
      for (const slot of slots) {
        if (slot.hasRoom() && (!best || slot.running() < best.running())) best = slot;
      }
      if (!best) return;
      waiting.delete(job);
      slotOf.set(job, best);
      best.take(job);
    }
  }

  function handedBack(jobs: Job[], reason: string): void {
    for (const job of jobs) {
      slotOf.delete(job);
      if (job.isAborted) job.settle(endWithout('timed_out'));
      else if (isStopped || job.tries >= MAX_TRIES) lose(job, reason);
      else {
        startedAgain++;
        waiting.add(job);
      }
    }
    assign();
  }

  function lose(job: Job, reason: string): void {
    lost++;
    job.settle(endWithout('lost', reason));
  }

  function abort(job: Job): void {
    if (job.isAborted) return;
    job.isAborted = true;
    if (waiting.delete(job)) job.settle(endWithout('timed_out'));
    else slotOf.get(job)?.abort(job);
  }

  return {
    run({ argv, env = {} }, signal) {
      const [program = ''] = argv;
      if (signal.aborted) return Promise.resolve(endWithout('timed_out'));
      if (isStopped) return Promise.resolve(endWithout('lost', 'plugins are not run any more'));
      // Ids wrap at 32 bits; a run that is four thousand million older has ended.
      const id = (lastId = (lastId + 1) >>> 0);
      const frame = encodeRun(id, argv, env);
      if (typeof frame === 'string') return Promise.resolve(notStarted(program, os.constants.errno[frame]));
      for (const slot of slots) slot.start();

      const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
      const onAbort = () => abort(job);
      const job: Job = {
        id,
        program,
        frame,
        tries: 0,
        isAborted: false,
        settle(end) {
          signal.removeEventListener('abort', onAbort);
          slotOf.delete(job);
          resolve(end);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.add(job);
      assign();
      return promise;
    },
    async stop() {
      isStopped = true;
      for (const job of waiting) lose(job, 'plugins are not run any more');
      waiting.clear();
      await Promise.all(slots.map((slot) => slot.stop()));
    },
    counters: () => ({
      runners: slots.map((slot) => slot.state()),
      passedOver: [...passedOver].map(([runner, reason]) => ({ runner, reason })),
      running: slots.reduce((sum, slot) => sum + slot.running(), 0),
      waiting: waiting.size,
      started: lastId,
      startedAgain,
      lost,
    }),
  };
}
