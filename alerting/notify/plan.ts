// Who is told of a change of an alert, and what: rows of the delivery log, written
// in the transaction of the change. Nothing is sent here.

import { sql } from 'kysely';
import type { Trx } from '#store/postgres.ts';
import { findRule } from '../rules/rule-store.ts';
import type { Rule } from '../rules/rule.ts';
import type { AlertRecord } from '../alert.ts';
import { contactsFor, listContacts } from './contact-store.ts';
import type { Contact } from './contact.ts';
import { insertDelivery, listToldContacts, withdrawRecoveries } from './delivery-store.ts';
import { composeMessage, type MessageFacts } from './message.ts';
import { formatInstant } from './wording.ts';

export interface Notice {
  kind: MessageFacts['kind'];
  alert: AlertRecord;
  /** Its rule, where it is at hand. */
  rule?: Rule;
  /** The alert's event; with the contact the identity of the delivery. */
  eventId: string;
  atMs: number;
  reason?: string;
  by?: string;
  comment?: string;
}

export interface NoticePolicy {
  publicUrl?: string | undefined;
  /** A condition that flaps is called over only after it has stayed away for so long. */
  settleMs: number;
}

/** Who hears: of a problem, the contacts of the rule; of what follows, those who heard of the problem. */
export async function planDeliveries(trx: Trx, notice: Notice, policy: NoticePolicy): Promise<void> {
  const { alert, kind } = notice;
  const rule = notice.rule ?? (alert.ruleId === null ? undefined : await findRule(trx, alert.ruleId));
  const isAgain = kind === 'problem' && alert.reopened > 0;
  // Whoever did not hear of the recovery yet need not hear that the problem is back.
  const withdrawn = isAgain ? await withdrawRecoveries(trx, alert.id) : [];
  const isFresh = kind === 'problem' || kind === 'escalation';
  const contacts = isFresh
    ? (await contactsFor(trx, rule?.contactIds ?? [])).filter((contact) => !withdrawn.includes(contact.id))
    : await toldContacts(trx, alert.id);
  if (contacts.length === 0) return;
  const about = isFresh ? await circumstances(trx, alert, notice.atMs) : {};
  const isFlapping = kind === 'recovery' && alert.reopened > 0;
  for (const contact of contacts) {
    const isNamed = rule?.contactIds.includes(contact.id) ?? false;
    const { eventId, rule: _, ...facts } = notice;
    await insertDelivery(trx, {
      contact,
      message: composeMessage({
        ...facts,
        ...about,
        isAgain,
        why: isNamed ? `rule “${alert.ruleName}” names ${contact.name}` : `${contact.name} is a default contact`,
        publicUrl: policy.publicUrl,
      }),
      cause: eventId,
      causeEventId: eventId,
      createdAtMs: notice.atMs,
      dueAtMs: notice.atMs + (isFlapping ? policy.settleMs : 0),
    });
  }
}

async function toldContacts(trx: Trx, alertId: string): Promise<Contact[]> {
  const told = await listToldContacts(trx, alertId);
  if (told.length === 0) return [];
  return (await listContacts(trx)).filter((contact) => contact.enabled && told.includes(contact.id));
}

const CHANGES_WITHIN_MS = 2 * 3_600_000;
const MOST_CHANGES = 5;

/** What changed on the host shortly before, and whose host it is. */
async function circumstances(
  trx: Trx,
  alert: AlertRecord,
  nowMs: number,
): Promise<Pick<MessageFacts, 'recentChanges' | 'hostOwner'>> {
  if (alert.hostId === null) return {};
  const { rows } = await sql<{ owner: string | null; at_ms: number | null; text: string }>`
    select host.owner, change.at_ms, change.text
    from host left join lateral (
      select at_ms, case kind
          when 'release.switched' then concat(data->>'action', ' of ', data->>'app', ' ', data->>'version')
          when 'host.changed' then concat(data->>'change', ' by ', data->>'by')
          else concat('drift: ', data->>'summary') end as text
      from event
      where host_id = host.id and kind in ('release.switched', 'host.changed', 'drift.found')
        and at_ms > ${nowMs - CHANGES_WITHIN_MS}
      order by id desc limit ${MOST_CHANGES}) change on true
    where host.id = ${alert.hostId}`.execute(trx);
  return {
    hostOwner: rows[0]?.owner ?? null,
    recentChanges: rows.flatMap(({ at_ms: atMs, text }) =>
      atMs === null ? [] : [`${formatInstant(atMs).slice(11, 16)} ${text}`],
    ),
  };
}
