// What a run is: steps and targets frozen at submit, one task per host and step.
// Shapes only; the rules are in run-state.ts.

import type { InputValues } from './inputs.ts';
import type { RunStep } from './steps/step.ts';

export type RunStatus = 'queued' | 'running' | 'succeeded' | 'partially_failed' | 'failed' | 'canceled';
export type RunSource = 'adhoc' | 'runbook' | 'reflex' | 'deploy' | 'rollback' | 'drift';

/** Statuses in which a task still waits for something. */
export const OPEN_TASK_STATUSES = ['queued', 'sent', 'delivered', 'running', 'canceling'] as const;
export const FINAL_TASK_STATUSES = [
  'succeeded',
  'failed',
  'timed_out',
  'canceled',
  'denied',
  'expired',
  'unreachable',
  'unknown_outcome',
  'interpreter_missing',
  'skipped',
] as const;
export type FinalTaskStatus = (typeof FINAL_TASK_STATUSES)[number];
export type TaskStatus = (typeof OPEN_TASK_STATUSES)[number] | FinalTaskStatus;

export const isFinal = (status: TaskStatus): status is FinalTaskStatus =>
  (FINAL_TASK_STATUSES as readonly string[]).includes(status);

export interface Targets {
  hostIds: string[];
  groupIds: string[];
}

export interface RunOptions {
  /** Hosts at work at once. */
  concurrency: number;
  /** Time limit of a step that has none of its own. */
  timeoutSec: number;
  /** How long an agent may take to fetch its request before the task expires. */
  expiresSec: number;
}

/** Hosts, not tasks: `expected` is the sum of `byStatus`, always. */
export interface Accounting {
  expected: number;
  byStatus: Partial<Record<TaskStatus, number>>;
}

export interface Run {
  id: string;
  title: string;
  source: RunSource;
  status: RunStatus;
  cancelRequested: boolean;
  requestedBy: string;
  runbookId: string | undefined;
  runbookVersion: number | undefined;
  alertId: string | undefined;
  reflexAttemptId: string | undefined;
  /** The run whose unfinished hosts this one tries again. */
  parentRunId: string | undefined;
  /** 1, or one more than the parent's; part of every task id. */
  attempt: number;
  steps: RunStep[];
  inputs: InputValues;
  targets: Targets;
  options: RunOptions;
  currentStep: number;
  accounting: Accounting;
  /** While open: what it waits for. After: how it ended. */
  summary: string;
  createdAtMs: number;
  startedAtMs: number | undefined;
  finishedAtMs: number | undefined;
}

export interface Task {
  id: string;
  step: number;
  attempt: number;
  hostId: string;
  hostName: string;
  status: TaskStatus;
  reason: string | undefined;
  exitCode: number | undefined;
  signal: string | undefined;
  result: Record<string, unknown> | undefined;
  outputBytes: number;
  omittedBytes: number;
  outputHash: string | undefined;
  createdAtMs: number;
  sentAtMs: number | undefined;
  deliveredAtMs: number | undefined;
  /** By the host's clock, as is `finishedAtMs`. */
  startedAtMs: number | undefined;
  finishedAtMs: number | undefined;
  /** When the result was committed here. */
  reportedAtMs: number | undefined;
}

/** Hosts that printed the same text in one step and ended the same way. */
export interface OutputGroup {
  step: number;
  hash: string;
  status: TaskStatus;
  exitCode: number | undefined;
  taskIds: string[];
  hostNames: string[];
}

export interface RunDetail {
  run: Run;
  /** The first 5,000, by step and host name. */
  tasks: Task[];
  taskCount: number;
  /** Smallest group first: the odd ones out are what a reader looks for. */
  outputGroups: OutputGroup[];
}

export interface NewRun {
  title?: string;
  runbookId?: string;
  /** Either steps or a runbook. */
  steps?: RunStep[];
  inputs?: InputValues;
  targets: Targets;
  concurrency?: number;
  timeoutSec?: number;
  expiresSec?: number;
}

export interface RunFilter {
  status?: RunStatus;
  source?: RunSource;
  runbookId?: string;
  hostId?: string;
  alertId?: string;
  cursor?: string;
  limit: number;
}

export interface TaskOutput {
  chunks: { seq: number; stream: 'stdout' | 'stderr'; atMs: number; text: string }[];
  nextAfter: number;
  /** True when no further chunk will come. */
  finished: boolean;
  omittedBytes: number;
}

export interface Page<Entry> {
  items: Entry[];
  nextCursor: string | undefined;
}
