// The map of what needs what: parents of hosts and dependencies of checks, with states.

import { sql } from 'kysely';
import { isUuid } from '#kernel/ids.ts';
import type { Db } from '#store/postgres.ts';
import type { AnyCheckState, BlastRadius, DependencyMap, MapEdge, MapNode } from '../views-api.ts';
import { collapseMap } from './collapse-map.ts';
import { IS_PROBLEM, IS_TAKEN } from './narrow-checks.ts';

interface EdgeRow {
  from: string;
  to: string;
  kind: MapEdge['kind'];
}

interface HostRow {
  id: string;
  name: string;
  check_id: string | null;
  state: AnyCheckState | null;
  handled: boolean | null;
  problems: number;
}

interface CheckRow {
  id: string;
  name: string;
  host_id: string;
  host_name: string;
  state: AnyCheckState;
  handled: boolean;
}

export async function readDependencyMap(db: Db, around?: { hostId: string }): Promise<DependencyMap> {
  const all = await readEdges(db);
  const edges = around ? edgesAround(all, `host:${around.hostId}`) : all;
  const ids = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  if (around && isUuid(around.hostId)) ids.push(`host:${around.hostId}`);
  const of = (kind: string): string[] =>
    ids.filter((id) => id.startsWith(`${kind}:`)).map((id) => id.slice(kind.length + 1));
  const [hosts, checks] = await Promise.all([readHosts(db, of('host')), readChecks(db, of('check'))]);
  const nodes = [...hosts, ...checks];
  const known = new Set(nodes.map(({ id }) => id));
  return collapseMap(
    nodes,
    edges.filter(({ from, to }) => known.has(from) && known.has(to)),
  );
}

/** A dependency between the checks of hosts themselves is one between the hosts. */
async function readEdges(db: Db): Promise<MapEdge[]> {
  const { rows } = await sql<EdgeRow>`
    select 'host:' || parent_id as "from", 'host:' || host_id as "to", 'parent' as kind from host_parent
    union all
    select case when m.object = 'host' then 'host:' || m.host_id else 'check:' || m.id end,
      case when x.object = 'host' then 'host:' || x.host_id else 'check:' || x.id end, d.purpose
    from check_dependency d join "check" m on m.id = d.master_id join "check" x on x.id = d.dependent_id
    order by 1, 2, 3`.execute(db);
  return rows;
}

/** Edges on the ways up from a node and down from it. */
function edgesAround(edges: readonly MapEdge[], start: string): MapEdge[] {
  const reached = new Set<MapEdge>();
  for (const [near, far] of [
    ['from', 'to'],
    ['to', 'from'],
  ] as const) {
    const byNear = Map.groupBy(edges, (edge) => edge[near]);
    const seen = new Set([start]);
    for (const id of seen) {
      for (const edge of byNear.get(id) ?? []) {
        reached.add(edge);
        seen.add(edge[far]);
      }
    }
  }
  return [...reached];
}

async function readHosts(db: Db, ids: readonly string[]): Promise<MapNode[]> {
  const { rows } = await sql<HostRow>`
    select h.id, h.name, c.id as check_id, s.state, (${IS_PROBLEM} and ${IS_TAKEN}) as handled,
      (select count(*) from "check" x join check_state y on y.check_id = x.id
        where x.host_id = h.id and x.object = 'service' and y.state in ('critical', 'warning', 'unknown'))::integer
        as problems
    from host h left join lateral (select id from "check" where host_id = h.id and object = 'host'
      order by created_at_ms limit 1) c on true
      left join check_state s on s.check_id = c.id
    where h.id = any(${ids}::uuid[]) order by h.name`.execute(db);
  return rows.map((row) => ({
    id: `host:${row.id}`,
    kind: 'host',
    name: row.name,
    hostId: row.id,
    checkId: row.check_id,
    state: row.state ?? 'pending',
    isHandled: row.handled ?? false,
    problems: row.problems,
    count: 1,
  }));
}

async function readChecks(db: Db, ids: readonly string[]): Promise<MapNode[]> {
  const { rows } = await sql<CheckRow>`
    select c.id, c.name, c.host_id, h.name as host_name, s.state, (${IS_PROBLEM} and ${IS_TAKEN}) as handled
    from "check" c join check_state s on s.check_id = c.id join host h on h.id = c.host_id
    where c.id = any(${ids}::uuid[]) order by h.name, c.name`.execute(db);
  return rows.map((row) => ({
    id: `check:${row.id}`,
    kind: 'check',
    name: `${row.name} · ${row.host_name}`,
    hostId: row.host_id,
    checkId: row.id,
    state: row.state,
    isHandled: row.handled,
    problems: 0,
    count: 1,
  }));
}

const NAMES_SHOWN = 50;

/** Down the parents from a host, down the dependencies from a check; a host takes its services with it. */
export async function readBlastRadius(db: Db, of: { hostId: string } | { checkId: string }): Promise<BlastRadius> {
  const [hostId, checkId] = 'hostId' in of ? [of.hostId, null] : [null, of.checkId];
  if (!isUuid(hostId ?? checkId ?? '')) return { hosts: 0, services: 0, owners: [], hostNames: [] };
  const { rows } = await sql<{ owner: string | null; hosts: string[]; services: number }>`
    with recursive reached(host_id, check_id) as (
      select ${hostId}::uuid, ${checkId}::uuid
      union
      select step.host_id, step.check_id from reached r cross join lateral (
        select p.host_id, null::uuid as check_id from host_parent p where p.parent_id = r.host_id
        union all
        select null, x.id from "check" x where x.host_id = r.host_id and x.object = 'service'
        union all
        select case when x.object = 'host' then x.host_id end, case when x.object = 'service' then x.id end
        from check_dependency d join "check" m on m.id = d.master_id join "check" x on x.id = d.dependent_id
        where m.id = r.check_id or (m.host_id = r.host_id and m.object = 'host')
      ) step
    ), affected as (
      select h.owner, h.name as host, null::uuid as check_id from reached r join host h on h.id = r.host_id
      where r.host_id is distinct from ${hostId}::uuid
      union all
      select h.owner, null, x.id from reached r join "check" x on x.id = r.check_id join host h on h.id = x.host_id
      where r.check_id is distinct from ${checkId}::uuid
    )
    select owner, coalesce(array_agg(host order by host) filter (where host is not null), '{}') as hosts,
      count(distinct check_id)::integer as services
    from affected group by owner order by cardinality(array_agg(host)) desc, owner nulls last`.execute(db);
  const owners = rows.map(({ owner, hosts, services }) => ({ owner, hosts: hosts.length, services }));
  return {
    hosts: owners.reduce((sum, one) => sum + one.hosts, 0),
    services: owners.reduce((sum, one) => sum + one.services, 0),
    owners,
    hostNames: rows
      .flatMap(({ hosts }) => hosts)
      .sort()
      .slice(0, NAMES_SHOWN),
  };
}
