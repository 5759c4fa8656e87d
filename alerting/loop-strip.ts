// The loop of one episode in four steps, pure: what was sensed, how it was judged, what
// was done about it, and how it was proven to be over.

import type { EventKind, StoredEvent } from '#kernel/domain/event.ts';
import type { AlertRecord } from './alert.ts';

export interface LoopStep {
  /** none: nothing will come here (nothing was done, nothing to prove). */
  status: 'waiting' | 'running' | 'done' | 'failed' | 'refused' | 'none';
  atMs: number | null;
  summary: string;
  detail: string;
}

export interface LoopStrip {
  sensed: LoopStep;
  judged: LoopStep;
  acted: LoopStep;
  verified: LoopStep;
}

const step = (status: LoopStep['status'], atMs: number | null, summary: string, detail = ''): LoopStep => ({
  status,
  atMs,
  summary,
  detail,
});

const lastOf = <Kind extends EventKind>(events: readonly StoredEvent[], ...kinds: Kind[]) =>
  events.findLast((event) => kinds.some((kind) => kind === event.kind)) as StoredEvent<Kind> | undefined;

/**
 * `events` are those of the alert and of its runs, with the observation that opened it, oldest
 * first. Of an episode that came back, only what happened since is shown.
 */
export function composeLoop(
  alert: AlertRecord,
  events: readonly StoredEvent[],
  rule: { condition: string },
): LoopStrip {
  const openedAt = events.findLastIndex((event) => event.kind === 'alert.opened' || event.kind === 'alert.reopened');
  const opened = events[openedAt];
  const cause = events.find((event) => event.id === opened?.causeId);
  const since = events.slice(Math.max(openedAt, 0));
  return {
    sensed: step('done', sensedAtMs(alert, cause), alert.openedEvidence.summary, whereOf(alert)),
    judged: step(
      'done',
      opened?.atMs ?? alert.openedAtMs,
      alert.ruleName,
      alert.openedEvidence.detail ?? rule.condition,
    ),
    acted: acted(alert, since),
    verified: verified(alert, since),
  };
}

function sensedAtMs(alert: AlertRecord, cause: StoredEvent | undefined): number {
  if (cause?.kind === 'rule.condition_met') return cause.data.sinceMs;
  if (cause?.kind === 'host.quiet') return cause.atMs - cause.data.silentSec * 1000;
  return cause?.atMs ?? alert.openedAtMs;
}

const whereOf = ({ labels }: AlertRecord): string =>
  [labels.checkName ?? labels.metric, labels.host, labels.cluster].filter(Boolean).join(' · ');

function acted(alert: AlertRecord, events: readonly StoredEvent[]): LoopStep {
  const decision = lastOf(events, 'reflex.allowed', 'reflex.refused');
  if (decision?.kind === 'reflex.refused') {
    const { runbookName, reason } = decision.data;
    return step('refused', decision.atMs, `${runbookName} not allowed`, reason);
  }
  if (decision?.kind === 'reflex.allowed') {
    const { runbookName, reflexName, runId } = decision.data;
    const finished = events.findLast(
      (event): event is StoredEvent<'run.finished'> => event.kind === 'run.finished' && event.runId === runId,
    );
    if (!finished)
      return step(alert.reflexStatus === 'failed' ? 'failed' : 'running', decision.atMs, runbookName, reflexName);
    const status = finished.data.status === 'succeeded' ? 'done' : 'failed';
    return step(status, finished.atMs, runbookName, finished.data.summary);
  }
  const taken = lastOf(events, 'alert.acknowledged');
  if (taken) return step('done', taken.atMs, `${taken.data.by} has it`, taken.data.comment ?? '');
  if (alert.state === 'resolved') return step('none', null, 'Nothing was done', '');
  return step('waiting', null, 'No automation yet', 'Nobody has it');
}

function verified(alert: AlertRecord, events: readonly StoredEvent[]): LoopStep {
  const proof = lastOf(events, 'reflex.verified', 'reflex.failed');
  if (alert.state === 'resolved') {
    const summary = alert.resolvedEvidence?.summary ?? 'Resolved';
    const detail =
      alert.healedByRunId !== null
        ? 'Healed by Plexus'
        : (alert.resolvedEvidence?.detail ?? (alert.resolvedBy === null ? 'By itself' : `By ${alert.resolvedBy}`));
    return step(alert.resolvedBy === null ? 'done' : 'none', alert.resolvedAtMs ?? null, summary, detail);
  }
  if (proof?.kind === 'reflex.failed') return step('failed', proof.atMs, 'Still broken', proof.data.reason);
  const verifying = lastOf(events, 'reflex.verifying');
  if (verifying) return step('running', verifying.atMs, 'Checking again', verifying.data.runbookName);
  return step('waiting', null, 'Waits for the condition to clear');
}
