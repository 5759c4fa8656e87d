// Recurring downtimes as the table keeps them.

import type { Db, Trx } from '#store/postgres.ts';
import { json } from '#store/json.ts';
import type { DowntimeTarget, RecurringOrder, RecurringRecord, RecurringSchedule } from '../downtime-api.ts';

export type StoredRecurring = Omit<RecurringRecord, 'next'>;

export async function readRecurring(db: Db | Trx, id?: string): Promise<StoredRecurring[]> {
  let query = db.selectFrom('recurring_downtime').selectAll().orderBy('name');
  if (id !== undefined) query = query.where('id', '=', id);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    // Written by recurring-commands.ts only, in these shapes.
    target: row.target as unknown as DowntimeTarget,
    schedule: row.schedule as unknown as RecurringSchedule,
    isFixed: row.is_fixed,
    durationMs: row.duration_ms,
    author: row.author,
    comment: row.comment,
    enabled: row.enabled,
    version: row.version,
    createdAtMs: row.created_at_ms,
  }));
}

export const toColumns = (order: RecurringOrder) => ({
  name: order.name,
  target: json(order.target),
  schedule: json(order.schedule),
  is_fixed: order.isFixed,
  duration_ms: Math.round(order.durationMs),
  comment: order.comment,
  enabled: order.enabled,
});
