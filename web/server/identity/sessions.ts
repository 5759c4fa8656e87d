// Sessions of the console: opened by password, kept by a cookie, gone when they end.

import type { Clock } from '#kernel/clock.ts';
import { randomToken, sha256Hex } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { transaction, type Db } from '#store/postgres.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { auditDone, userRecord, type UserRecord } from './user-record.ts';

export const SESSION_LIFETIME_MS = 14 * 24 * 3600_000;

export interface SessionRecord {
  user: UserRecord;
  csrfToken: string;
  expiresAtMs: number;
}

export function createSessions(deps: { db: Db; clock: Clock }) {
  const { db, clock } = deps;
  // Verifying against this costs the same as a real one: a login name cannot be guessed by time.
  const decoy = hashPassword(randomToken());

  return {
    /** Opens a session for right credentials; undefined otherwise, after the same time. */
    async logIn(
      login: string,
      password: string,
      from: { source: string; userAgent: string },
    ): Promise<{ sessionId: string; session: SessionRecord } | undefined> {
      const row = await db.selectFrom('user_account').selectAll().where('login', '=', login).executeTakeFirst();
      const right = await verifyPassword(password, row?.password_hash ?? (await decoy));
      const nowMs = clock.nowMs();
      if (!row || !right || row.disabled) {
        await transaction(db, (trx) =>
          appendAudit(trx, {
            atMs: nowMs,
            actor: `user:${login}`,
            action: 'login',
            object: 'console',
            result: 'refused',
            source: from.source,
            details: {},
          }),
        );
        return undefined;
      }
      const sessionId = randomToken();
      const session = { user: userRecord(row), csrfToken: randomToken(), expiresAtMs: nowMs + SESSION_LIFETIME_MS };
      await transaction(db, async (trx) => {
        await trx
          .insertInto('session')
          .values({
            id_hash: sha256Hex(sessionId),
            user_id: row.id,
            csrf_token: session.csrfToken,
            created_at_ms: nowMs,
            expires_at_ms: session.expiresAtMs,
            ip: from.source,
            user_agent: from.userAgent.slice(0, 300),
          })
          .execute();
        await trx.deleteFrom('session').where('expires_at_ms', '<', nowMs).execute();
        await trx.updateTable('user_account').set({ last_login_at_ms: nowMs }).where('id', '=', row.id).execute();
        const actor = { label: `user:${login}`, role: session.user.role, source: from.source };
        await auditDone(trx, nowMs, actor, { action: 'login', object: 'console' });
      });
      return { sessionId, session };
    },

    async readSession(sessionId: string): Promise<SessionRecord | undefined> {
      const row = await db
        .selectFrom('session')
        .innerJoin('user_account', 'user_account.id', 'session.user_id')
        .selectAll('user_account')
        .select(['session.csrf_token', 'session.expires_at_ms'])
        .where('session.id_hash', '=', sha256Hex(sessionId))
        .where('session.expires_at_ms', '>', clock.nowMs())
        .where('user_account.disabled', '=', false)
        .executeTakeFirst();
      return row && { user: userRecord(row), csrfToken: row.csrf_token, expiresAtMs: row.expires_at_ms };
    },

    async logOut(sessionId: string): Promise<void> {
      await db.deleteFrom('session').where('id_hash', '=', sha256Hex(sessionId)).execute();
    },
  };
}
