// Downtimes as lists: one by one, and by what was planned together.

import { sql, type RawBuilder } from 'kysely';
import { badRequest } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { Db } from '#store/postgres.ts';
import type { DowntimeBatch, DowntimeFilter, DowntimeRecord, DowntimesApi, DowntimeStatus } from '../downtime-api.ts';

const MOST_BATCHES = 2000;
const NAMES_SHOWN = 5;

/** What is planned alone is a batch of its own. */
const BATCH: RawBuilder<string> = sql`coalesce(d.batch, d.id::text)`;
const FROM = sql`from downtime d join host h on h.id = d.host_id left join "check" c on c.id = d.check_id`;

function narrowDowntimes(filter: DowntimeFilter): RawBuilder<boolean> {
  const { hostId, checkId, status, recurringId, batch, fromMs, toMs } = filter;
  const all: RawBuilder<boolean>[] = [sql`true`];
  const byId = (id: string, condition: RawBuilder<boolean>) => all.push(isUuid(id) ? condition : sql`false`);
  if (hostId !== undefined) byId(hostId, sql`d.host_id = ${hostId}::uuid`);
  if (checkId !== undefined)
    byId(
      checkId,
      sql`(d.check_id = ${checkId}::uuid or (d.check_id is null
        and d.host_id = (select host_id from "check" where id = ${checkId}::uuid)))`,
    );
  if (recurringId !== undefined) byId(recurringId, sql`d.recurring_id = ${recurringId}::uuid`);
  if (status !== undefined) all.push(sql`d.status = any(${status}::text[])`);
  if (batch !== undefined) all.push(ofBatches([batch]));
  if (fromMs !== undefined) all.push(sql`d.ends_at_ms > ${fromMs}`);
  if (toMs !== undefined) all.push(sql`d.starts_at_ms < ${toMs}`);
  return sql`(${sql.join(all, sql` and `)})`;
}

export function ofBatches(batches: readonly string[]): RawBuilder<boolean> {
  return sql`(d.batch = any(${batches}::text[]) or (d.batch is null and d.id = any(${idNumbers(batches)}::bigint[])))`;
}

/** Ids are numbers in the table; what is none names nothing. */
export const idNumbers = (ids: readonly string[]): number[] => ids.map(Number).filter(Number.isSafeInteger);

interface Row {
  id: number;
  host_id: string;
  host_name: string;
  check_id: string | null;
  check_name: string | null;
  author: string;
  comment: string;
  starts_at_ms: number;
  ends_at_ms: number;
  is_fixed: boolean;
  duration_ms: number;
  triggered_by: number | null;
  recurring_id: string | null;
  batch: string;
  status: DowntimeStatus;
  began_at_ms: number | null;
  over_at_ms: number | null;
  entered_at_ms: number;
}

export async function readDowntimes(
  db: Db,
  where: RawBuilder<boolean>,
  { order = sql`d.starts_at_ms desc, d.id desc`, limit }: { order?: RawBuilder<unknown>; limit: number },
): Promise<DowntimeRecord[]> {
  const { rows } = await sql<Row>`
    select d.id, d.host_id, h.name as host_name, d.check_id, c.name as check_name, d.author, d.comment,
      d.starts_at_ms, d.ends_at_ms, d.is_fixed, d.duration_ms, d.triggered_by, d.recurring_id, ${BATCH} as batch,
      d.status, d.began_at_ms, d.over_at_ms, d.entered_at_ms
    ${FROM} where ${where} order by ${order} limit ${limit}`.execute(db);
  return rows.map((row) => ({
    id: String(row.id),
    hostId: row.host_id,
    hostName: row.host_name,
    checkId: row.check_id,
    checkName: row.check_name,
    author: row.author,
    comment: row.comment,
    startsAtMs: row.starts_at_ms,
    endsAtMs: row.ends_at_ms,
    isFixed: row.is_fixed,
    durationMs: row.duration_ms,
    triggeredBy: row.triggered_by === null ? null : String(row.triggered_by),
    recurringId: row.recurring_id,
    batch: row.batch,
    status: row.status,
    beganAtMs: row.began_at_ms,
    overAtMs: row.over_at_ms,
    enteredAtMs: row.entered_at_ms,
  }));
}

export function createDowntimeList(db: Db): Pick<DowntimesApi, 'list' | 'batches'> {
  return {
    async list(filter, { cursor, limit }) {
      const place = cursor === undefined ? undefined : fromCursor(cursor);
      const behind = place ? sql`(d.starts_at_ms, d.id) < (${place.startsAtMs}, ${place.id})` : sql`true`;
      const rows = await readDowntimes(db, sql`${narrowDowntimes(filter)} and ${behind}`, { limit: limit + 1 });
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return { items, nextCursor: rows.length > limit && last ? `${last.startsAtMs}.${last.id}` : null };
    },

    async batches(filter) {
      const { rows } = await sql<BatchRow>`
        select ${BATCH} as batch, min(d.author) as author, min(d.comment) as comment,
          min(d.starts_at_ms) as starts_at_ms, max(d.ends_at_ms) as ends_at_ms, bool_and(d.is_fixed) as is_fixed,
          max(d.duration_ms) as duration_ms, min(d.recurring_id::text) as recurring_id,
          count(distinct d.host_id)::integer as hosts, count(d.check_id)::integer as services,
          (array_agg(h.name || coalesce(' · ' || c.name, '') order by h.name, c.name nulls first))[1:${sql.lit(NAMES_SHOWN)}]
            as names,
          array_agg(distinct d.status) as statuses,
          count(*) filter (where d.status in ('pending', 'active'))::integer as open,
          count(*) over ()::integer as total
        ${FROM} where ${narrowDowntimes(filter)} group by 1 order by starts_at_ms, batch limit ${MOST_BATCHES}`.execute(
        db,
      );
      return { items: rows.map(toBatch), total: rows[0]?.total ?? 0 };
    },
  };
}

interface BatchRow {
  batch: string;
  author: string;
  comment: string;
  starts_at_ms: number;
  ends_at_ms: number;
  is_fixed: boolean;
  duration_ms: number;
  recurring_id: string | null;
  hosts: number;
  services: number;
  names: string[];
  statuses: DowntimeStatus[];
  open: number;
  total: number;
}

const MOST_TRUE: readonly DowntimeStatus[] = ['active', 'pending', 'ended', 'cancelled', 'expired'];

const toBatch = (row: BatchRow): DowntimeBatch => ({
  batch: row.batch,
  author: row.author,
  comment: row.comment,
  startsAtMs: row.starts_at_ms,
  endsAtMs: row.ends_at_ms,
  isFixed: row.is_fixed,
  durationMs: row.duration_ms,
  recurringId: row.recurring_id,
  hosts: row.hosts,
  services: row.services,
  names: row.names,
  status: MOST_TRUE.find((status) => row.statuses.includes(status)) ?? 'expired',
  open: row.open,
});

/** Throws `bad_cursor` (400). */
function fromCursor(cursor: string): { startsAtMs: number; id: number } {
  const [startsAtMs, id] = cursor.split('.').map(Number);
  if (startsAtMs === undefined || id === undefined || !Number.isSafeInteger(startsAtMs) || !Number.isSafeInteger(id))
    throw badRequest('bad_cursor', 'The cursor is not one that this list has given. Start without one.');
  return { startsAtMs, id };
}
