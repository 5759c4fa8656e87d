// SQL of the delivery log: what is to be said, what is being said, what was said.

import { sql, type Selectable } from 'kysely';
import type { NotificationKind } from '#kernel/domain/event.ts';
import { isUuid, uuidv7 } from '#kernel/ids.ts';
import { json } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { Delivery as DeliveryRow } from '#store/schema.ts';
import type { ChannelName, Contact } from './contact.ts';
import type { Message } from './message.ts';

export interface Delivery {
  id: string;
  seq: number;
  alertId: string | null;
  contactId: string | null;
  contactName: string;
  channel: ChannelName;
  kind: NotificationKind;
  status: 'pending' | 'sending' | 'sent' | 'failed';
  /** Attempts begun. */
  attempts: number;
  /** pending: when it is due; sending: when its sender counts as dead. */
  nextAttemptAtMs: number;
  idempotencyKey: string;
  causeEventId: string | null;
  /** Frozen when it was planned, so that a repeat says the same. */
  message: Message;
  /** The first thing this contact hears of the alert: root of the mail thread. */
  isFirst: boolean;
  lastError: string | null;
  createdAtMs: number;
  sentAtMs: number | null;
}

const toDelivery = (row: Selectable<DeliveryRow>): Delivery => {
  const { isFirst, ...message } = row.message as unknown as Message & { isFirst: boolean };
  return {
    id: row.id,
    seq: row.seq,
    alertId: row.alert_id,
    contactId: row.contact_id,
    contactName: row.contact_name,
    channel: row.channel as ChannelName,
    kind: row.kind as NotificationKind,
    status: row.status as Delivery['status'],
    attempts: row.attempts,
    nextAttemptAtMs: row.next_attempt_at_ms,
    idempotencyKey: row.idempotency_key,
    causeEventId: row.cause_event_id === null ? null : String(row.cause_event_id),
    message,
    isFirst,
    lastError: row.last_error,
    createdAtMs: row.created_at_ms,
    sentAtMs: row.sent_at_ms,
  };
};

interface PlannedDelivery {
  contact: Contact;
  message: Message;
  /** With the contact's id the identity of the delivery. */
  cause: string;
  causeEventId: string | null;
  createdAtMs: number;
  dueAtMs: number;
}

/** The same cause and contact again is the same delivery. Returns its id, or undefined when it was there already. */
export async function insertDelivery(trx: Trx, planned: PlannedDelivery): Promise<string | undefined> {
  const { contact, message } = planned;
  const id = uuidv7(planned.createdAtMs);
  const earlier = await trx
    .selectFrom('delivery')
    .select('id')
    .where('alert_id', '=', message.alertId)
    .where('contact_id', '=', contact.id)
    .limit(1)
    .executeTakeFirst();
  const row = await trx
    .insertInto('delivery')
    .values({
      id,
      dedup_key: `${planned.cause}:${contact.id}`,
      alert_id: message.alertId,
      contact_id: contact.id,
      contact_name: contact.name,
      channel: contact.channel,
      kind: message.kind,
      status: 'pending',
      next_attempt_at_ms: planned.dueAtMs,
      idempotency_key: `plexus-${id}`,
      cause_event_id: planned.causeEventId === null ? null : Number(planned.causeEventId),
      message: json({ ...message, isFirst: earlier === undefined }),
      created_at_ms: planned.createdAtMs,
    })
    .onConflict((conflict) => conflict.column('dedup_key').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id;
}

/**
 * Takes a due delivery for one attempt until `aliveUntilMs`. Undefined when it is not due, somebody else has it,
 * or the same contact has yet to hear something earlier of the same alert.
 */
export async function claimDelivery(
  db: Db,
  id: string,
  at: { nowMs: number; aliveUntilMs: number },
): Promise<Delivery | undefined> {
  const row = await db
    .updateTable('delivery')
    .set(({ eb }) => ({
      status: 'sending',
      attempts: eb('attempts', '+', 1),
      next_attempt_at_ms: at.aliveUntilMs,
    }))
    .where('id', '=', id)
    .where('status', 'in', ['pending', 'sending'])
    .where('next_attempt_at_ms', '<=', at.nowMs)
    .where(hasNothingBefore)
    .returningAll()
    .executeTakeFirst();
  return row && toDelivery(row);
}

const hasNothingBefore = sql<boolean>`not exists (
  select from delivery earlier where earlier.alert_id = delivery.alert_id and earlier.contact_id = delivery.contact_id
    and earlier.seq < delivery.seq and earlier.status in ('pending', 'sending'))`;

/** Holds the claim of a sender that is still at it. */
export async function renewClaim(db: Db, delivery: Delivery, aliveUntilMs: number): Promise<void> {
  await db
    .updateTable('delivery')
    .set({ next_attempt_at_ms: aliveUntilMs })
    .where('id', '=', delivery.id)
    .where('status', '=', 'sending')
    .where('attempts', '=', delivery.attempts)
    .execute();
}

/** Ends the attempt that `delivery` stands for; false when somebody else has taken over since. */
export async function endAttempt(
  trx: Trx,
  delivery: Delivery,
  outcome:
    | { status: 'sent'; atMs: number }
    | { status: 'pending'; dueAtMs: number; error: string }
    | { status: 'failed'; error: string },
): Promise<boolean> {
  const result = await trx
    .updateTable('delivery')
    .set({
      status: outcome.status,
      ...(outcome.status === 'sent' ? { sent_at_ms: outcome.atMs, last_error: null } : { last_error: outcome.error }),
      ...(outcome.status === 'pending' && { next_attempt_at_ms: outcome.dueAtMs }),
    })
    .where('id', '=', delivery.id)
    .where('status', '=', 'sending')
    .where('attempts', '=', delivery.attempts)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Due now and first in line, oldest first; with those whose sender died. */
export async function listDue(db: Db, nowMs: number, limit: number): Promise<{ id: string; attempts: number }[]> {
  return db
    .selectFrom('delivery')
    .select(['id', 'attempts'])
    .where('status', 'in', ['pending', 'sending'])
    .where('next_attempt_at_ms', '<=', nowMs)
    .where(hasNothingBefore)
    .orderBy('next_attempt_at_ms')
    .limit(limit)
    .execute();
}

/** Takes back recoveries that nobody was told yet; returns the contacts who were to hear them. */
export async function withdrawRecoveries(trx: Trx, alertId: string): Promise<string[]> {
  const rows = await trx
    .deleteFrom('delivery')
    .where('alert_id', '=', alertId)
    .where('kind', '=', 'recovery')
    .where('status', '=', 'pending')
    .where('attempts', '=', 0)
    .returning('contact_id')
    .execute();
  return rows.flatMap((row) => row.contact_id ?? []);
}

/** Contacts that were told, or are about to be, that the alert is a problem. */
export async function listToldContacts(trx: Trx, alertId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom('delivery')
    .select('contact_id')
    .distinct()
    .where('alert_id', '=', alertId)
    .where('kind', 'in', ['problem', 'escalation'])
    .execute();
  return rows.flatMap((row) => row.contact_id ?? []);
}

/** Newest first. */
export async function listDeliveries(
  db: Db,
  page: { alertId?: string; beforeSeq?: number; limit: number },
): Promise<Delivery[]> {
  if (page.alertId !== undefined && !isUuid(page.alertId)) return [];
  let query = db.selectFrom('delivery').selectAll();
  if (page.alertId !== undefined) query = query.where('alert_id', '=', page.alertId);
  if (page.beforeSeq !== undefined) query = query.where('seq', '<', page.beforeSeq);
  const rows = await query.orderBy('seq', 'desc').limit(page.limit).execute();
  return rows.map(toDelivery);
}
