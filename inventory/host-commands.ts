// What people do to hosts: make, change, retire, bring back, merge.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { badRequest, conflict, notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import { json } from '#store/json.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import { recordChange, requireUuid, staleVersion } from './change-record.ts';
import { insertHost, lockIdentity } from './host-identity.ts';
import { foldHost } from './host-merge.ts';
import type { HostChange, NewHost } from './host.ts';
import { checkVariables } from './variables.ts';

interface Deps {
  db: Db;
  clock: Clock;
}

async function lockHost(trx: Trx, hostId: string) {
  const row = await trx
    .selectFrom('host')
    .select(['id', 'name', 'lifecycle', 'version'])
    .where('id', '=', requireUuid('host', hostId))
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound('host', hostId);
  return row;
}

const objectOf = (host: { id: string; name: string }): string => `host:${host.id} ${host.name}`;

export async function createHost(deps: Deps, actor: Actor, host: NewHost): Promise<string> {
  const nowMs = deps.clock.nowMs();
  return transaction(deps.db, async (trx) => {
    await lockIdentity(trx);
    const { rows } = await sql<{ id: string }>`select id from host where cluster = ${host.cluster}
      and lower(name) = lower(${host.name}) and lifecycle <> 'retired' limit 1`.execute(trx);
    if (rows[0])
      throw conflict(
        'name_taken',
        `Cluster ${JSON.stringify(host.cluster)} has a host ${JSON.stringify(host.name)} already.`,
      );
    const hostId = await insertHost(trx, { ...host, ip: host.ip }, nowMs);
    await recordHostChange(trx, actor, nowMs, { id: hostId, name: host.name }, 'host.create', 'added by hand', {
      ...host,
    });
    return hostId;
  });
}

const recordHostChange = (
  trx: Trx,
  actor: Actor,
  atMs: number,
  host: { id: string; name: string },
  action: string,
  change: string,
  details: Record<string, unknown> = {},
) =>
  recordChange(trx, actor, atMs, {
    action,
    object: objectOf(host),
    details,
    event: { kind: 'host.changed', atMs, hostId: host.id, data: { name: host.name, by: actor.label, change } },
  });

export async function updateHost(deps: Deps, actor: Actor, hostId: string, change: HostChange): Promise<void> {
  const nowMs = deps.clock.nowMs();
  if (change.variables !== undefined) checkVariables(change.variables);
  await transaction(deps.db, async (trx) => {
    const host = await lockHost(trx, hostId);
    if (host.version !== change.version) throw staleVersion('host', host.name);
    if (host.lifecycle === 'retired' && change.lifecycle !== undefined)
      throw conflict('host_retired', `${host.name} is retired; bring it back first.`);
    const { name, description, owner, lifecycle, variables, groupIds } = change;
    await trx
      .updateTable('host')
      .set({
        version: host.version + 1,
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(owner !== undefined && { owner }),
        ...(lifecycle !== undefined && { lifecycle }),
        ...(variables !== undefined && { variables: json(variables) }),
      })
      .where('id', '=', host.id)
      .execute();
    if (groupIds !== undefined) await setGroups(trx, host.id, groupIds);
    const changed = ['name', 'description', 'owner', 'lifecycle', 'variables', 'groupIds'].filter(
      (key) => key in change,
    );
    const words = lifecycle === undefined ? changed.join(', ') : `now ${lifecycle.replace('_', ' ')}`;
    // Values of variables may be confidential: the trail names what changed, not to what.
    await recordHostChange(trx, actor, nowMs, { id: host.id, name: name ?? host.name }, 'host.update', words, {
      changed,
    });
  });
}

async function setGroups(trx: Trx, hostId: string, groupIds: readonly string[]): Promise<void> {
  const wanted = [...new Set(groupIds)];
  const known = await trx
    .selectFrom('host_group')
    .select('id')
    .where('id', 'in', [...wanted.filter(isUuid), hostId])
    .execute();
  const unknown = wanted.filter((id) => !known.some((group) => group.id === id));
  if (unknown.length > 0)
    throw badRequest('unknown_group', `There is no group ${unknown.map((id) => JSON.stringify(id)).join(', ')}.`);
  await trx.deleteFrom('host_group_member').where('host_id', '=', hostId).execute();
  if (wanted.length > 0)
    await trx
      .insertInto('host_group_member')
      .values(wanted.map((groupId) => ({ group_id: groupId, host_id: hostId })))
      .execute();
}

export async function retireHost(deps: Deps, actor: Actor, hostId: string): Promise<void> {
  const nowMs = deps.clock.nowMs();
  await transaction(deps.db, async (trx) => {
    const host = await lockHost(trx, hostId);
    if (host.lifecycle === 'retired') return;
    await setLifecycle(trx, host, 'retired', nowMs);
    await recordChange(trx, actor, nowMs, {
      action: 'host.retire',
      object: objectOf(host),
      details: {},
      event: { kind: 'host.retired', atMs: nowMs, hostId: host.id, data: { name: host.name, by: actor.label } },
    });
  });
}

export async function reviveHost(deps: Deps, actor: Actor, hostId: string): Promise<void> {
  const nowMs = deps.clock.nowMs();
  await transaction(deps.db, async (trx) => {
    const host = await lockHost(trx, hostId);
    if (host.lifecycle !== 'retired') return;
    await setLifecycle(trx, host, 'in_service', nowMs);
    await recordHostChange(trx, actor, nowMs, host, 'host.revive', 'back in service');
  });
}

const setLifecycle = (
  trx: Trx,
  host: { id: string; version: number },
  lifecycle: 'retired' | 'in_service',
  nowMs: number,
) =>
  trx
    .updateTable('host')
    .set({
      lifecycle,
      retired_at_ms: lifecycle === 'retired' ? nowMs : null,
      merged_into: null,
      version: host.version + 1,
    })
    .where('id', '=', host.id)
    .execute();

export async function mergeHosts(deps: Deps, actor: Actor, intoId: string, fromId: string): Promise<void> {
  if (intoId === fromId) throw badRequest('same_host', 'A host cannot be merged with itself.');
  const nowMs = deps.clock.nowMs();
  await transaction(deps.db, async (trx) => {
    await lockIdentity(trx);
    // In order of id, so that two merges of the same pair cannot wait for each other.
    for (const id of [intoId, fromId].sort()) await lockHost(trx, id);
    const [into, from] = [await lockHost(trx, intoId), await lockHost(trx, fromId)];
    if (into.lifecycle === 'retired') throw conflict('host_retired', `${into.name} is retired; bring it back first.`);
    await foldHost(trx, { intoId, fromId }, nowMs, actor.label);
    await recordHostChange(trx, actor, nowMs, into, 'host.merge', `merged with ${from.name}`, {
      fromId,
      from: from.name,
    });
  });
}
