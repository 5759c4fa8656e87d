// The local outbox: where mails go when no relay is configured, for the console to show.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import type { Db } from '#store/postgres.ts';
import type { MailTransport } from './mail.ts';

export interface OutboxMail {
  messageId: string;
  deliveryId: string | null;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  atMs: number;
}

export function createOutboxTransport(deps: { db: Db; clock: Clock }): MailTransport {
  return {
    async accept(mail) {
      await deps.db
        .insertInto('outbox_mail')
        .values({
          message_id: mail.messageId,
          delivery_id: mail.deliveryId,
          mail_from: mail.from,
          mail_to: mail.to,
          subject: mail.subject,
          body_text: mail.text,
          body_html: mail.html,
          at_ms: deps.clock.nowMs(),
        })
        .onConflict((conflict) => conflict.column('message_id').doNothing())
        .execute();
    },
    close: () => Promise.resolve(),
  };
}

/** The last mail of the page before. */
export type OutboxPlace = Pick<OutboxMail, 'atMs' | 'messageId'>;

/** Newest first. */
export async function listOutbox(db: Db, page: { before?: OutboxPlace; limit: number }): Promise<OutboxMail[]> {
  let query = db.selectFrom('outbox_mail').selectAll();
  if (page.before)
    query = query.where(
      sql<boolean>`(at_ms, message_id) < (${page.before.atMs}::bigint, ${page.before.messageId}::text)`,
    );
  const rows = await query.orderBy('at_ms', 'desc').orderBy('message_id', 'desc').limit(page.limit).execute();
  return rows.map((row) => ({
    messageId: row.message_id,
    deliveryId: row.delivery_id,
    from: row.mail_from,
    to: row.mail_to,
    subject: row.subject,
    text: row.body_text,
    html: row.body_html,
    atMs: row.at_ms,
  }));
}
