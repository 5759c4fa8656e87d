// API tokens: shown once, kept as a hash, with a role and an end.

import type { Clock } from '#kernel/clock.ts';
import { SYSTEM, type Actor, type Role } from '#kernel/domain/actor.ts';
import { notFound } from '#kernel/errors.ts';
import { randomToken, sha256Hex, uuidv7 } from '#kernel/ids.ts';
import { transaction, type Db } from '#store/postgres.ts';
import { auditDone, roleOf } from './user-record.ts';

const TOKEN_PREFIX = 'plx_';

export interface TokenRecord {
  id: string;
  name: string;
  role: Role;
  createdBy: string;
  createdAtMs: number;
  expiresAtMs: number | null;
  lastUsedAtMs: number | null;
}

export function createApiTokens(deps: { db: Db; clock: Clock }) {
  const { db, clock } = deps;
  return {
    /** The token that came from the environment: replaces the one of an earlier start. Safe to repeat. */
    async keepEnvironmentToken(token: string): Promise<void> {
      const nowMs = clock.nowMs();
      const hash = sha256Hex(token);
      await transaction(db, async (trx) => {
        const name = 'environment';
        await trx.deleteFrom('api_token').where('name', '=', name).where('hash', '!=', hash).execute();
        const inserted = await trx
          .insertInto('api_token')
          .values({ id: uuidv7(nowMs), name, hash, role: 'admin', created_by: SYSTEM.label, created_at_ms: nowMs })
          .onConflict((conflict) => conflict.column('hash').doNothing())
          .returning('id')
          .executeTakeFirst();
        if (inserted) await auditDone(trx, nowMs, SYSTEM, { action: 'token.create', object: `token:${name}` });
      });
    },

    async listTokens(): Promise<TokenRecord[]> {
      return (await db.selectFrom('api_token').selectAll().orderBy('created_at_ms', 'desc').execute()).map(tokenRecord);
    },

    async createToken(
      request: { name: string; role: Role; expiresInSec?: number | undefined },
      actor: Actor,
    ): Promise<{ token: string; record: TokenRecord }> {
      const token = TOKEN_PREFIX + randomToken();
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
        await auditDone(trx, nowMs, actor, {
          action: 'token.create',
          object: `token:${request.name}`,
          details: { role: request.role },
        });
        return inserted;
      });
      return { token, record: tokenRecord(row) };
    },

    async removeToken(id: string, actor: Actor): Promise<void> {
      await transaction(db, async (trx) => {
        const row = await trx.deleteFrom('api_token').where('id', '=', id).returning('name').executeTakeFirst();
        if (!row) throw notFound('token', id);
        await auditDone(trx, clock.nowMs(), actor, { action: 'token.delete', object: `token:${row.name}` });
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
