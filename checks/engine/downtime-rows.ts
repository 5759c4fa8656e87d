// Downtimes as the table keeps them: each change of the machine's own list is written with it.

import { sql } from 'kysely';
import type { Db, Trx } from '#store/postgres.ts';
import type { Downtime } from '../machine/downtime-window.ts';

export type DowntimeStatus = 'pending' | 'active' | 'ended' | 'cancelled' | 'expired';

const STATUS_OF = { started: 'active', ended: 'ended', cancelled: 'cancelled', expired: 'expired' } as const;

export async function markDowntime(trx: Trx, id: string, what: keyof typeof STATUS_OF, nowMs: number): Promise<void> {
  await trx
    .updateTable('downtime')
    .set({
      status: STATUS_OF[what] satisfies DowntimeStatus,
      ...(what === 'started' ? { began_at_ms: nowMs } : { over_at_ms: nowMs }),
    })
    .where('id', '=', Number(id))
    .where('status', 'in', ['pending', 'active'])
    .execute();
}

/** Open downtimes of hosts as such, by host. */
export async function openHostDowntimes(db: Db, hostIds: readonly string[]): Promise<Map<string, Downtime[]>> {
  const rows = await db
    .selectFrom('downtime')
    .selectAll()
    .where(sql<boolean>`host_id = any(${hostIds}::uuid[])`)
    .where('check_id', 'is', null)
    .where('status', 'in', ['pending', 'active'])
    .orderBy('id')
    .execute();
  const found = new Map<string, Downtime[]>();
  for (const row of rows) {
    const downtimes = found.get(row.host_id) ?? [];
    downtimes.push({
      id: String(row.id),
      kind: row.is_fixed ? 'fixed' : 'flexible',
      startAtMs: row.starts_at_ms,
      endAtMs: row.ends_at_ms,
      durationMs: row.duration_ms,
      triggeredBy: row.triggered_by === null ? null : String(row.triggered_by),
      by: row.author,
      comment: row.comment,
      runsUntilMs: row.began_at_ms === null ? null : row.is_fixed ? row.ends_at_ms : row.began_at_ms + row.duration_ms,
    });
    found.set(row.host_id, downtimes);
  }
  return found;
}
