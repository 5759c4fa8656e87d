// Groups of hosts: members and variables.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { badRequest, notFound } from '#kernel/errors.ts';
import { isUuid, uuidv7 } from '#kernel/ids.ts';
import { documentJson } from '#store/json.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import { configChanged, recordChange, requireUuid, staleVersion, withUniqueName } from './change-record.ts';
import type { GroupChange, HostGroup, Variables } from './host.ts';
import { checkVariables } from './variables.ts';

interface Deps {
  db: Db;
  clock: Clock;
}

interface GroupRow {
  id: string;
  name: string;
  description: string;
  priority: number;
  variables: Variables;
  host_ids: string[];
  created_at_ms: number;
  version: number;
}

// Members that are retired stay members, so that a host that comes back is where it was; they are not listed.
const GROUP = sql`g.id, g.name, g.description, g.priority, g.variables, g.created_at_ms, g.version,
  array(select m.host_id::text from host_group_member m join host h on h.id = m.host_id
    where m.group_id = g.id and h.lifecycle <> 'retired' order by lower(h.name), h.id) as host_ids`;

const toGroup = (row: GroupRow): HostGroup => ({
  id: row.id,
  name: row.name,
  description: row.description,
  priority: row.priority,
  variables: row.variables,
  hostIds: row.host_ids,
  createdAtMs: row.created_at_ms,
  version: row.version,
});

export async function listGroups(db: Db): Promise<HostGroup[]> {
  const { rows } = await sql<GroupRow>`select ${GROUP} from host_group g order by lower(g.name)`.execute(db);
  return rows.map(toGroup);
}

export async function getGroup(db: Db, groupId: string): Promise<HostGroup> {
  const { rows } = await sql<GroupRow>`select ${GROUP} from host_group g
    where g.id = ${requireUuid('group', groupId)}`.execute(db);
  if (rows[0] === undefined) throw notFound('group', groupId);
  return toGroup(rows[0]);
}

export async function createGroup(deps: Deps, actor: Actor, group: GroupChange & { name: string }): Promise<string> {
  const nowMs = deps.clock.nowMs();
  const variables = group.variables ?? {};
  checkVariables(variables);
  const id = uuidv7(nowMs);
  const insert = transaction(deps.db, async (trx) => {
    await trx
      .insertInto('host_group')
      .values({
        id,
        name: group.name,
        description: group.description ?? '',
        priority: group.priority ?? 0,
        variables: documentJson(variables),
        created_at_ms: nowMs,
      })
      .execute();
    await setMembers(trx, id, group.hostIds ?? []);
    await recordChange(
      trx,
      actor,
      nowMs,
      configChanged(actor, nowMs, 'host_group', { id, name: group.name }, 'created'),
    );
  });
  await withUniqueName('group', group.name, insert);
  return id;
}

export async function updateGroup(
  deps: Deps,
  actor: Actor,
  groupId: string,
  change: GroupChange & { version: number },
): Promise<void> {
  const nowMs = deps.clock.nowMs();
  if (change.variables !== undefined) checkVariables(change.variables);
  const { name, description, priority, variables, hostIds } = change;
  const update = transaction(deps.db, async (trx) => {
    const group = await lockGroup(trx, groupId);
    if (group.version !== change.version) throw staleVersion('group', group.name);
    await trx
      .updateTable('host_group')
      .set({
        version: group.version + 1,
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(priority !== undefined && { priority }),
        ...(variables !== undefined && { variables: documentJson(variables) }),
      })
      .where('id', '=', groupId)
      .execute();
    if (hostIds !== undefined) await setMembers(trx, groupId, hostIds);
    const changed = Object.keys(change).filter((key) => key !== 'version');
    const object = { id: groupId, name: name ?? group.name };
    await recordChange(trx, actor, nowMs, configChanged(actor, nowMs, 'host_group', object, 'updated', { changed }));
  });
  await withUniqueName('group', name ?? '', update);
}

export async function deleteGroup(deps: Deps, actor: Actor, groupId: string): Promise<void> {
  const nowMs = deps.clock.nowMs();
  await transaction(deps.db, async (trx) => {
    const group = await lockGroup(trx, groupId);
    await trx.deleteFrom('host_group').where('id', '=', groupId).execute();
    await recordChange(trx, actor, nowMs, configChanged(actor, nowMs, 'host_group', group, 'deleted'));
  });
}

async function lockGroup(trx: Trx, groupId: string) {
  const row = await trx
    .selectFrom('host_group')
    .select(['id', 'name', 'version'])
    .where('id', '=', requireUuid('group', groupId))
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound('group', groupId);
  return row;
}

/** Replaces the members in sight; retired ones stay. */
async function setMembers(trx: Trx, groupId: string, hostIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(hostIds)];
  const { rows: known } = await sql<{ id: string }>`select id from host
    where id = any(${wanted.filter(isUuid)}::uuid[])`.execute(trx);
  if (known.length < wanted.length) {
    const unknown = wanted.filter((id) => !known.some((host) => host.id === id)).slice(0, 5);
    throw badRequest('unknown_host', `There is no host ${unknown.map((id) => JSON.stringify(id)).join(', ')}.`);
  }
  await sql`delete from host_group_member m using host h where h.id = m.host_id and m.group_id = ${groupId}
    and h.lifecycle <> 'retired'`.execute(trx);
  await sql`insert into host_group_member (group_id, host_id)
    select ${groupId}, unnest(${wanted}::uuid[]) on conflict do nothing`.execute(trx);
}
