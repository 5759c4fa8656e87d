// Named leases in PostgreSQL: several processes may run a role, one at a time does
// the work that must not be done twice.

import { sql } from 'kysely';
import type { Db } from './postgres.ts';

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
