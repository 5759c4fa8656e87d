// One host, many names: which host a packet's sender or an agent is, and the rows
// that keep it so. Source: architecture §4.1.

import { sql } from 'kysely';
import { uuidv7 } from '#kernel/ids.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Trx } from '#store/postgres.ts';
import { foldHost } from './host-merge.ts';

interface SeenHost {
  cluster: string;
  hostKey: string;
  name: string;
  ip: string;
  agentId?: string;
}

interface JoiningAgent {
  agentId: string;
  name: string;
  ip: string | undefined;
  cluster: string;
}

const IDENTITY_LOCK = 7_410_002;

/** Enrolment, packets and people must not make the same host twice. Held to the end of the transaction. */
export const lockIdentity = (trx: Trx) => sql`select pg_advisory_xact_lock(${IDENTITY_LOCK})`.execute(trx);

const gmondAlias = (cluster: string, hostKey: string): string => `${cluster}/${hostKey}`;

export async function findByAlias(trx: Trx, kind: 'agent' | 'gmond', value: string): Promise<string | undefined> {
  const row = await trx
    .selectFrom('host_alias')
    .select('host_id')
    .where('kind', '=', kind)
    .where('value', '=', value)
    .executeTakeFirst();
  return row?.host_id;
}

export const findByGmondKey = (trx: Trx, cluster: string, hostKey: string): Promise<string | undefined> =>
  findByAlias(trx, 'gmond', gmondAlias(cluster, hostKey));

/** See InventoryApi.ensureAgentHost. */
export async function ensureAgentHost(trx: Trx, agent: JoiningAgent, nowMs: number): Promise<string> {
  await lockIdentity(trx);
  const known = await findByAlias(trx, 'agent', agent.agentId);
  if (known !== undefined) return known;
  const hostId =
    (await findByName(trx, agent, { retired: false })) ??
    (await insertHost(trx, { name: agent.name, cluster: agent.cluster, ip: agent.ip }, nowMs));
  await addAlias(trx, hostId, 'agent', agent.agentId);
  return hostId;
}

/**
 * The host that a `host.seen` is about, with all names it brings. Undefined when the
 * cluster has `mostHosts` already. Idempotent, in any order.
 */
export async function hostOfSeen(
  trx: Trx,
  seen: SeenHost,
  nowMs: number,
  mostHosts: number,
): Promise<string | undefined> {
  const alias = gmondAlias(seen.cluster, seen.hostKey);
  await lockIdentity(trx);
  const byKey = await findByAlias(trx, 'gmond', alias);
  const byAgent = seen.agentId === undefined ? undefined : await findByAlias(trx, 'agent', seen.agentId);
  const hostId =
    byAgent ??
    byKey ??
    (await findByName(trx, seen, { retired: true })) ??
    (await insertSeen(trx, seen, nowMs, mostHosts));
  if (hostId === undefined) return undefined;

  if (byAgent !== undefined && byKey !== undefined && byKey !== byAgent) await join(trx, byAgent, byKey, alias, nowMs);
  await addAlias(trx, hostId, 'gmond', alias);
  if (seen.agentId !== undefined) await addAlias(trx, hostId, 'agent', seen.agentId);
  await addSeries(trx, hostId, seen, nowMs);
  return hostId;
}

/**
 * The agent says that the sender under this key is its host. A host that only packets had
 * made is folded into it; one that has an agent of its own gives up the key alone.
 */
async function join(trx: Trx, hostId: string, other: string, alias: string, nowMs: number): Promise<void> {
  const owned = await trx
    .selectFrom('host_alias')
    .select('value')
    .where('host_id', '=', other)
    .where('kind', '=', 'agent')
    .executeTakeFirst();
  if (owned === undefined) return foldHost(trx, { intoId: hostId, fromId: other }, nowMs, 'system');
  await trx
    .updateTable('host_alias')
    .set({ host_id: hostId })
    .where('kind', '=', 'gmond')
    .where('value', '=', alias)
    .execute();
}

/**
 * By equal cluster and case-folded name. A host that has another agent is the same machine
 * only at the same address: clones of one image share their name.
 */
async function findByName(
  trx: Trx,
  wanted: { cluster: string; name: string; ip: string | undefined; agentId?: string },
  options: { retired: boolean },
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select h.id from host h
    where h.id in (
      select id from host where cluster = ${wanted.cluster} and lower(name) = lower(${wanted.name})
      union select host_id from host_series where cluster = ${wanted.cluster} and lower(name) = lower(${wanted.name}))
      and (${options.retired} or h.lifecycle <> 'retired')
      and (${wanted.agentId === undefined} or h.ip = ${wanted.ip ?? null}
        or not exists (select 1 from host_alias a where a.host_id = h.id and a.kind = 'agent'))
    order by h.lifecycle = 'retired', h.id limit 1`.execute(trx);
  return rows[0]?.id;
}

async function insertSeen(trx: Trx, seen: SeenHost, nowMs: number, mostHosts: number): Promise<string | undefined> {
  const { rows } = await sql<{ full: boolean }>`
    select count(*) >= ${mostHosts} as full
    from (select 1 from host where cluster = ${seen.cluster} limit ${mostHosts}) as counted`.execute(trx);
  return rows[0]?.full ? undefined : insertHost(trx, seen, nowMs);
}

export async function insertHost(
  trx: Trx,
  host: { name: string; cluster: string; ip: string | undefined; owner?: string; description?: string },
  nowMs: number,
): Promise<string> {
  const { name, cluster } = host;
  const hostId = uuidv7(nowMs);
  await trx
    .insertInto('host')
    .values({
      id: hostId,
      name,
      cluster,
      ip: host.ip ?? null,
      owner: host.owner ?? null,
      description: host.description ?? '',
      created_at_ms: nowMs,
    })
    .execute();
  await appendEvents(trx, [{ kind: 'host.created', atMs: nowMs, hostId, data: { name, cluster } }]);
  return hostId;
}

const addAlias = (trx: Trx, hostId: string, kind: 'agent' | 'gmond', value: string) =>
  trx
    .insertInto('host_alias')
    .values({ kind, value, host_id: hostId })
    .onConflict((conflict) => conflict.columns(['kind', 'value']).doNothing())
    .execute();

/** A series stays with its host, unless that one is retired and a live one now sends under the name. */
const addSeries = (trx: Trx, hostId: string, seen: SeenHost, nowMs: number) =>
  sql`insert into host_series (cluster, name, host_id, heard_at_ms)
    values (${seen.cluster}, ${seen.name}, ${hostId}, ${nowMs})
    on conflict (cluster, name) do update set
      heard_at_ms = greatest(host_series.heard_at_ms, excluded.heard_at_ms),
      host_id = case when (select lifecycle from host where id = host_series.host_id) = 'retired'
        then excluded.host_id else host_series.host_id end`.execute(trx);
