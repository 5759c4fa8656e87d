// What the event log tells of an alert. Alerting owns alerts; between the parts there
// is only the log.

import type { LoopEvidence } from '#kernel/domain/event.ts';
import { toStoredEvent } from '#store/event-log.ts';
import type { Trx } from '#store/postgres.ts';

interface AlertResolution {
  eventId: string;
  evidence: LoopEvidence;
  /** Set when a person closed it: that proves nothing about the condition. */
  by: string | undefined;
}

/** How the alert was resolved, unless it is open again, or undefined while it is open. */
export async function readResolution(trx: Trx, alertId: string): Promise<AlertResolution | undefined> {
  const row = await trx
    .selectFrom('event')
    .selectAll()
    .where('alert_id', '=', alertId)
    .where('kind', 'in', ['alert.opened', 'alert.reopened', 'alert.resolved'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row) return undefined;
  const event = toStoredEvent(row);
  if (event.kind !== 'alert.resolved') return undefined;
  return { eventId: event.id, evidence: event.data.evidence, by: event.data.by };
}

/** The check's name as its newest change of state tells it. */
export async function readCheckName(trx: Trx, checkId: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('event')
    .selectAll()
    .where('check_id', '=', checkId)
    .where('kind', '=', 'check.state_changed')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const event = row && toStoredEvent(row);
  return event?.kind === 'check.state_changed' ? event.data.checkName : undefined;
}
