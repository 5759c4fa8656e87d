// What one host should be like, rendered: the catalog its agent compares with. The
// same rows give the same catalog.

import { sql } from 'kysely';
import { notFound } from '#kernel/errors.ts';
import type { Db, Trx } from '#store/postgres.ts';
import { requireUuid } from './change-record.ts';
import type { Catalog, DesiredStateSpec } from './desired-state.ts';
import type { Facts, Variables } from './host.ts';
import { describeProblems, nestDotted, renderTemplate } from './template.ts';
import { byPriority, mergeVariables } from './variables.ts';

interface HostRow {
  id: string;
  name: string;
  cluster: string;
  ip: string | null;
  facts: Facts;
  variables: Variables;
  layers: { name: string; priority: number; variables: Variables }[];
}

interface DefinitionRow {
  id: string;
  name: string;
  version: number;
  spec: DesiredStateSpec;
}

const isTargeted = sql`s.enabled and (s.target->'hostIds' ? h.id::text or exists (
  select 1 from host_group_member m where m.host_id = h.id and s.target->'groupIds' ? m.group_id::text))`;

/** Ids of all hosts in service that an enabled definition targets. */
export async function targetedHosts(db: Db | Trx): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select h.id from host h where h.lifecycle <> 'retired'
      and exists (select 1 from desired_state s where ${isTargeted}) order by h.id`.execute(db);
  return rows.map((row) => row.id);
}

/** See InventoryApi.catalogFor. */
export async function catalogFor(db: Db | Trx, hostId: string, desiredStateIds?: readonly string[]): Promise<Catalog> {
  const { rows } = await sql<HostRow>`
    select h.id, h.name, h.cluster, h.ip, h.facts, h.variables,
      coalesce((select json_agg(json_build_object('name', g.name, 'priority', g.priority, 'variables', g.variables))
        from host_group g join host_group_member m on m.group_id = g.id where m.host_id = h.id), '[]') as layers
    from host h where h.id = ${requireUuid('host', hostId)}`.execute(db);
  const host = rows[0];
  if (host === undefined) throw notFound('host', hostId);
  const { rows: definitions } = await sql<DefinitionRow>`
    select s.id, s.name, s.version, s.spec || jsonb_build_object('kind', s.kind) as spec
    from desired_state s, host h where h.id = ${host.id} and h.lifecycle <> 'retired' and ${isTargeted}
    order by s.name collate "C"`.execute(db);

  const catalog: Catalog = { hostId, items: [], problems: [] };
  const values = templateValues(host);
  for (const definition of definitions)
    if (desiredStateIds === undefined || desiredStateIds.includes(definition.id)) add(catalog, definition, values);
  return catalog;
}

/** What templates may name: `host.*`, `facts.*`, `vars.*`. */
const templateValues = (host: HostRow): Record<string, unknown> => ({
  host: { id: host.id, name: host.name, cluster: host.cluster, ip: host.ip ?? '' },
  facts: nestDotted(host.facts),
  vars: mergeVariables([...byPriority(host.layers).map((layer) => layer.variables), host.variables]),
});

function add(catalog: Catalog, definition: DefinitionRow, values: Record<string, unknown>): void {
  const { spec } = definition;
  const identity = { desiredStateId: definition.id, version: definition.version, name: definition.name };
  if (spec.kind === 'service') {
    catalog.items.push({ ...identity, ...spec });
    return;
  }
  const { template, ...file } = spec;
  const rendered = renderTemplate(template, values);
  if (rendered.ok) catalog.items.push({ ...identity, ...file, content: rendered.text });
  else catalog.problems.push({ ...identity, reason: describeProblems(rendered.problems) });
}
