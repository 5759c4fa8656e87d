// What a task needs before it can be sent: the agent of its host, and the request
// that its step becomes there; or the reason why there will be none.

import type { Gateway, Inventory } from './neighbours.ts';
import type { TaskState } from './run-state.ts';
import type { Run } from './run.ts';
import { requestOf } from './steps/step-types.ts';
import type { StepRequest } from './steps/step.ts';

export type Prepared =
  { ok: true; agentId: string; request: StepRequest } | { ok: false; status: 'unreachable' | 'failed'; reason: string };

/** By task id. One after the other: the queue's workers are the parallelism. */
export async function prepareTasks(
  deps: { gateway: Gateway; inventory: Inventory },
  run: Run,
  tasks: readonly TaskState[],
): Promise<Map<string, Prepared>> {
  const prepared = new Map<string, Prepared>();
  for (const task of tasks) prepared.set(task.id, await prepareTask(deps, run, task));
  return prepared;
}

async function prepareTask(
  deps: { gateway: Gateway; inventory: Inventory },
  run: Run,
  task: TaskState,
): Promise<Prepared> {
  const step = run.steps[task.step];
  if (!step) return { ok: false, status: 'failed', reason: `the run has no step ${task.step + 1}` };
  const agent = await deps.gateway.agentOfHost(task.hostId);
  if (!agent) return { ok: false, status: 'unreachable', reason: 'no approved agent is joined to this host' };
  const timeoutSec = step.timeoutSec ?? run.options.timeoutSec;
  if (step.type !== 'desired_state')
    return {
      ok: true,
      agentId: agent.id,
      request: requestOf(step, { inputs: run.inputs, timeoutSec, catalog: [] }),
    };
  const only = step.desiredStateId === undefined ? undefined : [step.desiredStateId];
  const catalog = await deps.inventory.catalogFor(task.hostId, only);
  const [problem] = catalog.problems;
  if (problem) return { ok: false, status: 'failed', reason: `${problem.name}: ${problem.reason}` };
  if (catalog.items.length === 0)
    return { ok: false, status: 'failed', reason: 'no enabled desired state targets this host any more' };
  return {
    ok: true,
    agentId: agent.id,
    request: requestOf(step, { inputs: run.inputs, timeoutSec, catalog: catalog.items }),
  };
}
