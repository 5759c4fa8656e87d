// The thread of thinker.ts: one plan, then it ends.

import { parentPort, workerData } from 'node:worker_threads';
import { computePlan, type PlanInput } from './compute-plan.ts';

// Sent by thinker.ts only.
parentPort?.postMessage(computePlan(JSON.parse(workerData as string) as PlanInput));
