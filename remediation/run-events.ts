// The events of runs, each with the subject that puts it on the right timelines.

import type { NewEvent } from '#kernel/domain/event.ts';
import type { Run } from './run.ts';

type Told = Pick<Run, 'id' | 'title' | 'source' | 'requestedBy' | 'alertId' | 'accounting' | 'targets'>;

function subject(run: Told) {
  const [only, ...others] = run.targets.hostIds;
  const single = others.length === 0 && run.targets.groupIds.length === 0 ? only : undefined;
  return { runId: run.id, ...(run.alertId && { alertId: run.alertId }), ...(single && { hostId: single }) };
}

const changed = (run: Told) => ({
  title: run.title,
  source: run.source,
  by: run.requestedBy,
  hosts: run.accounting.expected,
});

const cause = (causeId: string | undefined) => (causeId === undefined ? {} : { causeId });

export const runCreated = (run: Told, atMs: number, causeId?: string): NewEvent<'run.created'> => ({
  kind: 'run.created',
  atMs,
  ...subject(run),
  ...cause(causeId),
  data: changed(run),
});

export const runStarted = (run: Told, atMs: number, causeId?: string): NewEvent<'run.started'> => ({
  kind: 'run.started',
  atMs,
  ...subject(run),
  ...cause(causeId),
  data: changed(run),
});

export const runCanceling = (run: Told, atMs: number, by: string): NewEvent<'run.canceling'> => ({
  kind: 'run.canceling',
  atMs,
  ...subject(run),
  data: { ...changed(run), by },
});

export const runFinished = (
  run: Told,
  end: { atMs: number; status: string; summary: string; causeId?: string | undefined },
): NewEvent<'run.finished'> => ({
  kind: 'run.finished',
  atMs: end.atMs,
  ...subject(run),
  ...cause(end.causeId),
  data: { ...changed(run), status: end.status, summary: end.summary },
});

export const taskFinished = (task: {
  runId: string;
  taskId: string;
  hostId: string;
  hostName: string;
  status: string;
  exitCode?: number | undefined;
  atMs: number;
  causeId?: string | undefined;
}): NewEvent<'task.finished'> => ({
  kind: 'task.finished',
  atMs: task.atMs,
  runId: task.runId,
  hostId: task.hostId,
  ...cause(task.causeId),
  data: {
    runId: task.runId,
    taskId: task.taskId,
    status: task.status,
    hostName: task.hostName,
    ...(task.exitCode !== undefined && { exitCode: task.exitCode }),
  },
});
