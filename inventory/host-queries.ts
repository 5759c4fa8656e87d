// Reads hosts as the API shows them. Writes nothing.

import { sql, type RawBuilder } from 'kysely';
import { badRequest, notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { Db, Trx } from '#store/postgres.ts';
import { requireUuid } from './change-record.ts';
import { listDrift } from './drift-store.ts';
import type {
  Facts,
  HostAlias,
  HostDetail,
  HostFilter,
  HostSeries,
  HostSummary,
  Lifecycle,
  Page,
  ReportingHost,
  Targets,
  Variables,
} from './host.ts';
import { byPriority, mergeVariables } from './variables.ts';

interface SummaryRow {
  id: string;
  name: string;
  cluster: string;
  ip: string | null;
  lifecycle: Lifecycle;
  reporting: boolean | null;
  reporting_changed_at_ms: number | null;
  owner: string | null;
  description: string;
  groups: { id: string; name: string }[];
  agent_ids: string[];
  facts: Facts;
  drift_count: number;
  reported_at_ms: number | null;
  created_at_ms: number;
  version: number;
}

// "C" order: a cursor compares as the index does, whatever the database's locale.
const SORT = sql`lower(h.name) collate "C"`;

const SUMMARY = sql`
  h.id, h.name, h.cluster, h.ip, h.lifecycle, h.reporting, h.reporting_changed_at_ms, h.owner, h.description, h.facts,
  h.reported_at_ms, h.created_at_ms, h.version,
  coalesce((select json_agg(json_build_object('id', g.id, 'name', g.name) order by g.name) from host_group g
    join host_group_member m on m.group_id = g.id where m.host_id = h.id), '[]') as groups,
  coalesce((select json_agg(a.value order by a.value) from host_alias a
    where a.host_id = h.id and a.kind = 'agent'), '[]') as agent_ids,
  (select count(*)::int from drift d where d.host_id = h.id and d.status in ('drifted', 'failed')) as drift_count`;

const toSummary = (row: SummaryRow): HostSummary => ({
  id: row.id,
  name: row.name,
  cluster: row.cluster,
  ip: row.ip ?? undefined,
  lifecycle: row.lifecycle,
  reporting: row.reporting === null ? 'unknown' : row.reporting ? 'up' : 'down',
  reportingSinceMs: row.reporting_changed_at_ms ?? undefined,
  owner: row.owner ?? undefined,
  description: row.description,
  groups: row.groups,
  agentIds: row.agent_ids,
  facts: row.facts,
  driftCount: row.drift_count,
  reportedAtMs: row.reported_at_ms ?? undefined,
  createdAtMs: row.created_at_ms,
  version: row.version,
});

/** Position after which the next page begins; opaque outside. */
const encodeCursor = (host: HostSummary): string =>
  Buffer.from(JSON.stringify([host.name.toLowerCase(), host.id])).toString('base64url');

function decodeCursor(cursor: string): [name: string, id: string] {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(decoded)) {
      const [name, id]: unknown[] = decoded;
      if (typeof name === 'string' && typeof id === 'string' && isUuid(id)) return [name, id];
    }
  } catch (cause) {
    throw badRequest('bad_cursor', 'The cursor is none of ours; begin again without one.', { cause: String(cause) });
  }
  throw badRequest('bad_cursor', 'The cursor is none of ours; begin again without one.');
}

function conditionsOf(filter: HostFilter): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  if (!filter.includeRetired) conditions.push(sql`h.lifecycle <> 'retired'`);
  if (filter.search) {
    const pattern = `%${filter.search.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
    conditions.push(sql`(lower(h.name) like ${pattern} or h.ip like ${pattern})`);
  }
  if (filter.cluster !== undefined) conditions.push(sql`h.cluster = ${filter.cluster}`);
  if (filter.groupId !== undefined)
    conditions.push(
      isUuid(filter.groupId)
        ? sql`h.id in (select host_id from host_group_member where group_id = ${filter.groupId})`
        : sql`false`,
    );
  if (filter.reporting === 'unknown') conditions.push(sql`h.reporting is null`);
  else if (filter.reporting !== undefined) conditions.push(sql`h.reporting = ${filter.reporting === 'up'}`);
  if (filter.hostIds !== undefined) conditions.push(sql`h.id = any(${filter.hostIds.filter(isUuid)}::uuid[])`);
  if (filter.cursor !== undefined) {
    const [name, id] = decodeCursor(filter.cursor);
    conditions.push(sql`(${SORT}, h.id) > (lower(${name}) collate "C", ${id}::uuid)`);
  }
  return conditions;
}

export async function listHosts(db: Db, filter: HostFilter): Promise<Page<HostSummary>> {
  const where = sql.join([sql`true`, ...conditionsOf(filter)], sql` and `);
  const { rows } = await sql<SummaryRow>`
    select ${SUMMARY} from host h where ${where} order by ${SORT}, h.id limit ${filter.limit + 1}`.execute(db);
  const items = rows.slice(0, filter.limit).map(toSummary);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > filter.limit && last ? encodeCursor(last) : undefined };
}

type DetailRow = SummaryRow & {
  variables: Variables;
  packages: HostDetail['packages'];
  services: HostDetail['services'];
  processes: HostDetail['processes'];
  retired_at_ms: number | null;
  merged_into: string | null;
  aliases: HostAlias[];
  series: HostSeries[];
  layers: { name: string; priority: number; variables: Variables }[];
};

export async function getHost(db: Db, hostId: string): Promise<HostDetail> {
  const { rows } = await sql<DetailRow>`
    select ${SUMMARY}, h.variables, h.packages, h.services, h.processes, h.retired_at_ms, h.merged_into,
      coalesce((select json_agg(json_build_object('kind', a.kind, 'value', a.value) order by a.kind, a.value)
        from host_alias a where a.host_id = h.id), '[]') as aliases,
      coalesce((select json_agg(json_build_object('cluster', s.cluster, 'host', s.name) order by s.heard_at_ms desc, s.name)
        from host_series s where s.host_id = h.id), '[]') as series,
      coalesce((select json_agg(json_build_object('name', g.name, 'priority', g.priority, 'variables', g.variables))
        from host_group g join host_group_member m on m.group_id = g.id where m.host_id = h.id), '[]') as layers
    from host h where h.id = ${requireUuid('host', hostId)}`.execute(db);
  const row = rows[0];
  if (row === undefined) throw notFound('host', hostId);
  return {
    ...toSummary(row),
    variables: row.variables,
    mergedVariables: mergeVariables([...byPriority(row.layers).map((layer) => layer.variables), row.variables]),
    packages: row.packages,
    services: row.services,
    processes: row.processes,
    aliases: row.aliases,
    series: row.series,
    drift: await listDrift(db, { hostId, limit: 1000 }),
    retiredAtMs: row.retired_at_ms ?? undefined,
    mergedInto: row.merged_into ?? undefined,
  };
}

export async function findHostIdBySeries(db: Db, cluster: string, hostName: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select host_id as id, 0 as rank from host_series where cluster = ${cluster} and name = ${hostName}
    union all select host_id, 1 from host_series where cluster = ${cluster} and lower(name) = lower(${hostName})
    union all select id, case when lifecycle = 'retired' then 3 else 2 end from host
      where cluster = ${cluster} and lower(name) = lower(${hostName})
    order by rank limit 1`.execute(db);
  return rows[0]?.id;
}

/** The series heard last. */
export async function seriesOfHost(db: Db, hostId: string): Promise<HostSeries> {
  const { rows } = await sql<HostSeries>`
    select coalesce(s.cluster, h.cluster) as cluster, coalesce(s.name, h.name) as host from host h
    left join host_series s on s.host_id = h.id where h.id = ${requireUuid('host', hostId)}
    order by s.heard_at_ms desc nulls last, s.name limit 1`.execute(db);
  const series = rows[0];
  if (series === undefined) throw notFound('host', hostId);
  return series;
}

/** Shown under the name it was heard under last, as in live state. */
export async function reportingHosts(db: Db): Promise<ReportingHost[]> {
  // Neither half of an alias is free of "/": the clusters that the host was heard in tell where to cut.
  const { rows } = await sql<ReportingHost>`
    select (select name from host_series s where s.host_id = h.id order by s.heard_at_ms desc, s.name limit 1) as name,
      json_agg(json_build_object('cluster', k.cluster, 'hostKey', k.key) order by k.key = h.ip desc, k.key) as keys
    from host h, lateral (
      select distinct s.cluster, substr(a.value, length(s.cluster) + 2) as key from host_alias a, host_series s
      where a.host_id = h.id and a.kind = 'gmond' and s.host_id = h.id and starts_with(a.value, s.cluster || '/')) k
    where h.reporting and h.lifecycle <> 'retired' group by h.id`.execute(db);
  return rows;
}

export async function hostIdsOf(db: Db | Trx, targets: Targets): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select h.id, h.name from host h where h.lifecycle <> 'retired' and (
      h.id = any(${targets.hostIds.filter(isUuid)}::uuid[])
      or h.id in (select host_id from host_group_member where group_id = any(${targets.groupIds.filter(isUuid)}::uuid[])))
    order by ${SORT}, h.id`.execute(db);
  return rows;
}

export async function namesOf(db: Db, hostIds: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from host where id = any(${hostIds.filter(isUuid)}::uuid[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row.name]));
}
