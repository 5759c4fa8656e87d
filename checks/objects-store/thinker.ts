// Thinks in a thread of its own: ten thousand services take a second or two, in which the
// event loop has checks to run. One thread for each task; it is gone afterwards.

import { Worker } from 'node:worker_threads';
import { AppError, badRequest } from '#kernel/errors.ts';
import { computePlan, type ComputedPlan, type PlanInput } from './compute-plan.ts';
import { readSet, type ReadSet, type SetFiles } from './read-set.ts';

export type Task = { do: 'read'; files: SetFiles } | { do: 'plan'; input: PlanInput };
export type Done = { ok: true; value: unknown } | { ok: false; code: string; message: string };

/** Longer is a fault, not a large site. */
const LONGEST_MS = 120_000;
/** Below, the work takes less time than a thread to start. */
const SMALL_TEXT = 200_000;
const SMALL_PLAN = 2000;

/** Throws as readSet does. */
export function readInThread(files: SetFiles): Promise<ReadSet> {
  const size = 'files' in files ? files.files.reduce((sum, { text }) => sum + text.length, 0) : Infinity;
  return size <= SMALL_TEXT ? new Promise((resolve) => resolve(readSet(files))) : inThread({ do: 'read', files });
}

export function planInThread(input: PlanInput): Promise<ComputedPlan> {
  const size = input.sets.reduce((sum, { objects }) => sum + objects.length, input.current.checks.length);
  return size <= SMALL_PLAN ? new Promise((resolve) => resolve(computePlan(input))) : inThread({ do: 'plan', input });
}

function inThread<Value>(task: Task): Promise<Value> {
  return new Promise((resolve, reject) => {
    // As text: one string is handed over at once, a million small objects are not.
    const worker = new Worker(new URL('./thinker-thread.ts', import.meta.url), {
      name: 'plexus-objects',
      workerData: JSON.stringify(task),
    });
    const fail = (error: unknown): void => {
      reject(error);
      void worker.terminate();
    };
    const broken = (message: string, cause?: unknown) => new AppError('objects_not_resolved', message, { cause });
    AbortSignal.timeout(LONGEST_MS).addEventListener('abort', () =>
      fail(broken(`The objects were not resolved within ${LONGEST_MS / 1000} s.`)),
    );
    worker.once('message', (done: Done) => {
      // Each task is answered with its own type.
      if (done.ok) resolve(done.value as Value);
      else fail(badRequest(done.code, done.message));
    });
    worker.once('error', (error) => fail(broken('The objects could not be resolved.', error)));
    worker.once('exit', () => fail(broken('The objects could not be resolved: the thread has ended.')));
  });
}
