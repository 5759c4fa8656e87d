// Downtimes and comments as Livestatus shows them: those that stand, of objects of the site.

import { sql } from 'kysely';
import type { Db } from '#store/postgres.ts';
import type { WatchedSite } from '../../engine/site.ts';
import type { CommentRow, DowntimeRow } from '../source.ts';

/** Of each kind; a client that lists more has no use for them. */
const MOST_REMARKS = 50_000;

interface PlaceRow {
  id: number;
  host_id: string;
  check_id: string | null;
  author: string;
  comment: string;
}

/** Undefined for what is of no object of the site: its host is retired, its check switched off. */
function placeOf(site: WatchedSite, row: PlaceRow) {
  const host = site.hosts.get(row.host_id);
  const node = row.check_id === null ? host : site.objects.get(row.check_id);
  if (!host || !node) return undefined;
  const { id, author, comment } = row;
  return { id, author, comment, hostName: host.name, ...(node.object === 'service' && { description: node.name }) };
}

export async function downtimeRows(db: Db, site: WatchedSite): Promise<DowntimeRow[]> {
  const rows = await db
    .selectFrom('downtime')
    .selectAll()
    .where('status', 'in', ['pending', 'active'])
    .orderBy('id')
    .limit(MOST_REMARKS)
    .execute();
  return rows.flatMap((row) => {
    const place = placeOf(site, row);
    if (!place) return [];
    return [
      {
        ...place,
        entryAtMs: row.entered_at_ms,
        startAtMs: row.starts_at_ms,
        endAtMs: row.ends_at_ms,
        isFixed: row.is_fixed,
        durationMs: row.is_fixed ? row.ends_at_ms - row.starts_at_ms : row.duration_ms,
        ...(row.triggered_by !== null && { triggeredById: row.triggered_by }),
        isInEffect: row.status === 'active',
      },
    ];
  });
}

interface StoredComment extends PlaceRow {
  kind: CommentRow['kind'];
  is_persistent: boolean;
  at_ms: number;
  expires_at_ms: number | null;
}

/** Without those that have expired, and those that end with an acknowledgement that is over. */
export async function commentRows(db: Db, site: WatchedSite, nowMs: number): Promise<CommentRow[]> {
  const { rows } = await sql<StoredComment>`
    select m.* from check_comment m left join check_state s on s.check_id = m.check_id
    where (m.expires_at_ms is null or m.expires_at_ms > ${nowMs})
      and (m.kind <> 'acknowledgement' or m.is_persistent or s.acknowledged is distinct from 'none')
    order by m.id desc limit ${MOST_REMARKS}`.execute(db);
  return rows.toReversed().flatMap((row) => {
    const place = placeOf(site, row);
    if (!place) return [];
    return [
      {
        ...place,
        entryAtMs: row.at_ms,
        kind: row.kind,
        isPersistent: row.is_persistent,
        ...(row.expires_at_ms !== null && { expiresAtMs: row.expires_at_ms }),
      },
    ];
  });
}
