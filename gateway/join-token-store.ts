// Rows of join_token: short-lived, counted, kept as hashes only.

import { sql } from 'kysely';
import { sha256Hex } from '#kernel/ids.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { JoinTokenState } from './api.ts';

interface SpentToken {
  id: string;
  approve: boolean;
  cluster: string;
  createdBy: string;
}

export async function insertJoinToken(
  trx: Trx,
  token: Omit<JoinTokenState, 'usesLeft'> & { uses: number; secret: string },
): Promise<void> {
  await trx
    .insertInto('join_token')
    .values({
      id: token.id,
      hash: sha256Hex(token.secret),
      note: token.note,
      approve: token.approve,
      uses_left: token.uses,
      cluster: token.cluster,
      expires_at_ms: token.expiresAtMs,
      created_by: token.createdBy,
      created_at_ms: token.createdAtMs,
    })
    .execute();
}

/** Takes one use; undefined when the secret is unknown, used up or expired. Undone with `trx`. */
export async function spendJoinToken(trx: Trx, secret: string, nowMs: number): Promise<SpentToken | undefined> {
  const row = await trx
    .updateTable('join_token')
    .set({ uses_left: sql<number>`uses_left - 1` })
    .where('hash', '=', sha256Hex(secret))
    .where('uses_left', '>', 0)
    .where('expires_at_ms', '>', nowMs)
    .returning(['id', 'approve', 'cluster', 'created_by'])
    .executeTakeFirst();
  return row && { id: row.id, approve: row.approve, cluster: row.cluster, createdBy: row.created_by };
}

/** Those that can still be used, newest first. */
export async function usableJoinTokens(db: Db, nowMs: number): Promise<JoinTokenState[]> {
  const rows = await db
    .selectFrom('join_token')
    .selectAll()
    .where('uses_left', '>', 0)
    .where('expires_at_ms', '>', nowMs)
    .orderBy('created_at_ms', 'desc')
    .limit(1000)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    note: row.note,
    approve: row.approve,
    usesLeft: row.uses_left,
    cluster: row.cluster,
    expiresAtMs: row.expires_at_ms,
    createdBy: row.created_by,
    createdAtMs: row.created_at_ms,
  }));
}

export async function removeJoinToken(trx: Trx, id: string): Promise<boolean> {
  const removed = await trx.deleteFrom('join_token').where('id', '=', id).returning('id').executeTakeFirst();
  return removed !== undefined;
}
