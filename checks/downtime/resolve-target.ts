// Which hosts and services a target means at this instant: by name, group, service group,
// filter, with their services and with what is beneath.

import { sql } from 'kysely';
import { isUuid } from '#kernel/ids.ts';
import type { Db, Trx } from '#store/postgres.ts';
import { MOST_PLANNED, type DowntimeTarget } from '../downtime-api.ts';
import { narrowChecks } from '../queries/narrow-checks.ts';

export interface TargetObject {
  hostId: string;
  hostName: string;
  /** Null = the host as such. */
  checkId: string | null;
  checkName: string | null;
  /** The host above whose downtime begins and ends this one; null = it has its own time. */
  triggeredByHostId: string | null;
}

/** One more than may be planned is enough to know that it is too many. */
const ENOUGH = MOST_PLANNED + 1;

/** Hosts before services, by name; at most MOST_PLANNED + 1. Throws `bad_filter` (400). Retired hosts are left out. */
export async function resolveTarget(db: Db | Trx, target: DowntimeTarget, nowMs: number): Promise<TargetObject[]> {
  const named = await namedChecks(db, target, nowMs);
  const roots = new Set(named.flatMap(({ object, hostId }) => (object === 'host' ? [hostId] : [])));
  for (const hostId of await namedHosts(db, target)) roots.add(hostId);
  const beneath = target.children === 'none' ? new Map<string, string>() : await hostsBeneath(db, [...roots]);
  const hosts = await hostNames(db, [...roots, ...beneath.keys()]);
  const services = await servicesOf(db, {
    checkIds: named.flatMap(({ object, id }) => (object === 'service' ? [id] : [])),
    hostIds: target.withServices ? hosts.map(({ id }) => id) : [],
  });
  const triggerOf = (hostId: string): string | null =>
    target.children === 'triggered' ? (beneath.get(hostId) ?? null) : null;
  return [
    ...hosts.map(({ id, name }) => ({
      ...{ hostId: id, hostName: name, checkId: null, checkName: null, triggeredByHostId: triggerOf(id) },
    })),
    ...services.map(({ id, name, host_id: hostId, host_name: hostName }) => ({
      ...{ hostId, hostName, checkId: id, checkName: name, triggeredByHostId: triggerOf(hostId) },
    })),
  ].slice(0, ENOUGH);
}

/** Services of the hosts, and these checks; by host and name. */
async function servicesOf(db: Db | Trx, of: { checkIds: string[]; hostIds: string[] }) {
  const { rows } = await sql<{ id: string; name: string; host_id: string; host_name: string }>`
    select c.id, c.name, c.host_id, h.name as host_name from "check" c join host h on h.id = c.host_id
    where c.object = 'service' and (c.id = any(${of.checkIds}::uuid[]) or c.host_id = any(${of.hostIds}::uuid[]))
    order by h.name, c.name limit ${ENOUGH}`.execute(db);
  return rows;
}

async function namedChecks(db: Db | Trx, { checkIds, serviceGroups, filter }: DowntimeTarget, nowMs: number) {
  const byFilter = filter === null ? sql`false` : narrowChecks({ search: filter }, nowMs);
  const { rows } = await sql<{ id: string; host_id: string; object: 'host' | 'service' }>`
    select c.id, c.host_id, c.object
    from "check" c join check_state s on s.check_id = c.id join host h on h.id = c.host_id
    where h.lifecycle <> 'retired' and (c.id = any(${checkIds.filter(isUuid)}::uuid[])
      or (c.object = 'service' and c.service_groups && ${serviceGroups}::text[]) or ${byFilter})
    order by h.name, c.name limit ${ENOUGH}`.execute(db);
  return rows.map(({ id, host_id, object }) => ({ id, hostId: host_id, object }));
}

async function namedHosts(db: Db | Trx, { hostIds, groupIds }: DowntimeTarget): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select h.id from host h where h.lifecycle <> 'retired' and (h.id = any(${hostIds.filter(isUuid)}::uuid[])
      or h.id in (select host_id from host_group_member where group_id = any(${groupIds.filter(isUuid)}::uuid[])))
    order by h.name limit ${ENOUGH}`.execute(db);
  return rows.map(({ id }) => id);
}

/** Each host beneath any of these, with one of these that it is beneath. */
async function hostsBeneath(db: Db | Trx, roots: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; above: string }>`
    with recursive beneath(id, above) as (
      select host_id, parent_id from host_parent where parent_id = any(${roots}::uuid[])
      union select p.host_id, b.above from host_parent p join beneath b on p.parent_id = b.id
    )
    select distinct on (b.id) b.id, b.above from beneath b join host h on h.id = b.id
    where h.lifecycle <> 'retired' and b.id <> all(${roots}::uuid[]) order by b.id, b.above limit ${ENOUGH}`.execute(
    db,
  );
  return new Map(rows.map(({ id, above }) => [id, above]));
}

async function hostNames(db: Db | Trx, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from host where id = any(${ids}::uuid[]) order by name`.execute(db);
  return rows;
}
