// Rows of drift: how each host stands against each desired state that targets it.

import { sql, type RawBuilder } from 'kysely';
import type { NewEvent } from '#kernel/domain/event.ts';
import { isUuid } from '#kernel/ids.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { DriftEntry, DriftStatus } from './host.ts';

interface DriftRow {
  desired_state_id: string;
  desired_state_name: string;
  host_id: string;
  host_name: string;
  status: DriftStatus;
  summary: string;
  diff: string;
  desired_version: number;
  since_ms: number;
  checked_at_ms: number | null;
}

interface DriftFilter {
  hostId?: string;
  desiredStateId?: string;
  statuses?: readonly DriftStatus[];
  limit: number;
}

export async function listDrift(db: Db, filter: DriftFilter): Promise<DriftEntry[]> {
  const conditions: RawBuilder<unknown>[] = [sql`h.lifecycle <> 'retired'`];
  const byId = (column: RawBuilder<unknown>, id: string) => (isUuid(id) ? sql`${column} = ${id}` : sql`false`);
  if (filter.hostId !== undefined) conditions.push(byId(sql`d.host_id`, filter.hostId));
  if (filter.desiredStateId !== undefined) conditions.push(byId(sql`d.desired_state_id`, filter.desiredStateId));
  if (filter.statuses !== undefined) conditions.push(sql`d.status = any(${[...filter.statuses]}::text[])`);
  const { rows } = await sql<DriftRow>`
    select d.*, s.name as desired_state_name, h.name as host_name from drift d
    join desired_state s on s.id = d.desired_state_id join host h on h.id = d.host_id
    where ${sql.join(conditions, sql` and `)}
    order by array_position(array['drifted', 'failed', 'pending', 'in_sync'], d.status), d.since_ms desc, h.name
    limit ${filter.limit}`.execute(db);
  return rows.map((row) => ({
    desiredStateId: row.desired_state_id,
    desiredStateName: row.desired_state_name,
    hostId: row.host_id,
    hostName: row.host_name,
    status: row.status,
    summary: row.summary,
    diff: row.diff,
    desiredVersion: row.desired_version,
    sinceMs: row.since_ms,
    checkedAtMs: row.checked_at_ms ?? undefined,
  }));
}

/** One finding about a host: an agent's result, or a definition that could not be rendered for it. */
export interface Finding {
  desiredStateId: string;
  version: number;
  status: Exclude<DriftStatus, 'pending'>;
  summary: string;
  diff: string;
}

const isBad = (status: string | undefined): boolean => status === 'drifted' || status === 'failed';

/**
 * Takes findings of one host into its rows, and tells of what became bad or good again.
 * A finding about another version than today's, about a definition that is gone or off, or
 * older than what is known, is left out.
 */
export async function recordFindings(
  trx: Trx,
  hostId: string,
  findings: readonly Finding[],
  atMs: number,
  cause: { causeId?: string; runId?: string } = {},
): Promise<void> {
  const events: NewEvent[] = [];
  for (const finding of findings.filter(({ desiredStateId }) => isUuid(desiredStateId))) {
    const known = await trx
      .selectFrom('desired_state')
      .leftJoin('drift', (join) =>
        join.onRef('drift.desired_state_id', '=', 'desired_state.id').on('drift.host_id', '=', hostId),
      )
      .select(['desired_state.name', 'drift.status', 'drift.since_ms', 'drift.checked_at_ms'])
      .where('desired_state.id', '=', finding.desiredStateId)
      .where('desired_state.version', '=', finding.version)
      .where('desired_state.enabled', '=', true)
      .executeTakeFirst();
    if (known === undefined || (known.checked_at_ms ?? 0) > atMs) continue;
    const { desiredStateId, version, status, summary, diff } = finding;
    const row = {
      status,
      summary: summary.slice(0, 2000),
      diff: diff.slice(0, 65_536),
      desired_version: version,
      since_ms: known.status === status ? (known.since_ms ?? atMs) : atMs,
      checked_at_ms: atMs,
    };
    await trx
      .insertInto('drift')
      .values({ desired_state_id: desiredStateId, host_id: hostId, ...row })
      .onConflict((conflict) => conflict.columns(['desired_state_id', 'host_id']).doUpdateSet(row))
      .execute();
    const subject = { atMs, hostId, ...cause };
    const wasBad = isBad(known.status ?? undefined);
    if (isBad(status) && !wasBad)
      events.push({
        kind: 'drift.found',
        ...subject,
        data: { desiredStateId, name: known.name, summary: row.summary },
      });
    if (status === 'in_sync' && wasBad)
      events.push({ kind: 'drift.cleared', ...subject, data: { desiredStateId, name: known.name } });
  }
  await appendEvents(trx, events);
}

/** Keeps rows for these definitions alone; those not yet compared are 'pending', and say what they wait for. */
export async function keepDriftRows(
  trx: Trx,
  hostId: string,
  wanted: readonly { desiredStateId: string; version: number }[],
  waitsFor: string,
  atMs: number,
): Promise<void> {
  const ids = wanted.map(({ desiredStateId }) => desiredStateId);
  await sql`delete from drift where host_id = ${hostId} and not (desired_state_id = any(${ids}::uuid[]))`.execute(trx);
  for (const { desiredStateId, version } of wanted)
    await trx
      .insertInto('drift')
      .values({
        desired_state_id: desiredStateId,
        host_id: hostId,
        status: 'pending',
        summary: waitsFor,
        desired_version: version,
        since_ms: atMs,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
}
