// Rows of agent: identity, approval, and which gateway process holds its connection.

import { sql, type Selectable } from 'kysely';
import { appendEvents } from '#store/event-log.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { Agent as AgentTable } from '#store/schema.ts';
import type { Agent, AgentStatus } from './api.ts';
import { subjectOf } from './request-store.ts';

export type AgentRow = Selectable<AgentTable>;

/** A connection whose gateway has said nothing for so long is taken for lost with its gateway. */
export const CONTACT_STALE_MS = 90_000;

export const toAgent = (row: AgentRow, nowMs: number): Agent => ({
  id: row.id,
  hostId: row.host_id,
  name: row.name,
  cluster: row.cluster,
  status: row.status as AgentStatus,
  version: row.version,
  ip: row.ip,
  connected: row.connected && (row.last_contact_at_ms ?? 0) > nowMs - CONTACT_STALE_MS,
  connectedAtMs: row.connected_at_ms,
  lastContactAtMs: row.last_contact_at_ms,
  enrolledAtMs: row.enrolled_at_ms,
  approvedBy: row.approved_by,
});

export const findAgent = (db: Db | Trx, agentId: string): Promise<AgentRow | undefined> =>
  db.selectFrom('agent').selectAll().where('id', '=', agentId).executeTakeFirst();

export const findAgentByKey = (db: Db | Trx, publicKey: string): Promise<AgentRow | undefined> =>
  db.selectFrom('agent').selectAll().where('public_key', '=', publicKey).executeTakeFirst();

export const listAgentRows = (db: Db): Promise<AgentRow[]> =>
  db.selectFrom('agent').selectAll().orderBy('name').orderBy('id').execute();

export const agentRowsOfHost = (db: Db, hostId: string): Promise<AgentRow[]> =>
  db
    .selectFrom('agent')
    .selectAll()
    .where('host_id', '=', hostId)
    .where('status', '=', 'approved')
    .orderBy('connected', 'desc')
    .orderBy('last_contact_at_ms', (order) => order.desc().nullsLast())
    .execute();

export async function countAgentRows(
  db: Db,
  nowMs: number,
): Promise<{ total: number; connected: number; pending: number }> {
  const result = await sql<{ total: number; connected: number; pending: number }>`
    select count(*) as total, count(*) filter (where status = 'pending') as pending,
      count(*) filter (where connected and last_contact_at_ms > ${nowMs - CONTACT_STALE_MS}) as connected
    from agent where status <> 'revoked'`.execute(db);
  return result.rows[0] ?? { total: 0, connected: 0, pending: 0 };
}

export interface Connection {
  agentId: string;
  gateway: string;
  atMs: number;
  version: string;
  name: string;
  ip: string | null;
}

/**
 * Claims the agent for this connection and tells of it; a connection it still had is told as replaced.
 * False when the agent is not, or no longer, approved: then nothing is written.
 */
export async function markConnected(trx: Trx, connection: Connection): Promise<boolean> {
  const { agentId, gateway, atMs, version } = connection;
  const before = await trx.selectFrom('agent').selectAll().where('id', '=', agentId).forUpdate().executeTakeFirst();
  if (!before) throw new Error(`agent ${agentId} vanished while it connected`);
  if (before.status !== 'approved') return false;
  const replaced = before.connected && (before.last_contact_at_ms ?? 0) > atMs - CONTACT_STALE_MS;
  await trx
    .updateTable('agent')
    .set({
      connected: true,
      gateway,
      connected_at_ms: atMs,
      last_contact_at_ms: atMs,
      version,
      name: connection.name,
      ip: connection.ip,
    })
    .where('id', '=', agentId)
    .execute();
  const reason = 'replaced by a newer session';
  await appendEvents(trx, [
    ...(replaced
      ? [{ kind: 'agent.disconnected' as const, atMs, ...subjectOf(before), data: { agentId, reason } }]
      : []),
    { kind: 'agent.connected', atMs, ...subjectOf(before), data: { agentId, version } },
  ]);
  return true;
}

/** Ends exactly the connection that began at `connectedAtMs`: a newer one stays. */
export async function markDisconnected(
  trx: Trx,
  ended: { agentId: string; gateway: string; connectedAtMs: number; reason: string; atMs: number },
): Promise<void> {
  const row = await trx
    .updateTable('agent')
    .set({ connected: false, last_contact_at_ms: ended.atMs })
    .where('id', '=', ended.agentId)
    .where('gateway', '=', ended.gateway)
    .where('connected_at_ms', '=', ended.connectedAtMs)
    .where('connected', '=', true)
    .returning('host_id')
    .executeTakeFirst();
  if (!row) return;
  const { agentId, reason, atMs } = ended;
  await appendEvents(trx, [{ kind: 'agent.disconnected', atMs, ...subjectOf(row), data: { agentId, reason } }]);
}

/** Of these agents, those that were revoked. */
export async function revokedAmong(db: Db, agentIds: readonly string[]): Promise<string[]> {
  if (agentIds.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select id from agent where id = any(${agentIds}::uuid[]) and status = 'revoked'`.execute(db);
  return rows.map(({ id }) => id);
}

/** Clears what a former life of this gateway process left behind, or what its end leaves. */
export async function disconnectAllOf(trx: Trx, gateway: string, atMs: number, reason: string): Promise<void> {
  const rows = await trx
    .updateTable('agent')
    .set({ connected: false })
    .where('gateway', '=', gateway)
    .where('connected', '=', true)
    .returning(['id', 'host_id'])
    .execute();
  for (let from = 0; from < rows.length; from += 500)
    await appendEvents(
      trx,
      rows.slice(from, from + 500).map((row) => ({
        kind: 'agent.disconnected' as const,
        atMs,
        ...subjectOf(row),
        data: { agentId: row.id, reason },
      })),
    );
}

export async function touchContacts(db: Db, agentIds: readonly string[], atMs: number): Promise<void> {
  if (agentIds.length === 0) return;
  await sql`update agent set last_contact_at_ms = ${atMs} where id = any(${agentIds}::uuid[])`.execute(db);
}
