// Writes a set and its objects as they were given; what they come to is written by
// write-plan.ts. All in the transaction of the caller.

import { sql } from 'kysely';
import { uuidv7 } from '#kernel/ids.ts';
import { json } from '#store/json.ts';
import type { Trx } from '#store/postgres.ts';
import type { ObjectChanges } from './compare-objects.ts';
import type { LoadedObject } from './load-sets.ts';
import type { StoredObject } from './object-body.ts';
import type { SetProblemLine } from '../objects-api.ts';
import type { ObjectSet } from './resolve-sets.ts';

/** More are counted, not kept. */
const MOST_PROBLEMS = 2000;
const BATCH = 1000;

export async function storeSet(
  trx: Trx,
  set: Omit<ObjectSet, 'objects'>,
  by: { readProblems: readonly SetProblemLine[]; label: string; nowMs: number },
): Promise<void> {
  const { name, kind, cluster } = set;
  const read = json(toStored(by.readProblems));
  const row = {
    kind,
    cluster,
    settings: json(set.settings),
    read_problems: read,
    applied_at_ms: by.nowMs,
    applied_by: by.label,
  };
  await trx
    .insertInto('object_set')
    .values({ name, ...row })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ ...row, version: sql<number>`object_set.version + 1` }),
    )
    .execute();
}

const toStored = (problems: readonly SetProblemLine[]): Omit<SetProblemLine, 'owner'>[] =>
  problems
    .toSorted((a, b) => (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1))
    .slice(0, MOST_PROBLEMS)
    .map(({ file, line, severity, message }) => ({ file, line, severity, message }));

/** Its objects go with it. */
export const removeStoredSet = (trx: Trx, name: string) =>
  trx.deleteFrom('object_set').where('name', '=', name).execute();

/** What each set is now taken with. Sets that are not named have none. */
export async function storeProblems(trx: Trx, problems: ReadonlyMap<string, readonly SetProblemLine[]>): Promise<void> {
  const rows = Array.from(problems, ([name, list]) => ({
    name,
    problems: toStored(list),
  }));
  await sql`update object_set s set problems = coalesce(t.problems, '[]')
    from object_set o left join jsonb_to_recordset(${json(rows)}::jsonb) as t (name text, problems jsonb)
      on t.name = o.name
    where s.name = o.name and s.problems is distinct from coalesce(t.problems, '[]')`.execute(trx);
}

/** `objects`: all of the set, in its order. */
export async function storeObjects(
  trx: Trx,
  owner: string,
  objects: readonly StoredObject[],
  changes: ObjectChanges<LoadedObject>,
  nowMs: number,
): Promise<void> {
  const place = new Map(objects.map((object, position) => [object, position]));
  const position = (object: StoredObject): number => place.get(object) ?? 0;
  const gone = changes.deleted.map(({ id }) => id);
  await sql`delete from monitoring_object where id = any(${gone}::uuid[])`.execute(trx);
  const created = changes.created.map((object) => ({ id: uuidv7(nowMs), ...object, position: position(object) }));
  await inBatches(created, (rows) =>
    sql`insert into monitoring_object
        (id, type, name, owner, body, source, position, created_at_ms, updated_at_ms)
      select id, type, name, ${owner}, body, source, position, ${nowMs}, ${nowMs}
      from jsonb_to_recordset(${json(rows)}::jsonb)
        as t (id uuid, type text, name text, body jsonb, source jsonb, position integer)`.execute(trx),
  );
  const changed = changes.changed.map(({ before, after }) => ({ ...after, id: before.id, position: position(after) }));
  await inBatches(changed, (rows) =>
    sql`update monitoring_object o set body = t.body, source = t.source, position = t.position,
        version = o.version + 1, updated_at_ms = ${nowMs}
      from jsonb_to_recordset(${json(rows)}::jsonb) as t (id uuid, body jsonb, source jsonb, position integer)
      where o.id = t.id`.execute(trx),
  );
  // Most of a set stays as it is: only what moved is written.
  const same = changes.same.map(({ before, after }) => ({
    ...{ id: before.id, source: after.source, position: position(after) },
  }));
  await inBatches(same, (rows) =>
    sql`update monitoring_object o set source = t.source, position = t.position
      from jsonb_to_recordset(${json(rows)}::jsonb) as t (id uuid, source jsonb, position integer)
      where o.id = t.id and (o.source, o.position) is distinct from (t.source, t.position)`.execute(trx),
  );
}

export async function inBatches<Row>(
  rows: readonly Row[],
  write: (batch: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH) await write(rows.slice(at, at + BATCH));
}
