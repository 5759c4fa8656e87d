// What the screens read of attempts: each firing of a reflex, newest first.

import type { Selectable } from 'kysely';
import type { Db } from '#store/postgres.ts';
import type { ReflexAttempt as AttemptRow } from '#store/schema.ts';
import { readCursor, writeCursor } from './page.ts';
import type { AttemptStatus, ReflexAttempt } from './reflex.ts';
import type { Page } from './run.ts';

type JoinedRow = Selectable<AttemptRow> & { reflex_name: string };

const fromRow = (row: JoinedRow, hostName: string | undefined): ReflexAttempt => ({
  id: row.id,
  reflexId: row.reflex_id,
  reflexName: row.reflex_name,
  alertId: row.alert_id,
  hostId: row.host_id ?? undefined,
  hostName,
  checkId: row.check_id ?? undefined,
  status: row.status as AttemptStatus,
  reason: row.reason ?? undefined,
  runId: row.run_id ?? undefined,
  decidedAtMs: row.decided_at_ms,
  deadlineMs: row.deadline_ms ?? undefined,
  finishedAtMs: row.finished_at_ms ?? undefined,
});

const selectJoined = (db: Db) =>
  db
    .selectFrom('reflex_attempt')
    .innerJoin('reflex', 'reflex.id', 'reflex_attempt.reflex_id')
    .selectAll('reflex_attempt')
    .select('reflex.name as reflex_name');

type NamesOf = (ids: readonly string[]) => Promise<Map<string, string>>;

const withNames = async (rows: JoinedRow[], namesOf: NamesOf): Promise<ReflexAttempt[]> => {
  const names = await namesOf([...new Set(rows.flatMap((row) => row.host_id ?? []))]);
  return rows.map((row) => fromRow(row, row.host_id === null ? undefined : names.get(row.host_id)));
};

/** Newest first. */
export async function listAttempts(
  db: Db,
  filter: { reflexId?: string; alertId?: string; cursor?: string; limit: number },
  namesOf: NamesOf,
): Promise<Page<ReflexAttempt>> {
  const after = readCursor(filter.cursor);
  let query = selectJoined(db);
  if (filter.reflexId !== undefined) query = query.where('reflex_id', '=', filter.reflexId);
  if (filter.alertId !== undefined) query = query.where('alert_id', '=', filter.alertId);
  if (after)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('reflex_attempt.decided_at_ms', 'reflex_attempt.id'), '<', tuple(after.atMs, after.id)),
    );
  const rows = await query
    .orderBy('reflex_attempt.decided_at_ms', 'desc')
    .orderBy('reflex_attempt.id', 'desc')
    .limit(filter.limit + 1)
    .execute();
  const items = await withNames(rows.slice(0, filter.limit), namesOf);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > filter.limit && last ? writeCursor({ atMs: last.decidedAtMs, id: last.id }) : undefined,
  };
}

/** By reflex id. */
export async function lastAttempts(
  db: Db,
  reflexIds: readonly string[],
  namesOf: NamesOf,
): Promise<Map<string, ReflexAttempt>> {
  if (reflexIds.length === 0) return new Map();
  const rows = await selectJoined(db)
    .distinctOn('reflex_attempt.reflex_id')
    .where('reflex_attempt.reflex_id', 'in', reflexIds)
    .orderBy('reflex_attempt.reflex_id')
    .orderBy('reflex_attempt.decided_at_ms', 'desc')
    .execute();
  return new Map((await withNames(rows, namesOf)).map((attempt) => [attempt.reflexId, attempt]));
}
