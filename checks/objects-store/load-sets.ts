// The SQL of sets of objects: what is stored of them, and the rows they have made. Reads only.

import { sql } from 'kysely';
import type { Trx } from '#store/postgres.ts';
import type { SiteSettings } from '../objects/site-settings.ts';
import { isObjectType, type ObjectBody, type ObjectSource, type StoredObject } from './object-body.ts';
import type { CurrentRows } from './plan.ts';
import type { ObjectSet } from './resolve-sets.ts';

export interface LoadedObject extends StoredObject {
  id: string;
  version: number;
}

export interface LoadedSet extends ObjectSet {
  objects: LoadedObject[];
  /** Problems that it was taken with, each as one text. */
  accepted: ReadonlySet<string>;
  version: number;
}

/** One apply at a time, from reading to commit; released with the transaction. */
const OBJECTS_LOCK = 7_410_009;
export const lockObjects = (trx: Trx) => sql`select pg_advisory_xact_lock(${OBJECTS_LOCK})`.execute(trx);

interface ObjectRow {
  id: string;
  type: string;
  name: string;
  owner: string;
  body: ObjectBody;
  source: ObjectSource;
  version: number;
}

/** By name; objects in the order of their files. */
export async function loadSets(trx: Trx): Promise<LoadedSet[]> {
  const sets = await trx.selectFrom('object_set').selectAll().orderBy('name').execute();
  const { rows } = await sql<ObjectRow>`select id, type, name, owner, body, source, version from monitoring_object
    order by owner, position`.execute(trx);
  const objects = Map.groupBy(rows, ({ owner }) => owner);
  return sets.map(({ name, kind, cluster, settings, problems, version }) => ({
    name,
    kind: kind === 'nagios' ? 'nagios' : 'yaml',
    cluster,
    // Written by store-set.ts only.
    settings: settings as unknown as SiteSettings,
    accepted: new Set((problems as unknown as { file: string; message: string }[]).map(problemKey)),
    version,
    objects: (objects.get(name) ?? []).flatMap(toLoadedObject),
  }));
}

/** Lines move; what is wrong stays. */
export const problemKey = ({ file, message }: { file: string; message: string }): string => `${file}\0${message}`;

const toLoadedObject = ({ id, type, name, body, source, version }: ObjectRow): LoadedObject[] =>
  isObjectType(type) ? [{ id, type, name, body, source, version }] : [];

export async function loadCurrentRows(trx: Trx): Promise<CurrentRows> {
  const checks = await sql<CurrentRows['checks'][number]>`
    select id, host_id as "hostId", object, name, owner, coalesce(digest, ':') as digest
    from "check" where owner is not null`.execute(trx);
  const foreign = await sql<CurrentRows['foreign'][number]>`
    select host_id as "hostId", object, name from "check" where owner is null`.execute(trx);
  const parents = await sql<CurrentRows['parents'][number]>`
    select host_id as "hostId", parent_id as "parentId" from host_parent where owner is not null`.execute(trx);
  const dependencies = await sql<CurrentRows['dependencies'][number]>`
    select master_id as "masterId", dependent_id as "dependentId", purpose, states, period,
      inherits_parent as "inheritsParent" from check_dependency where owner is not null`.execute(trx);
  const periods = await sql<CurrentRows['periods'][number]>`
    select name, definition, owner from time_period`.execute(trx);
  return {
    checks: checks.rows,
    foreign: foreign.rows,
    parents: parents.rows,
    dependencies: dependencies.rows,
    periods: periods.rows,
  };
}
