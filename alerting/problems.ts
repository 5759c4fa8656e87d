// The lists of alerts: the live ones worst first, and the history. Each row comes with
// all that its line on the screen needs, in one query.

import { sql } from 'kysely';
import { HOST_STATES, SERVICE_STATES } from '#kernel/domain/check-state.ts';
import { notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { Severity } from '#kernel/domain/event.ts';
import type { Db } from '#store/postgres.ts';
import { toAlert } from './alert-store.ts';
import type { AlertState } from './alert-state.ts';
import type { AlertRecord } from './alert.ts';

export interface AlertView extends AlertRecord {
  hostOwner: string | null;
  lastComment: { by: string; comment: string; atMs: number } | null;
}

export interface ProblemView extends AlertView {
  /** Last results of the check, oldest first; empty when the alert is not of a check. */
  checkHistory: { atMs: number; state: string }[];
}

export interface AlertFilter {
  state?: AlertState;
  severity?: Severity;
  hostId?: string;
  checkId?: string;
  ruleId?: string;
  /** The last alert of the page before. */
  before?: { openedAtMs: number; id: string };
  limit: number;
}

const HISTORY_CELLS = 24;

const selectAlerts = (db: Db) =>
  db
    .selectFrom('alert')
    .leftJoin('host', 'host.id', 'alert.host_id')
    .leftJoinLateral(
      (from) =>
        from
          .selectFrom('alert_comment')
          .select(['by_name', 'comment', 'at_ms'])
          .whereRef('alert_id', '=', 'alert.id')
          .orderBy('at_ms', 'desc')
          .limit(1)
          .as('said'),
      (join) => join.onTrue(),
    )
    .selectAll('alert')
    .select([
      'host.owner as host_owner',
      'said.by_name as said_by',
      'said.comment as said_text',
      'said.at_ms as said_at_ms',
    ]);

// The ring belongs to checks, which keeps the newest at its end; only its tail travels.
const selectProblems = (db: Db) =>
  selectAlerts(db)
    .leftJoin('check_ring', 'check_ring.check_id', 'alert.check_id')
    .leftJoin('check', 'check.id', 'alert.check_id')
    .select('check.object as check_object')
    .select(
      sql<unknown[] | null>`(select jsonb_agg(entry order by position) from (
        select entry, position from jsonb_array_elements(check_ring.ring) with ordinality as cell (entry, position)
        order by position desc limit ${HISTORY_CELLS}) as tail)`.as('check_ring'),
    );

type ViewRow = Awaited<ReturnType<ReturnType<typeof selectAlerts>['execute']>>[number];
type ProblemRow = Awaited<ReturnType<ReturnType<typeof selectProblems>['execute']>>[number];

const toView = (row: ViewRow): AlertView => ({
  ...toAlert(row),
  hostOwner: row.host_owner,
  lastComment:
    row.said_by === null || row.said_text === null || row.said_at_ms === null
      ? null
      : { by: row.said_by, comment: row.said_text, atMs: row.said_at_ms },
});

/** Ring codes are places in the list of states of the kind of object. */
const STATES_OF: Record<string, readonly string[]> = { service: SERVICE_STATES, host: HOST_STATES };

const toProblem = (row: ProblemRow): ProblemView => ({
  ...toView(row),
  checkHistory: (row.check_ring ?? []).flatMap((cell) =>
    Array.isArray(cell) && typeof cell[0] === 'number'
      ? [{ atMs: cell[0], state: STATES_OF[row.check_object ?? 'service']?.[Number(cell[1])] ?? 'unknown' }]
      : [],
  ),
});

export async function listProblems(db: Db, limit: number): Promise<ProblemView[]> {
  const rows = await selectProblems(db)
    .where('alert.state', '<>', 'resolved')
    .orderBy(sql`array_position(array['page', 'urgent', 'ticket', 'info'], alert.severity)`)
    .orderBy(sql`alert.state = 'acknowledged'`)
    .orderBy('alert.opened_at_ms')
    .orderBy('alert.id')
    .limit(limit)
    .execute();
  return rows.map(toProblem);
}

/** Alerts that are not resolved, by severity and by whether somebody has them. */
export async function countProblems(db: Db): Promise<Record<Severity, { unowned: number; owned: number }>> {
  const counts = {
    page: { unowned: 0, owned: 0 },
    urgent: { unowned: 0, owned: 0 },
    ticket: { unowned: 0, owned: 0 },
    info: { unowned: 0, owned: 0 },
  };
  const rows = await db
    .selectFrom('alert')
    .select(({ fn }) => ['severity', 'state', fn.countAll<number>().as('count')])
    .where('state', '<>', 'resolved')
    .groupBy(['severity', 'state'])
    .execute();
  for (const row of rows)
    counts[row.severity as Severity][row.state === 'acknowledged' ? 'owned' : 'unowned'] = Number(row.count);
  return counts;
}

export async function readProblem(db: Db, id: string): Promise<ProblemView> {
  const row = isUuid(id) ? await selectProblems(db).where('alert.id', '=', id).executeTakeFirst() : undefined;
  if (!row) throw notFound('alert', id);
  return toProblem(row);
}

export async function listAlerts(db: Db, filter: AlertFilter): Promise<AlertView[]> {
  const { before, hostId, checkId, ruleId } = filter;
  // What cannot be an id is the id of nothing.
  if ([hostId, checkId, ruleId, before?.id].some((id) => id !== undefined && !isUuid(id))) return [];
  let query = selectAlerts(db);
  if (filter.state) query = query.where('alert.state', '=', filter.state);
  if (filter.severity) query = query.where('alert.severity', '=', filter.severity);
  if (hostId) query = query.where('alert.host_id', '=', hostId);
  if (checkId) query = query.where('alert.check_id', '=', checkId);
  if (ruleId) query = query.where('alert.rule_id', '=', ruleId);
  if (before)
    query = query.where(
      sql<boolean>`(alert.opened_at_ms, alert.id) < (${before.openedAtMs}::bigint, ${before.id}::uuid)`,
    );
  const rows = await query
    .orderBy('alert.opened_at_ms', 'desc')
    .orderBy('alert.id', 'desc')
    .limit(filter.limit)
    .execute();
  return rows.map(toView);
}
