// Makes a run: freezes what it will use, writes one task per host and step, and
// records who asked. Starting it is the worker's.

import type { Actor } from '#kernel/domain/actor.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Trx } from '#store/postgres.ts';
import type { InputValues } from './inputs.ts';
import { runCreated } from './run-events.ts';
import type { RunOptions, RunSource, Targets } from './run.ts';
import { insertRun, saveLastEvent } from './run-store.ts';
import type { RunStep } from './steps/step.ts';

export interface Submission {
  /** Made by the caller, who may have to name the run before it exists. */
  id: string;
  title: string;
  source: RunSource;
  actor: Pick<Actor, 'label' | 'source'>;
  steps: RunStep[];
  inputs: InputValues;
  targets: Targets;
  /** The resolved targets: the expected set, fixed here. At least one. */
  hosts: readonly { id: string; name: string }[];
  options: RunOptions;
  runbook?: { id: string; version: number };
  parent?: { id: string; attempt: number };
  reflexAttemptId?: string;
  alertId?: string;
  /** The event that this run follows from. */
  causeId?: string;
}

/** From jobs-and-config §8 (interactive requests live five minutes). */
export const DEFAULT_OPTIONS: RunOptions = { concurrency: 50, timeoutSec: 60, expiresSec: 300 };

// Names in the audit entry; the run itself keeps every host.
const HOSTS_NAMED = 20;

/** Everything in `trx`; the caller offers the run to the queue once it is committed. */
export async function submitRun(trx: Trx, submission: Submission, nowMs: number): Promise<void> {
  const { hosts, actor } = submission;
  const run = {
    id: submission.id,
    title: submission.title,
    source: submission.source,
    requestedBy: actor.label,
    runbookId: submission.runbook?.id,
    runbookVersion: submission.runbook?.version,
    alertId: submission.alertId,
    reflexAttemptId: submission.reflexAttemptId,
    parentRunId: submission.parent?.id,
    attempt: (submission.parent?.attempt ?? 0) + 1,
    steps: submission.steps,
    inputs: submission.inputs,
    targets: submission.targets,
    options: submission.options,
    accounting: { expected: hosts.length, byStatus: { queued: hosts.length } },
    summary: 'waits for a worker',
    createdAtMs: nowMs,
  };
  await insertRun(trx, run, hosts);
  const [eventId] = await appendEvents(trx, [runCreated(run, nowMs, submission.causeId)]);
  await saveLastEvent(trx, run.id, eventId);
  await appendAudit(trx, {
    atMs: nowMs,
    actor: actor.label,
    action: 'run.create',
    object: `run:${run.id} ${run.title}`,
    result: 'done',
    source: actor.source,
    details: {
      source: run.source,
      steps: run.steps.map((step) => step.type),
      ...(submission.runbook && { runbook: submission.runbook }),
      hostCount: hosts.length,
      hosts: hosts.slice(0, HOSTS_NAMED).map((host) => host.name),
      ...(run.parentRunId && { retryOf: run.parentRunId }),
    },
  });
}
