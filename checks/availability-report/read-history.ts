// The histories of many checks, some at a time: never more rows in memory than a slice has.

import { sql } from 'kysely';
import type { StateType } from '#kernel/domain/check-state.ts';
import type { Db } from '#store/postgres.ts';
import type { HistoryRow } from '../availability/state-history.ts';

const CHECKS_AT_ONCE = 500;
/** A row is about 100 bytes here. A single check may have more: a change a minute for a year is half a million. */
const ROWS_AT_ONCE = 100_000;

interface Span {
  fromMs: number;
  toMs: number;
}

/**
 * By check, sorted by time: what is inside, the last row before it, and the last hard one before it, which is what
 * holds while a later one was only tried again.
 */
export async function* readHistories(
  db: Db,
  checkIds: readonly string[],
  span: Span,
): AsyncGenerator<Map<string, HistoryRow<string>[]>> {
  for (let at = 0; at < checkIds.length; at += CHECKS_AT_ONCE)
    for (const slice of await slicesOf(db, checkIds.slice(at, at + CHECKS_AT_ONCE), span))
      yield await readSlice(db, slice, span);
}

/** In the order given, each with as many checks as have ROWS_AT_ONCE rows together, and at least one. */
async function slicesOf(db: Db, checkIds: readonly string[], { fromMs, toMs }: Span): Promise<string[][]> {
  const { rows } = await sql<{ check_id: string; count: number }>`
    select check_id, count(*)::integer as count from check_history
    where check_id = any(${checkIds}::uuid[]) and at_ms >= ${fromMs} and at_ms < ${toMs} group by 1`.execute(db);
  const counts = new Map(rows.map((row) => [row.check_id, row.count]));
  const slices: string[][] = [];
  let slice: string[] = [];
  let size = 0;
  for (const id of checkIds) {
    const count = counts.get(id) ?? 0;
    if (slice.length > 0 && size + count > ROWS_AT_ONCE) {
      slices.push(slice);
      slice = [];
      size = 0;
    }
    slice.push(id);
    size += count;
  }
  return [...slices, slice];
}

interface Row {
  check_id: string;
  at_ms: number;
  state: string;
  state_type: StateType;
  in_downtime: boolean;
}

async function readSlice(
  db: Db,
  checkIds: readonly string[],
  { fromMs, toMs }: Span,
): Promise<Map<string, HistoryRow<string>[]>> {
  const { rows } = await sql<Row>`
    with meant as (select id from unnest(${checkIds}::uuid[]) as m(id))
    select * from (
      select check_id, at_ms, seq, state, state_type, in_downtime from check_history
        where check_id = any(${checkIds}::uuid[]) and at_ms >= ${fromMs} and at_ms < ${toMs}
      union select b.* from meant cross join lateral (
        select check_id, at_ms, seq, state, state_type, in_downtime from check_history
        where check_id = meant.id and at_ms < ${fromMs} order by at_ms desc, seq desc limit 1) b
      union select b.* from meant cross join lateral (
        select check_id, at_ms, seq, state, state_type, in_downtime from check_history
        where check_id = meant.id and at_ms < ${fromMs} and (state_type = 'hard' or state = 'unwatched')
        order by at_ms desc, seq desc limit 1) b
    ) as rows order by check_id, at_ms, seq`.execute(db);
  const histories = new Map<string, HistoryRow<string>[]>(checkIds.map((id) => [id, []]));
  for (const { check_id, at_ms, state, state_type, in_downtime } of rows)
    histories.get(check_id)?.push({
      atMs: at_ms,
      state: state === 'unwatched' ? 'undetermined' : state,
      stateType: state_type,
      isInDowntime: in_downtime,
    });
  return histories;
}
