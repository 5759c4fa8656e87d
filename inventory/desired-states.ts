// Definitions of desired state: kept, changed, counted. What a host gets of them is
// made in catalog.ts.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { badRequest, notFound } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { documentJson } from '#store/json.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import { configChanged, recordChange, requireUuid, staleVersion, withUniqueName } from './change-record.ts';
import type { DesiredState, DesiredStateSpec, NewDesiredState } from './desired-state.ts';
import type { DriftStatus, Targets } from './host.ts';

interface Deps {
  db: Db;
  clock: Clock;
}

interface StateRow {
  id: string;
  name: string;
  spec: DesiredStateSpec;
  target: Targets;
  enabled: boolean;
  version: number;
  created_at_ms: number;
  updated_at_ms: number;
  counts: Partial<Record<DriftStatus, number>>;
}

const STATE = sql`s.id, s.name, s.spec || jsonb_build_object('kind', s.kind) as spec, s.target, s.enabled, s.version,
  s.created_at_ms, s.updated_at_ms,
  coalesce((select json_object_agg(c.status, c.hosts) from (
    select d.status, count(*)::int as hosts from drift d join host h on h.id = d.host_id
    where d.desired_state_id = s.id and h.lifecycle <> 'retired' group by d.status) as c), '{}') as counts`;

const toState = (row: StateRow): DesiredState => ({
  id: row.id,
  name: row.name,
  spec: row.spec,
  target: row.target,
  enabled: row.enabled,
  version: row.version,
  counts: { in_sync: 0, drifted: 0, failed: 0, pending: 0, ...row.counts },
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
});

export async function listDesiredStates(db: Db): Promise<DesiredState[]> {
  const { rows } = await sql<StateRow>`select ${STATE} from desired_state s order by lower(s.name)`.execute(db);
  return rows.map(toState);
}

export async function getDesiredState(db: Db, id: string): Promise<DesiredState> {
  const { rows } = await sql<StateRow>`select ${STATE} from desired_state s
    where s.id = ${requireUuid('desired state', id)}`.execute(db);
  if (rows[0] === undefined) throw notFound('desired state', id);
  return toState(rows[0]);
}

/** The schema of the API has looked at shapes; here is what a shape cannot say. */
function checkSpec(spec: DesiredStateSpec): void {
  if (spec.kind !== 'file') return;
  if (!spec.path.startsWith('/') || spec.path.split('/').some((part) => part === '..' || part.includes('\0')))
    throw badRequest('path_refused', `spec.path: ${JSON.stringify(spec.path)} must be absolute and without "..".`);
  if (spec.template.includes('\0'))
    throw badRequest('template_refused', 'spec.template: a text cannot hold NUL bytes.');
}

export async function createDesiredState(deps: Deps, actor: Actor, state: NewDesiredState): Promise<string> {
  checkSpec(state.spec);
  const nowMs = deps.clock.nowMs();
  const id = uuidv7(nowMs);
  const { kind, ...spec } = state.spec;
  const insert = transaction(deps.db, async (trx) => {
    await trx
      .insertInto('desired_state')
      .values({
        id,
        name: state.name,
        kind,
        spec: documentJson(spec),
        target: documentJson(state.target),
        enabled: state.enabled,
        created_at_ms: nowMs,
        updated_at_ms: nowMs,
      })
      .execute();
    const object = { id, name: state.name };
    await recordChange(trx, actor, nowMs, configChanged(actor, nowMs, 'desired_state', object, 'created', { kind }));
  });
  await withUniqueName('desired state', state.name, insert);
  return id;
}

export async function updateDesiredState(
  deps: Deps,
  actor: Actor,
  id: string,
  change: Partial<NewDesiredState> & { version: number },
): Promise<void> {
  if (change.spec !== undefined) checkSpec(change.spec);
  const nowMs = deps.clock.nowMs();
  const { name, spec, target, enabled } = change;
  const update = transaction(deps.db, async (trx) => {
    const state = await lockState(trx, id);
    if (state.version !== change.version) throw staleVersion('desired state', state.name);
    const { kind, ...rest } = spec ?? { kind: undefined };
    await trx
      .updateTable('desired_state')
      .set({
        version: state.version + 1,
        updated_at_ms: nowMs,
        ...(name !== undefined && { name }),
        ...(kind !== undefined && { kind, spec: documentJson(rest) }),
        ...(target !== undefined && { target: documentJson(target) }),
        ...(enabled !== undefined && { enabled }),
      })
      .where('id', '=', id)
      .execute();
    const changed = Object.keys(change).filter((key) => key !== 'version');
    const object = { id, name: name ?? state.name };
    await recordChange(trx, actor, nowMs, configChanged(actor, nowMs, 'desired_state', object, 'updated', { changed }));
  });
  await withUniqueName('desired state', name ?? '', update);
}

export async function deleteDesiredState(deps: Deps, actor: Actor, id: string): Promise<void> {
  const nowMs = deps.clock.nowMs();
  await transaction(deps.db, async (trx) => {
    const state = await lockState(trx, id);
    await trx.deleteFrom('desired_state').where('id', '=', id).execute();
    await recordChange(trx, actor, nowMs, configChanged(actor, nowMs, 'desired_state', state, 'deleted'));
  });
}

async function lockState(trx: Trx, id: string) {
  const row = await trx
    .selectFrom('desired_state')
    .select(['id', 'name', 'version'])
    .where('id', '=', requireUuid('desired state', id))
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw notFound('desired state', id);
  return row;
}
