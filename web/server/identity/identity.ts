// People, their sessions and API tokens: who is asking. Each change of a person or
// token stands in the audit trail of the same transaction.

import { sql } from 'kysely';
import { randomToken, sha256Hex, uuidv7 } from '#kernel/ids.ts';
import type { Clock } from '#kernel/clock.ts';
import { ROLES, SYSTEM, type Actor, type Role } from '#kernel/domain/actor.ts';
import { AppError, badRequest, conflict, notFound } from '#kernel/errors.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { isUniqueViolation, transaction, type Db, type Trx } from '#store/postgres.ts';
import { hashPassword, verifyPassword } from './password.ts';

export const SESSION_LIFETIME_MS = 14 * 24 * 3600_000;
const TOKEN_PREFIX = 'plx_';

export interface UserRecord {
  id: string;
  login: string;
  name: string;
  email: string | null;
  role: Role;
  disabled: boolean;
  createdAtMs: number;
  lastLoginAtMs: number | null;
}

export interface TokenRecord {
  id: string;
  name: string;
  role: Role;
  createdBy: string;
  createdAtMs: number;
  expiresAtMs: number | null;
  lastUsedAtMs: number | null;
}

export interface SessionRecord {
  user: UserRecord;
  csrfToken: string;
  expiresAtMs: number;
}

export interface NewUser {
  login: string;
  name: string;
  email?: string | null | undefined;
  role: Role;
  password: string;
}

export type Identity = ReturnType<typeof createIdentity>;

const roleOf = (text: string): Role => ROLES.find((role) => role === text) ?? 'viewer';

export function createIdentity(deps: { db: Db; clock: Clock }) {
  const { db, clock } = deps;
  // Verifying against this costs the same as a real one: a login name cannot be guessed by time.
  const decoy = hashPassword(randomToken());

  const audit = (trx: Trx, actor: Actor, action: string, object: string, details: Record<string, unknown> = {}) =>
    appendAudit(trx, {
      atMs: clock.nowMs(),
      actor: actor.label,
      action,
      object,
      result: 'done',
      source: actor.source,
      details,
    });

  const userRecord = (row: {
    id: string;
    login: string;
    name: string;
    email: string | null;
    role: string;
    disabled: boolean;
    created_at_ms: number;
    last_login_at_ms: number | null;
  }): UserRecord => ({
    id: row.id,
    login: row.login,
    name: row.name,
    email: row.email,
    role: roleOf(row.role),
    disabled: row.disabled,
    createdAtMs: row.created_at_ms,
    lastLoginAtMs: row.last_login_at_ms,
  });

  async function insertUser(trx: Trx, user: NewUser, actor: Actor): Promise<UserRecord> {
    const row = await trx
      .insertInto('user_account')
      .values({
        id: uuidv7(clock.nowMs()),
        login: user.login,
        name: user.name,
        email: user.email ?? null,
        role: user.role,
        password_hash: await hashPassword(user.password),
        created_at_ms: clock.nowMs(),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await audit(trx, actor, 'user.create', `user:${user.login}`, { role: user.role });
    return userRecord(row);
  }

  async function refuseLastAdmin(trx: Trx, userId: string): Promise<void> {
    const admins = await trx
      .selectFrom('user_account')
      .select('id')
      .where('role', '=', 'admin')
      .where('disabled', '=', false)
      .forUpdate()
      .execute();
    if (admins.length === 1 && admins[0]?.id === userId) {
      throw conflict('last_admin', 'This is the last administrator: make somebody else one first.');
    }
  }

  return {
    async setupNeeded(): Promise<boolean> {
      return (await db.selectFrom('user_account').select('id').limit(1).executeTakeFirst()) === undefined;
    },

    /** Creates the first administrator; `setup_closed` once anybody exists. */
    async setUp(user: Omit<NewUser, 'role'>, source: string): Promise<UserRecord> {
      return transaction(db, async (trx) => {
        // Two set-ups that race take turns; the lock ends with the transaction.
        await sql`lock table user_account in share row exclusive mode`.execute(trx);
        const { count } = await trx
          .selectFrom('user_account')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .executeTakeFirstOrThrow();
        if (count > 0)
          throw conflict('setup_closed', 'Plexus is already set up. Log in, or run "npx plexus user reset-password".');
        return insertUser(trx, { ...user, role: 'admin' }, { ...SYSTEM, source });
      });
    },

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
        await audit(trx, { label: `user:${login}`, role: session.user.role, source: from.source }, 'login', 'console');
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

    /** Changes one's own password and ends one's other sessions. `wrong_password` when `current` does not fit. */
    async changePassword(
      userId: string,
      change: { current: string; next: string },
      keepSessionId: string,
      actor: Actor,
    ): Promise<void> {
      const row = await db
        .selectFrom('user_account')
        .select('password_hash')
        .where('id', '=', userId)
        .executeTakeFirst();
      if (!row || !(await verifyPassword(change.current, row.password_hash))) {
        throw badRequest('wrong_password', 'The current password is not right.');
      }
      const hash = await hashPassword(change.next);
      await transaction(db, async (trx) => {
        await trx.updateTable('user_account').set({ password_hash: hash }).where('id', '=', userId).execute();
        await trx
          .deleteFrom('session')
          .where('user_id', '=', userId)
          .where('id_hash', '!=', sha256Hex(keepSessionId))
          .execute();
        await audit(trx, actor, 'user.password', actor.label);
      });
    },

    /** For whoever has the machine: sets a new password and ends every session of that person. */
    async resetPassword(login: string, password: string): Promise<void> {
      const hash = await hashPassword(password);
      await transaction(db, async (trx) => {
        const row = await trx
          .updateTable('user_account')
          .set({ password_hash: hash, disabled: false })
          .where('login', '=', login)
          .returning('id')
          .executeTakeFirst();
        if (!row) throw notFound('user', login);
        await trx.deleteFrom('session').where('user_id', '=', row.id).execute();
        await audit(trx, SYSTEM, 'user.password_reset', `user:${login}`);
      });
    },

    async listUsers(): Promise<UserRecord[]> {
      return (await db.selectFrom('user_account').selectAll().orderBy('login').execute()).map(userRecord);
    },

    async createUser(user: NewUser, actor: Actor): Promise<UserRecord> {
      try {
        return await transaction(db, (trx) => insertUser(trx, user, actor));
      } catch (error) {
        if (isUniqueViolation(error))
          throw conflict('login_taken', `There is already a user ${JSON.stringify(user.login)}.`);
        throw error;
      }
    },

    async updateUser(
      id: string,
      change: { name?: string; email?: string | null; role?: Role; disabled?: boolean; password?: string },
      actor: Actor,
    ): Promise<UserRecord> {
      const hash = change.password === undefined ? undefined : await hashPassword(change.password);
      return transaction(db, async (trx) => {
        if (change.disabled === true || (change.role !== undefined && change.role !== 'admin'))
          await refuseLastAdmin(trx, id);
        const { password, ...columns } = change;
        const row = await trx
          .updateTable('user_account')
          .set({ ...columns, ...(hash && { password_hash: hash }) })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst();
        if (!row) throw notFound('user', id);
        if (password !== undefined || change.disabled)
          await trx.deleteFrom('session').where('user_id', '=', id).execute();
        await audit(trx, actor, 'user.update', `user:${row.login}`, {
          ...columns,
          ...(password !== undefined && { password: 'changed' }),
        });
        return userRecord(row);
      });
    },

    async removeUser(id: string, actor: Actor): Promise<void> {
      await transaction(db, async (trx) => {
        await refuseLastAdmin(trx, id);
        const row = await trx.deleteFrom('user_account').where('id', '=', id).returning('login').executeTakeFirst();
        if (!row) throw notFound('user', id);
        await audit(trx, actor, 'user.delete', `user:${row.login}`);
      });
    },

    async listTokens(): Promise<TokenRecord[]> {
      return (await db.selectFrom('api_token').selectAll().orderBy('created_at_ms', 'desc').execute()).map(tokenRecord);
    },

    /** `fixedToken` is for one that came from the environment at the first start. */
    async createToken(
      request: { name: string; role: Role; expiresInSec?: number | undefined; fixedToken?: string },
      actor: Actor,
    ): Promise<{ token: string; record: TokenRecord }> {
      const token = request.fixedToken ?? TOKEN_PREFIX + randomToken();
      const nowMs = clock.nowMs();
      const row = await transaction(db, async (trx) => {
        const inserted = await trx
          .insertInto('api_token')
          .values({
            id: uuidv7(nowMs),
            name: request.name,
            hash: sha256Hex(token),
            role: request.role,
            created_by: actor.label,
            created_at_ms: nowMs,
            expires_at_ms: request.expiresInSec === undefined ? null : nowMs + request.expiresInSec * 1000,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await audit(trx, actor, 'token.create', `token:${request.name}`, { role: request.role });
        return inserted;
      });
      return { token, record: tokenRecord(row) };
    },

    async removeToken(id: string, actor: Actor): Promise<void> {
      await transaction(db, async (trx) => {
        const row = await trx.deleteFrom('api_token').where('id', '=', id).returning('name').executeTakeFirst();
        if (!row) throw notFound('token', id);
        await audit(trx, actor, 'token.delete', `token:${row.name}`);
      });
    },

    async readToken(token: string): Promise<TokenRecord | undefined> {
      const nowMs = clock.nowMs();
      const row = await db.selectFrom('api_token').selectAll().where('hash', '=', sha256Hex(token)).executeTakeFirst();
      if (!row || (row.expires_at_ms !== null && row.expires_at_ms <= nowMs)) return undefined;
      // Once a minute is enough to see that a token is in use, and spares a write per request.
      if ((row.last_used_at_ms ?? 0) < nowMs - 60_000) {
        await db.updateTable('api_token').set({ last_used_at_ms: nowMs }).where('id', '=', row.id).execute();
      }
      return tokenRecord(row);
    },

    /** Notes a refusal that happened before any domain command ran (missing CSRF token, too small a role). */
    async noteRefusal(actor: Actor, action: string, object: string, details: Record<string, unknown>): Promise<void> {
      await transaction(db, (trx) =>
        appendAudit(trx, {
          atMs: clock.nowMs(),
          actor: actor.label,
          action,
          object,
          result: 'refused',
          source: actor.source,
          details,
        }),
      );
    },
  };
}

const tokenRecord = (row: {
  id: string;
  name: string;
  role: string;
  created_by: string;
  created_at_ms: number;
  expires_at_ms: number | null;
  last_used_at_ms: number | null;
}): TokenRecord => ({
  id: row.id,
  name: row.name,
  role: roleOf(row.role),
  createdBy: row.created_by,
  createdAtMs: row.created_at_ms,
  expiresAtMs: row.expires_at_ms,
  lastUsedAtMs: row.last_used_at_ms,
});

export const notLoggedIn = (): AppError =>
  new AppError('not_logged_in', 'Log in, or send an API token as "Authorization: Bearer …".', { status: 401 });
