// Decides what happens next in a run: pure, from what its tasks say. Strategy is
// step first: every host is through a step before any begins the next.

import { isFinal, type Accounting, type FinalTaskStatus, type RunStatus, type TaskStatus } from './run.ts';
import type { StepCommon } from './steps/step.ts';

export interface TaskState {
  id: string;
  step: number;
  hostId: string;
  hostName: string;
  status: TaskStatus;
}

export interface RunState {
  steps: readonly Pick<StepCommon, 'onFailure'>[];
  concurrency: number;
  cancelRequested: boolean;
  /** One per host and step, from the first moment on: nothing can be forgotten. */
  tasks: readonly TaskState[];
}

export interface RunPlan {
  /** Send these now. */
  start: TaskState[];
  /** Never sent, and will not be: they end with this status and reason. */
  end: { task: TaskState; status: 'skipped' | 'canceled'; reason: string }[];
  /** On their hosts, and to be stopped there. */
  cancel: TaskState[];
  currentStep: number;
  accounting: Accounting;
  /** While open: what the run waits for. */
  summary: string;
  /** Present when every host is accounted for, and only then. */
  finish?: RunStatus;
}

const GOOD: readonly TaskStatus[] = ['succeeded'];
const isBad = (status: TaskStatus): boolean => isFinal(status) && !GOOD.includes(status) && status !== 'skipped';

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The most advanced open status first: what a host "is" while several of its tasks are open. */
const OPEN_ORDER: readonly TaskStatus[] = ['canceling', 'running', 'delivered', 'sent', 'queued'];

/** One status per host. A failure under onFailure 'ignore' does not count against it. */
function hostStatus(steps: RunState['steps'], tasks: readonly TaskState[]): TaskStatus {
  const open = OPEN_ORDER.find((status) => tasks.some((task) => task.status === status));
  if (open) return open;
  const bad = tasks.find((task) => isBad(task.status) && steps[task.step]?.onFailure !== 'ignore');
  if (bad) return bad.status;
  return tasks.some((task) => task.status === 'skipped') ? 'skipped' : 'succeeded';
}

function account(state: RunState): Accounting {
  const byHost = Map.groupBy(state.tasks, (task) => task.hostId);
  const byStatus: Accounting['byStatus'] = {};
  for (const tasks of byHost.values()) {
    const status = hostStatus(state.steps, tasks);
    byStatus[status] = (byStatus[status] ?? 0) + 1;
  }
  return { expected: byHost.size, byStatus };
}

function outcome(state: RunState, { expected, byStatus }: Accounting): RunStatus {
  const good = byStatus.succeeded ?? 0;
  if (good === expected) return 'succeeded';
  if (state.cancelRequested && (byStatus.canceled ?? 0) > 0) return 'canceled';
  return good > 0 ? 'partially_failed' : 'failed';
}

/** "3 hosts: 2 succeeded, 1 timed out". */
function describe({ expected, byStatus }: Accounting): string {
  const parts = Object.entries(byStatus).map(([status, count]) => `${count} ${status.replaceAll('_', ' ')}`);
  return `${plural(expected, 'host')}: ${parts.join(', ')}`;
}

/** What to do about tasks that nobody sent yet, and which step the run is at. */
function planSteps(state: RunState): Pick<RunPlan, 'start' | 'end' | 'currentStep'> {
  const start: TaskState[] = [];
  const end: RunPlan['end'] = [];
  const left = new Set<string>();
  let stopped: string | undefined;
  let currentStep = 0;
  let reached = false;
  for (const [index, step] of state.steps.entries()) {
    const tasks = state.tasks.filter((task) => task.step === index);
    const bad = tasks.filter((task) => isBad(task.status));
    const onFailure = step.onFailure ?? 'stop';
    const first = bad[0];
    if (onFailure === 'stop' && first && !stopped)
      stopped = `the run stopped: ${first.hostName} ${first.status.replaceAll('_', ' ')} in step ${index + 1}`;
    if (onFailure === 'drop_host') for (const task of bad) left.add(task.hostId);

    const skipped = (task: TaskState): string | undefined =>
      stopped ?? (left.has(task.hostId) ? 'the host left the run after a failed step' : undefined);
    const waiting: TaskState[] = [];
    for (const task of tasks.filter(({ status }) => status === 'queued')) {
      const reason = skipped(task);
      if (reason) end.push({ task, status: 'skipped', reason });
      else waiting.push(task);
    }
    const active = tasks.filter((task) => !isFinal(task.status) && task.status !== 'queued').length;
    if (!reached) {
      currentStep = index;
      start.push(...waiting.slice(0, Math.max(0, state.concurrency - active)));
      reached = active + waiting.length > 0;
    }
  }
  return { start, end, currentStep };
}

/** Everything that can be done now. Applying the plan and asking again gives an empty plan or a finish. */
export function planRun(state: RunState): RunPlan {
  const accounting = account(state);
  if (state.tasks.every((task) => isFinal(task.status)))
    return {
      start: [],
      end: [],
      cancel: [],
      currentStep: Math.max(0, state.steps.length - 1),
      accounting,
      summary: describe(accounting),
      finish: outcome(state, accounting),
    };
  if (state.cancelRequested) {
    const queued = state.tasks.filter((task) => task.status === 'queued');
    const active = state.tasks.filter((task) => !isFinal(task.status) && task.status !== 'queued');
    return {
      start: [],
      end: queued.map((task) => ({ task, status: 'canceled', reason: 'canceled before it was sent' })),
      cancel: active.filter((task) => task.status !== 'canceling'),
      currentStep: Math.min(...state.tasks.filter((task) => !isFinal(task.status)).map((task) => task.step)),
      accounting,
      summary: `canceling; ${plural(active.length, 'host')} still to confirm`,
    };
  }
  const steps = planSteps(state);
  const open = state.tasks.filter((task) => task.step === steps.currentStep && !isFinal(task.status)).length;
  const where = state.steps.length > 1 ? `step ${steps.currentStep + 1} of ${state.steps.length}, ` : '';
  return { ...steps, cancel: [], accounting, summary: `${where}waits for ${plural(open, 'host')}` };
}

/** True while `plan` holds something that its caller has to do. */
export const hasWork = (plan: RunPlan): boolean =>
  plan.finish !== undefined || plan.start.length + plan.end.length + plan.cancel.length > 0;

/** A task may only move forward: never out of a final status, never from running back to sent. */
export function mayMove(from: TaskStatus, to: TaskStatus | FinalTaskStatus): boolean {
  if (isFinal(from)) return false;
  if (isFinal(to)) return true;
  return OPEN_ORDER.indexOf(to) < OPEN_ORDER.indexOf(from);
}
