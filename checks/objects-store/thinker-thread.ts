// The thread of thinker.ts: one task, then it ends.

import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '#kernel/errors.ts';
import { computePlan } from './compute-plan.ts';
import { readSet } from './read-set.ts';
import type { Done, Task } from './thinker.ts';

function work(task: Task): Done {
  try {
    return { ok: true, value: task.do === 'read' ? readSet(task.files) : computePlan(task.input) };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

// Sent by thinker.ts only.
parentPort?.postMessage(work(JSON.parse(workerData as string) as Task));
