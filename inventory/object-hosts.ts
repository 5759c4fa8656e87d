// Hosts and groups that sets of monitoring objects name: made, joined by their names, filled.
// Everything here runs in the transaction of the set that is applied.

import { sql } from 'kysely';
import type { Actor } from '#kernel/domain/actor.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendEvents } from '#store/event-log.ts';
import { json } from '#store/json.ts';
import type { Trx } from '#store/postgres.ts';
import { lockIdentity } from './host-identity.ts';
import type { NewObjectHost, ObjectGroup, RuleHost, Variables } from './host.ts';
import { byPriority, mergeVariables } from './variables.ts';

interface RuleHostRow extends Omit<RuleHost, 'isOnlyObject' | 'groups'> {
  layers: { name: string; priority: number; variables: Variables }[];
  is_only_object: boolean;
}

/** Every host, retired ones too, with what rules can ask of it. Members that a set has put into a group are not counted. */
export async function listRuleHosts(trx: Trx): Promise<RuleHost[]> {
  const { rows } = await sql<RuleHostRow>`
    select h.id, h.name, h.cluster, h.ip, h.description, h.lifecycle = 'retired' as "isRetired", h.variables, h.facts,
      coalesce(a.names, '{}') as "objectNames", coalesce(a.only_object, false) as is_only_object,
      coalesce(m.layers, '[]') as layers
    from host h
    left join (
      select host_id, array_agg(value) filter (where kind = 'nagios') as names, bool_and(kind = 'nagios') as only_object
      from host_alias group by host_id) a on a.host_id = h.id
    left join (
      select m.host_id, jsonb_agg(jsonb_build_object(
        'name', g.name, 'priority', g.priority, 'variables', g.variables)) as layers
      from host_group_member m join host_group g on g.id = m.group_id where m.owner is null group by m.host_id
    ) m on m.host_id = h.id
    order by h.id`.execute(trx);
  return rows.map(({ layers, is_only_object, variables, ...row }) => {
    const groups = byPriority(layers);
    return {
      ...row,
      isOnlyObject: is_only_object,
      groups: groups.map(({ name }) => name),
      variables: mergeVariables([...groups.map((group) => group.variables), variables]),
    };
  });
}

/** Ids in the order given. */
export async function createObjectHosts(trx: Trx, hosts: readonly NewObjectHost[], nowMs: number): Promise<string[]> {
  await lockIdentity(trx);
  const rows = hosts.map((host) => ({ id: uuidv7(nowMs), ...host }));
  await sql`insert into host (id, name, cluster, ip, description, created_at_ms)
    select id, name, cluster, ip, description, ${nowMs}
    from jsonb_to_recordset(${json(rows)}::jsonb) as t (id uuid, name text, cluster text, ip text, description text)
    order by id`.execute(trx);
  await appendEvents(
    trx,
    rows.map(({ id, name, cluster }) => ({ kind: 'host.created', atMs: nowMs, hostId: id, data: { name, cluster } })),
  );
  return rows.map(({ id }) => id);
}

/** From now on the host is found by the name that objects call it by. */
export async function nameObjectHosts(trx: Trx, names: readonly { hostId: string; name: string }[]): Promise<void> {
  await sql`insert into host_alias (kind, value, host_id)
    select 'nagios', name, "hostId" from jsonb_to_recordset(${json(names)}::jsonb) as t ("hostId" uuid, name text)
    on conflict (kind, value) do nothing`.execute(trx);
}

/** Address and description of hosts that nobody but their objects tells anything of. */
export async function updateObjectHosts(
  trx: Trx,
  actor: Actor,
  hosts: readonly { hostId: string; name: string; ip: string | null; description: string }[],
  nowMs: number,
): Promise<void> {
  await sql`update host set ip = t.ip, description = t.description, version = host.version + 1
    from jsonb_to_recordset(${json(hosts)}::jsonb) as t ("hostId" uuid, ip text, description text)
    where host.id = t."hostId"`.execute(trx);
  await appendEvents(
    trx,
    hosts.map(({ hostId, name }) => ({
      ...{ kind: 'host.changed', atMs: nowMs, hostId },
      data: { name, by: actor.label, change: 'address or description of its object' },
    })),
  );
}

/**
 * Groups and members that sets of objects ask for, all of them. What no set asks for any more goes: members that a
 * set has put in, and groups that a set has made and that are empty. What was made by hand stays. Returns how much changed.
 */
export async function putObjectGroups(
  trx: Trx,
  actor: Actor,
  groups: readonly ObjectGroup[],
  nowMs: number,
): Promise<number> {
  const known = await trx.selectFrom('host_group').select(['id', 'name', 'owner']).execute();
  const idOf = new Map(known.map(({ name, id }) => [name, id]));
  const made = groups.filter(({ name }) => !idOf.has(name)).map((group) => ({ id: uuidv7(nowMs), ...group }));
  for (const { id, name, description, owner } of made) {
    idOf.set(name, id);
    await trx.insertInto('host_group').values({ id, name, description, owner, created_at_ms: nowMs }).execute();
  }
  const members = groups.flatMap(({ name, owner, hostIds }) =>
    hostIds.map((hostId) => ({ groupId: idOf.get(name), hostId, owner })),
  );
  const wanted = sql`jsonb_to_recordset(${json(members)}::jsonb) as t ("groupId" uuid, "hostId" uuid, owner text)`;
  const removed = await sql`delete from host_group_member m where m.owner is not null and not exists (
    select 1 from ${wanted} where t."groupId" = m.group_id and t."hostId" = m.host_id)`.execute(trx);
  const added = await sql`insert into host_group_member (group_id, host_id, owner)
    select "groupId", "hostId", owner from ${wanted} on conflict (group_id, host_id) do nothing`.execute(trx);
  const names = groups.map(({ name }) => name);
  const { rows: dropped } = await sql<{ id: string; name: string }>`delete from host_group g
    where g.owner is not null and g.name <> all(${names}::text[])
      and not exists (select 1 from host_group_member m where m.group_id = g.id) returning id, name`.execute(trx);
  const changed = [
    ...made.map((group) => ({ ...group, change: 'created' as const })),
    ...dropped.map((group) => ({ ...group, change: 'deleted' as const })),
  ];
  await appendEvents(
    trx,
    changed.map(({ id, name, change }) => ({
      ...{ kind: 'config.changed', atMs: nowMs },
      data: { kind: 'host_group', id, name, change, by: actor.label },
    })),
  );
  return changed.length + Number(removed.numAffectedRows ?? 0) + Number(added.numAffectedRows ?? 0);
}
