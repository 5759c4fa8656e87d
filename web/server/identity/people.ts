// People: the first administrator, users, their passwords. Each change stands in the
// audit trail of the same transaction.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import { SYSTEM, type Actor, type Role } from '#kernel/domain/actor.ts';
import { badRequest, conflict, notFound } from '#kernel/errors.ts';
import { sha256Hex, uuidv7 } from '#kernel/ids.ts';
import { isUniqueViolation, transaction, type Db, type Trx } from '#store/postgres.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { auditDone, userRecord, type UserRecord } from './user-record.ts';

export interface NewUser {
  login: string;
  name: string;
  email?: string | null | undefined;
  role: Role;
  password: string;
}

export function createPeople(deps: { db: Db; clock: Clock }) {
  const { db, clock } = deps;

  const audit = (trx: Trx, actor: Actor, action: string, object: string, details?: Record<string, unknown>) =>
    auditDone(trx, clock.nowMs(), actor, { action, object, ...(details && { details }) });

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
  };
}
