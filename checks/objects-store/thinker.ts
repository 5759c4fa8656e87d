// Thinks in a thread of its own: ten thousand services take a second or two, in which the
// event loop has checks to run. One thread for each plan; it is gone afterwards.

import { Worker } from 'node:worker_threads';
import { AppError } from '#kernel/errors.ts';
import type { ComputedPlan, PlanInput } from './compute-plan.ts';

/** Longer is a fault, not a large site. */
const LONGEST_MS = 120_000;

export function computeInThread(input: PlanInput): Promise<ComputedPlan> {
  return new Promise((resolve, reject) => {
    // As text: one string is handed over at once, a million small objects are not.
    const worker = new Worker(new URL('./thinker-thread.ts', import.meta.url), {
      name: 'plexus-objects',
      workerData: JSON.stringify(input),
    });
    const deadline = AbortSignal.timeout(LONGEST_MS);
    const fail = (message: string, cause?: unknown): void => {
      reject(new AppError('objects_not_resolved', message, { cause }));
      void worker.terminate();
    };
    deadline.addEventListener('abort', () => fail(`The objects were not resolved within ${LONGEST_MS / 1000} s.`));
    worker.once('message', (computed: ComputedPlan) => resolve(computed));
    worker.once('error', (error) => fail('The objects could not be resolved.', error));
    worker.once('exit', () => fail('The objects could not be resolved: the thread has ended.'));
  });
}
