// Runs and tasks in the shapes of the contract.

import type {
  OutputGroup as GroupRecord,
  Run as RunRecord,
  RunDetail as DetailRecord,
  Task as TaskRecord,
} from '#remediation/api.ts';
import type { OutputGroup, Run, RunDetail, Task } from '#web/contract/remediation.ts';
import { instant, instantOrNull } from '#web/contract/shared.ts';

export const toRun = (run: RunRecord): Run => ({
  id: run.id,
  title: run.title,
  source: run.source,
  status: run.status,
  cancelRequested: run.cancelRequested,
  requestedBy: run.requestedBy,
  runbookId: run.runbookId ?? null,
  runbookVersion: run.runbookVersion ?? null,
  alertId: run.alertId ?? null,
  reflexAttemptId: run.reflexAttemptId ?? null,
  parentRunId: run.parentRunId ?? null,
  currentStep: run.currentStep,
  stepCount: run.steps.length,
  accounting: run.accounting,
  summary: run.summary,
  createdAt: instant(run.createdAtMs),
  startedAt: instantOrNull(run.startedAtMs),
  finishedAt: instantOrNull(run.finishedAtMs),
});

const toTask = (task: TaskRecord): Task => ({
  id: task.id,
  step: task.step,
  attempt: task.attempt,
  hostId: task.hostId,
  hostName: task.hostName,
  status: task.status,
  reason: task.reason ?? null,
  exitCode: task.exitCode ?? null,
  signal: task.signal ?? null,
  result: task.result ?? null,
  outputBytes: task.outputBytes,
  omittedBytes: task.omittedBytes,
  outputHash: task.outputHash ?? null,
  createdAt: instant(task.createdAtMs),
  sentAt: instantOrNull(task.sentAtMs),
  deliveredAt: instantOrNull(task.deliveredAtMs),
  startedAt: instantOrNull(task.startedAtMs),
  finishedAt: instantOrNull(task.finishedAtMs),
  reportedAt: instantOrNull(task.reportedAtMs),
});

const toGroup = (group: GroupRecord): OutputGroup => ({ ...group, exitCode: group.exitCode ?? null });

export const toRunDetail = ({ run, tasks, taskCount, outputGroups }: DetailRecord): RunDetail => ({
  ...toRun(run),
  steps: run.steps,
  inputs: run.inputs,
  targets: run.targets,
  concurrency: run.options.concurrency,
  expiresSec: run.options.expiresSec,
  tasks: tasks.map(toTask),
  taskCount,
  outputGroups: outputGroups.map(toGroup),
});
