// What automation is doing about an alert, as remediation's events tell it; and when
// people must hear that it did not help.

import type { EventKind, StoredEvent } from '#kernel/domain/event.ts';
import type { Trx } from '#store/postgres.ts';
import type { AlertChanges } from './alert-change.ts';
import { lockAlert, saveAlert } from './alert-store.ts';
import type { AlertRecord } from './alert.ts';

export const REFLEX_KINDS = [
  'reflex.allowed',
  'reflex.refused',
  'reflex.verifying',
  'reflex.verified',
  'reflex.failed',
] as const satisfies EventKind[];

type ReflexEvent = StoredEvent<(typeof REFLEX_KINDS)[number]>;

export async function takeReflex(trx: Trx, changes: AlertChanges, event: ReflexEvent): Promise<void> {
  if (event.alertId === undefined) return;
  const before = await lockAlert(trx, event.alertId);
  if (!before) return;
  const alert = noteReflex(before, event);
  await saveAlert(trx, alert);
  // Whoever acknowledged has it in hand and sees the outcome on the episode.
  if (alert.state !== 'open' || (event.kind !== 'reflex.failed' && event.kind !== 'reflex.refused')) return;
  // A refusal is news only while people wait for automation; another reflex may be at it already.
  if (event.kind === 'reflex.refused' && alert.escalateAtMs === null) return;
  const reason = alert.reflexSummary ?? event.data.reason;
  await changes.escalate(trx, alert, { reason, atMs: event.atMs }, event.id);
}

/** Pure: the alert with what the event says of automation. */
function noteReflex(alert: AlertRecord, event: ReflexEvent): AlertRecord {
  const { runbookName } = event.data;
  switch (event.kind) {
    case 'reflex.allowed':
      return {
        ...alert,
        reflexStatus: 'fixing',
        reflexSummary: `${runbookName} is running`,
        reflexRunId: event.data.runId,
        // From here on remediation's own deadline counts; it ends in reflex.verified or reflex.failed.
        escalateAtMs: null,
      };
    case 'reflex.verifying':
      return {
        ...alert,
        reflexStatus: 'verifying',
        reflexSummary: `${runbookName} ran, being verified`,
        reflexRunId: event.data.runId,
        escalateAtMs: null,
      };
    case 'reflex.verified':
      return {
        ...alert,
        reflexStatus: 'healed',
        reflexSummary: `${runbookName} healed it, verified: ${event.data.evidence.summary}`,
        reflexRunId: event.data.runId,
        // The condition may have cleared before the verification was told.
        healedByRunId: alert.state === 'resolved' && alert.resolvedBy === null ? event.data.runId : alert.healedByRunId,
      };
    case 'reflex.refused':
      return { ...alert, reflexStatus: 'refused', reflexSummary: `${runbookName} was not run: ${event.data.reason}` };
    case 'reflex.failed':
      return {
        ...alert,
        reflexStatus: 'failed',
        reflexSummary: `${runbookName} did not help: ${event.data.reason}`,
        reflexRunId: event.data.runId,
      };
    default:
      return event satisfies never;
  }
}
