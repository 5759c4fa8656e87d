// Sets and objects as people look at them: lists, and one object with its templates taken in
// and what uses it.

import { sql } from 'kysely';
import { notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { Db } from '#store/postgres.ts';
import { describeMatcher } from '../objects/host-matcher.ts';
import { createProblemList } from '../objects/object-problems.ts';
import { describeOrigin, resolveTemplates } from '../objects/resolve-templates.ts';
import type { ObjectDetail, ObjectFilter, ObjectSummary, SetProblemLine, SetSummary } from '../objects-api.ts';
import { fromStoredObject, isObjectType, type ObjectBody, type ObjectSource } from './object-body.ts';
import { fileLabel } from './set-labels.ts';
import { findUses } from './object-uses.ts';
import { writeYaml } from './write-yaml.ts';

export interface ObjectRow {
  id: string;
  type: string;
  name: string;
  owner: string;
  kind: 'yaml' | 'nagios';
  body: ObjectBody;
  source: ObjectSource;
  version: number;
}

const MOST_CHECKS = 200;
const COLUMNS = sql`o.id, o.type, o.name, o.owner, s.kind, o.body, o.source, o.version`;

export async function listSets(db: Db, name?: string): Promise<SetSummary[]> {
  const { rows } = await sql<{
    name: string;
    kind: 'yaml' | 'nagios';
    cluster: string;
    problems: Omit<SetProblemLine, 'owner'>[];
    applied_at_ms: number;
    applied_by: string;
    version: number;
    objects: Record<string, number> | null;
    hosts: number;
    checks: number;
  }>`select s.name, s.kind, s.cluster, s.read_problems || s.problems as problems, s.applied_at_ms, s.applied_by,
      s.version,
      (select jsonb_object_agg(type, count) from (
        select type, count(*) as count from monitoring_object where owner = s.name group by type) as t) as objects,
      (select count(*) from monitoring_object
        where owner = s.name and type = 'host' and (body->>'isRegistered')::boolean) as hosts,
      (select count(*) from "check" where owner = s.name) as checks
    from object_set s where ${name === undefined} or s.name = ${name ?? ''} order by s.name`.execute(db);
  return rows.map(({ applied_at_ms, applied_by, problems, objects, ...row }) => ({
    ...row,
    objects: objects ?? {},
    problems: problems.map((problem) => ({ owner: row.name, ...problem })),
    appliedAtMs: applied_at_ms,
    appliedBy: applied_by,
  }));
}

export async function getSet(db: Db, name: string): Promise<SetSummary> {
  const [set] = await listSets(db, name);
  if (!set) throw notFound('set of objects', name);
  return set;
}

export async function listObjects(db: Db, filter: ObjectFilter): Promise<{ items: ObjectSummary[]; total: number }> {
  const { type, owner, search = '', offset, limit } = filter;
  const where = sql`(${type === undefined} or o.type = ${type ?? ''}) and (${owner === undefined} or o.owner = ${owner ?? ''})
    and position(lower(${search}) in lower(o.name)) > 0`;
  const { rows } = await sql<ObjectRow>`select ${COLUMNS} from monitoring_object o join object_set s on s.name = o.owner
    where ${where} order by o.type, lower(o.name), o.owner, o.position offset ${offset} limit ${limit}`.execute(db);
  const { rows: counted } = await sql<{ total: number }>`select count(*) as total from monitoring_object o
    where ${where}`.execute(db);
  return { items: rows.map(toSummary), total: counted[0]?.total ?? 0 };
}

export async function exportSet(db: Db, name: string): Promise<string> {
  await getSet(db, name);
  const rows = await loadRows(db, sql`o.owner = ${name}`);
  return writeYaml(rows.flatMap(({ type, body }) => (isObjectType(type) ? [{ type, body }] : [])));
}

export async function findObject(db: Db, id: string): Promise<ObjectRow> {
  const [row] = isUuid(id) ? await loadRows(db, sql`o.id = ${id}`) : [];
  if (!row) throw notFound('object', id);
  return row;
}

export async function getObject(db: Db, id: string): Promise<ObjectDetail> {
  const row = await findObject(db, id);
  const all = await loadRows(db, sql`true`);
  const uses = findUses(row, all);
  const checks = await checksOf(db, row);
  const { type, body } = row;
  return {
    ...toSummary(row),
    yaml: isObjectType(type) ? writeYaml([{ type, body }]) : '',
    values: resolvedValues(row, all),
    templates: templatesOf(row, all),
    usedBy: uses.shown.map(toSummary),
    usedByCount: uses.count,
    ...checks,
    rule: body.applyTo ? describeMatcher(body.applyTo) : null,
  };
}

/** In the order in which the resolver takes them: sets by name, objects by place. */
async function loadRows(db: Db, where: ReturnType<typeof sql>): Promise<ObjectRow[]> {
  const { rows } = await sql<ObjectRow>`select ${COLUMNS} from monitoring_object o join object_set s on s.name = o.owner
    where ${where} order by o.owner, o.position`.execute(db);
  return rows;
}

function toSummary({ id, type, name, owner, body, source, version }: ObjectRow): ObjectSummary {
  if (!isObjectType(type)) throw new Error(`the table holds an object of type ${type}`);
  const { file, line } = source;
  return { id, type, name, owner, file, line, isTemplate: !body.isRegistered, use: body.use, version };
}

const toObject = ({ type, name, body, source, owner, kind }: ObjectRow) =>
  isObjectType(type)
    ? [fromStoredObject({ type, name, body, source }, fileLabel({ name: owner, kind }, source.file))]
    : [];

function resolvedValues(row: ObjectRow, all: readonly ObjectRow[]): ObjectDetail['values'] {
  const objects = all.filter(({ type }) => type === row.type);
  const resolved = resolveTemplates(objects.flatMap(toObject), createProblemList());
  const values = resolved[objects.findIndex(({ id }) => id === row.id)]?.values ?? new Map();
  return Array.from(values, ([name, { text, origins }]) => ({
    name,
    value: text ?? 'null',
    from: origins.map(describeOrigin).join(' + '),
  }));
}

/** By depth, as `use` is followed. */
function templatesOf(row: ObjectRow, all: readonly ObjectRow[]): ObjectDetail['templates'] {
  const known = new Map<string, ObjectRow>();
  for (const each of all) {
    const { template } = each.body;
    if (each.type === row.type && template !== undefined && !known.has(template)) known.set(template, each);
  }
  const found = new Map<string, ObjectDetail['templates'][number]>();
  const follow = ({ body }: ObjectRow): void => {
    for (const name of body.use) {
      if (found.has(name)) continue;
      const template = known.get(name);
      found.set(name, { name, id: template?.id ?? null, isMissing: template === undefined });
      if (template !== undefined) follow(template);
    }
  };
  follow(row);
  return [...found.values()];
}

/** Of a host its own check, of a service one on each host; others make none. */
async function checksOf(
  db: Db,
  { type, name, owner, body }: ObjectRow,
): Promise<Pick<ObjectDetail, 'checks' | 'checkCount'>> {
  if (!body.isRegistered || (type !== 'host' && type !== 'service')) return { checks: [], checkCount: 0 };
  const isIt =
    type === 'host'
      ? sql`c.object = 'host' and exists (select 1 from host_alias a
          where a.host_id = c.host_id and a.kind = 'nagios' and a.value = ${name})`
      : sql`c.object = 'service' and c.name = ${name}`;
  const { rows } = await sql<ObjectDetail['checks'][number] & { total: number }>`
    select c.id, h.name as "hostName", c.object, c.name, count(*) over () as total
    from "check" c join host h on h.id = c.host_id where c.owner = ${owner} and ${isIt}
    order by lower(h.name), c.name limit ${MOST_CHECKS}`.execute(db);
  return { checks: rows.map(({ total: _total, ...check }) => check), checkCount: rows[0]?.total ?? 0 };
}
