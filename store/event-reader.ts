// Reads the event log for people: pages of the timeline, and a tail for the live feed.

import { sql } from 'kysely';
import type { StoredEvent } from '#kernel/domain/event.ts';
import { toStoredEvent } from './event-log.ts';
import type { Db } from './postgres.ts';

export interface EventFilter {
  hostId?: string;
  checkId?: string;
  alertId?: string;
  runId?: string;
  /** Exact kinds, or prefixes that end with '*'. */
  kinds?: string[];
  fromMs?: number;
  toMs?: number;
  /** Only events older than this id. */
  beforeId?: string;
  limit: number;
}

/** Newest first. */
export async function readEvents(db: Db, filter: EventFilter): Promise<StoredEvent[]> {
  let query = db.selectFrom('event').selectAll();
  if (filter.hostId) query = query.where('host_id', '=', filter.hostId);
  if (filter.checkId) query = query.where('check_id', '=', filter.checkId);
  if (filter.alertId) query = query.where('alert_id', '=', filter.alertId);
  if (filter.runId) query = query.where('run_id', '=', filter.runId);
  if (filter.fromMs !== undefined) query = query.where('at_ms', '>=', filter.fromMs);
  if (filter.toMs !== undefined) query = query.where('at_ms', '<', filter.toMs);
  if (filter.beforeId) query = query.where('id', '<', Number(filter.beforeId));
  const kinds = filter.kinds;
  if (kinds && kinds.length > 0) {
    query = query.where((where) =>
      where.or(
        kinds.map((kind) =>
          kind.endsWith('*')
            ? where(sql<string>`left(kind, ${kind.length - 1})`, '=', kind.slice(0, -1))
            : where('kind', '=', kind),
        ),
      ),
    );
  }
  const rows = await query.orderBy('id', 'desc').limit(filter.limit).execute();
  return rows.map(toStoredEvent);
}

/** A place in the log, in the order in which consumers read. */
export interface TailPosition {
  xid: string;
  id: number;
}

/** The end of the log as it is now. */
export async function tailEnd(db: Db): Promise<TailPosition> {
  const row = await sql<{ xid: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text as xid`.execute(db);
  return { xid: row.rows[0]?.xid ?? '0', id: 0 };
}

/** What was committed after `position`, oldest first. `hidden`: more is there, but a transaction before it still runs. */
export async function readTail(
  db: Db,
  position: TailPosition,
  limit: number,
): Promise<{ events: StoredEvent[]; position: TailPosition; hidden: boolean }> {
  const { rows } = await sql<Parameters<typeof toStoredEvent>[0] & { xid: string; hidden: boolean }>`
    select id, xid::text as xid, kind, at_ms, host_id, check_id, alert_id, run_id, cause_id, data,
      xid >= pg_snapshot_xmin(pg_current_snapshot()) as hidden
    from event where (xid, id) > (${position.xid}::xid8, ${position.id}::bigint)
    order by event.xid, event.id limit ${limit}`.execute(db);
  const firstHidden = rows.findIndex((row) => row.hidden);
  const visible = firstHidden < 0 ? rows : rows.slice(0, firstHidden);
  const last = visible.at(-1);
  return {
    events: visible.map(toStoredEvent),
    position: last ? { xid: last.xid, id: last.id } : position,
    hidden: visible.length < rows.length,
  };
}
