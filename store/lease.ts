// Named leases in PostgreSQL: several processes may run a role, one at a time does
// the work that must not be done twice.

import { sql } from 'kysely';
import type { Db, Trx } from './postgres.ts';

/** Takes or renews `name` for `holder` until `nowMs + ttlMs`. False while another holds it. */
export async function takeLease(
  db: Db,
  lease: { name: string; holder: string; nowMs: number; ttlMs: number },
): Promise<boolean> {
  const result = await sql<{ holder: string }>`
    insert into lease (name, holder, expires_at_ms) values (${lease.name}, ${lease.holder}, ${lease.nowMs + lease.ttlMs})
    on conflict (name) do update set holder = excluded.holder, expires_at_ms = excluded.expires_at_ms
      where lease.holder = excluded.holder or lease.expires_at_ms <= ${lease.nowMs}
    returning holder`.execute(db);
  return result.rows.length === 1;
}

/** Lets go at once, so that the next holder need not wait for the expiry. */
export async function releaseLease(db: Db, lease: { name: string; holder: string }): Promise<void> {
  await db.deleteFrom('lease').where('name', '=', lease.name).where('holder', '=', lease.holder).execute();
}

/** Takes or renews all of `names` that are free, expired or the holder's own; returns those it now holds. */
export async function takeLeases(
  db: Db,
  lease: { names: readonly string[]; holder: string; nowMs: number; ttlMs: number },
): Promise<string[]> {
  if (lease.names.length === 0) return [];
  const { holder, nowMs, ttlMs } = lease;
  // In one order for all, so that two processes that ask at once wait for each other and do not deadlock.
  const result = await sql<{ name: string }>`
    insert into lease (name, holder, expires_at_ms)
    select name, ${holder}, ${nowMs + ttlMs}::bigint from unnest(${[...lease.names].sort()}::text[]) as wanted (name)
    on conflict (name) do update set holder = excluded.holder, expires_at_ms = excluded.expires_at_ms
      where lease.holder = excluded.holder or lease.expires_at_ms <= ${nowMs}
    returning name`.execute(db);
  return result.rows.map(({ name }) => name);
}

export async function releaseLeases(db: Db, lease: { names: readonly string[]; holder: string }): Promise<void> {
  if (lease.names.length === 0) return;
  await db.deleteFrom('lease').where('name', 'in', lease.names).where('holder', '=', lease.holder).execute();
}

/** Holders of unexpired leases whose name begins with `prefix`, each once. */
export async function leaseHolders(db: Db, prefix: string, nowMs: number): Promise<string[]> {
  const rows = await db
    .selectFrom('lease')
    .select('holder')
    .distinct()
    .where(sql<boolean>`starts_with(name, ${prefix})`)
    .where('expires_at_ms', '>', nowMs)
    .orderBy('holder')
    .execute();
  return rows.map(({ holder }) => holder);
}

/**
 * Of `names` those that `holder` still holds, locked to the end of the transaction: what is written in it
 * cannot be written by the next holder as well.
 */
export async function lockLeases(trx: Trx, lease: { names: readonly string[]; holder: string }): Promise<Set<string>> {
  const rows = await trx
    .selectFrom('lease')
    .select('name')
    .where('name', 'in', lease.names)
    .where('holder', '=', lease.holder)
    .orderBy('name')
    .forShare()
    .execute();
  return new Set(rows.map(({ name }) => name));
}
