// Writes what a plan says, in the transaction of the caller: hosts first, then their checks,
// then what ties them together.

import { sql } from 'kysely';
import type { Actor } from '#kernel/domain/actor.ts';
import { uuidv7 } from '#kernel/ids.ts';
import type { InventoryApi } from '#inventory/api.ts';
import { json } from '#store/json.ts';
import type { Trx } from '#store/postgres.ts';
import type { Plan } from './plan.ts';
import { inBatches } from './store-set.ts';
import type { CheckRef, WantedCheck } from './wanted-rows.ts';

export interface WriteDeps {
  inventory: Pick<InventoryApi, 'objects'>;
}

/** Returns how many groups and members changed. */
export async function writePlan(
  { inventory }: WriteDeps,
  trx: Trx,
  plan: Plan,
  by: { actor: Actor; nowMs: number },
): Promise<number> {
  const { actor, nowMs } = by;
  const made = await writeHosts(inventory, trx, plan.hosts, actor);
  const known = new Map(plan.hostIds);
  const hostId = (name: string): string => made.get(name) ?? known.get(name) ?? '';
  await deleteChecks(trx, plan.checks.delete);
  await updateChecks(trx, plan.checks.update, nowMs);
  await createChecks(trx, plan.checks.create, hostId, nowMs);
  await writePeriods(trx, plan.periods);
  await writeParents(trx, plan.parents, hostId);
  await writeDependencies(trx, plan.dependencies, hostId);
  const groups = plan.groups.map(({ hostNames, ...group }) => ({
    ...group,
    hostIds: [...new Set(hostNames.map(hostId))].filter((id) => id !== ''),
  }));
  return inventory.objects.putGroups(trx, actor, groups);
}

async function writeHosts(
  inventory: Pick<InventoryApi, 'objects'>,
  trx: Trx,
  { create, join, update }: Plan['hosts'],
  actor: Actor,
): Promise<Map<string, string>> {
  if (create.length === 0 && join.length === 0 && update.length === 0) return new Map();
  const ids = await inventory.objects.createHosts(
    trx,
    create.map(({ name, cluster, ip, description }) => ({ name, cluster, ip, description })),
  );
  const made = create.map(({ name }, at) => ({ name, hostId: ids[at] ?? '' }));
  await inventory.objects.nameHosts(trx, [...made, ...join.map(({ hostId, name }) => ({ hostId, name }))]);
  if (update.length > 0) await inventory.objects.updateHosts(trx, actor, update);
  return new Map(made.map(({ name, hostId }) => [name, hostId]));
}

const deleteChecks = (trx: Trx, checks: Plan['checks']['delete']) =>
  sql`delete from "check" where id = any(${checks.map(({ id }) => id)}::uuid[])`.execute(trx);

const COLUMNS = sql`name text, owner text, kind text, spec jsonb, interval_sec float8, retry_interval_sec float8,
  max_attempts integer, timeout_sec float8, settings jsonb, details jsonb, service_groups text[], digest text`;

const toRow = (check: WantedCheck) => ({
  object: check.object,
  name: check.name,
  owner: check.owner,
  kind: check.kind,
  spec: check.spec,
  interval_sec: check.intervalSec,
  retry_interval_sec: check.retryIntervalSec,
  max_attempts: check.maxAttempts,
  timeout_sec: check.timeoutSec,
  settings: check.settings,
  details: check.details,
  service_groups: check.serviceGroups,
  digest: check.digest,
});

/** A plan never moves a check to another host or name: then it is another one. */
const updateChecks = (trx: Trx, checks: Plan['checks']['update'], nowMs: number) =>
  inBatches(
    checks.map(({ id, ...check }) => ({ id, ...toRow(check) })),
    (rows) =>
      sql`update "check" c set owner = t.owner, kind = t.kind, spec = t.spec, interval_sec = t.interval_sec,
        retry_interval_sec = t.retry_interval_sec, max_attempts = t.max_attempts, timeout_sec = t.timeout_sec,
        settings = t.settings, details = t.details, service_groups = t.service_groups, digest = t.digest,
        version = c.version + 1, updated_at_ms = ${nowMs}
      from jsonb_to_recordset(${json(rows)}::jsonb) as t (id uuid, ${COLUMNS}) where c.id = t.id`.execute(trx),
  );

async function createChecks(
  trx: Trx,
  checks: readonly WantedCheck[],
  hostId: (name: string) => string,
  nowMs: number,
): Promise<void> {
  const made = checks.map((check) => ({ id: uuidv7(nowMs), host_id: hostId(check.hostName), ...toRow(check) }));
  await inBatches(made, async (rows) => {
    await sql`insert into "check" (id, host_id, object, name, owner, kind, spec, interval_sec, retry_interval_sec,
        max_attempts, timeout_sec, settings, details, service_groups, digest, created_at_ms, updated_at_ms)
      select id, host_id, object, name, owner, kind, spec, interval_sec, retry_interval_sec, max_attempts,
        timeout_sec, settings, details, service_groups, digest, ${nowMs}, ${nowMs}
      from jsonb_to_recordset(${json(rows)}::jsonb) as t (id uuid, host_id uuid, object text, ${COLUMNS})`.execute(trx);
    await sql`insert into check_state (check_id) select unnest(${rows.map(({ id }) => id)}::uuid[])`.execute(trx);
  });
}

async function writePeriods(trx: Trx, { put, remove }: Plan['periods']): Promise<void> {
  await sql`delete from time_period where name = any(${remove}::text[])`.execute(trx);
  await sql`insert into time_period (name, definition, owner)
    select name, definition, owner
    from jsonb_to_recordset(${json(put)}::jsonb) as t (name text, definition jsonb, owner text)
    on conflict (name) do update set definition = excluded.definition, owner = excluded.owner`.execute(trx);
}

async function writeParents(
  trx: Trx,
  { add, remove }: Plan['parents'],
  hostId: (name: string) => string,
): Promise<void> {
  await sql`delete from host_parent p
    using jsonb_to_recordset(${json(remove)}::jsonb) as t ("hostId" uuid, "parentId" uuid)
    where p.host_id = t."hostId" and p.parent_id = t."parentId"`.execute(trx);
  const rows = add
    .map(({ hostName, parentName, owner }) => ({ hostId: hostId(hostName), parentId: hostId(parentName), owner }))
    .filter((row) => row.hostId !== '' && row.parentId !== '');
  await sql`insert into host_parent (host_id, parent_id, owner)
    select "hostId", "parentId", owner
    from jsonb_to_recordset(${json(rows)}::jsonb) as t ("hostId" uuid, "parentId" uuid, owner text)
    on conflict (host_id, parent_id) do nothing`.execute(trx);
}

async function writeDependencies(
  trx: Trx,
  { add, remove }: Plan['dependencies'],
  hostId: (name: string) => string,
): Promise<void> {
  await sql`delete from check_dependency d
    using jsonb_to_recordset(${json(remove)}::jsonb) as t ("masterId" uuid, "dependentId" uuid, purpose text)
    where d.master_id = t."masterId" and d.dependent_id = t."dependentId" and d.purpose = t.purpose`.execute(trx);
  const ref = ({ hostName, object, name }: CheckRef) => ({ host: hostId(hostName), object, name });
  const rows = add
    .map(({ master, dependent, ...rest }) => ({ ...rest, master: ref(master), dependent: ref(dependent) }))
    .filter(({ master, dependent }) => master.host !== '' && dependent.host !== '');
  await inBatches(rows, (batch) =>
    sql`insert into check_dependency
        (master_id, dependent_id, purpose, states, period, inherits_parent, owner)
      select m.id, d.id, t.purpose, t.states, t.period, t."inheritsParent", t.owner
      from jsonb_to_recordset(${json(batch)}::jsonb) as t (master jsonb, dependent jsonb, purpose text,
        states text[], period text, "inheritsParent" boolean, owner text)
      join "check" m on m.host_id = (t.master->>'host')::uuid and m.object = t.master->>'object'
        and m.name = t.master->>'name'
      join "check" d on d.host_id = (t.dependent->>'host')::uuid and d.object = t.dependent->>'object'
        and d.name = t.dependent->>'name'
      on conflict (dependent_id, master_id, purpose) do nothing`.execute(trx),
  );
}
