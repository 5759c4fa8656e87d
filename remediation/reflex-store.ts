// The SQL of reflexes as people edit them. Attempts are in attempt-store.ts.

import type { Selectable } from 'kysely';
import { conflict, notFound } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { documentJson } from '#store/json.ts';
import { isUniqueViolation, type Db, type Trx } from '#store/postgres.ts';
import type { Reflex as ReflexRow } from '#store/schema.ts';
import type { InputValues } from './inputs.ts';
import {
  DEFAULT_GUARD,
  DEFAULT_VERIFY,
  type NewReflex,
  type Reflex,
  type ReflexGuard,
  type ReflexMatch,
  type ReflexVerify,
} from './reflex.ts';

// Rows are written below only, so the JSON in them has the shapes it wrote.
const fromRow = (row: Selectable<ReflexRow> & { runbook_name: string }): Reflex => ({
  id: row.id,
  name: row.name,
  match: row.match as unknown as ReflexMatch,
  runbookId: row.runbook_id,
  runbookName: row.runbook_name,
  inputs: row.inputs as unknown as InputValues,
  guard: row.guard as unknown as ReflexGuard,
  verify: row.verify as unknown as ReflexVerify,
  armed: row.armed,
  origin: row.origin ?? undefined,
  version: row.version,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
});

const selectReflexes = (db: Db | Trx) =>
  db
    .selectFrom('reflex')
    .innerJoin('runbook', 'runbook.id', 'reflex.runbook_id')
    .selectAll('reflex')
    .select('runbook.name as runbook_name');

/** By name, after the name `afterName`. */
export async function listReflexRows(
  db: Db | Trx,
  page: { afterName?: string | undefined; limit?: number },
): Promise<Reflex[]> {
  let query = selectReflexes(db).orderBy('reflex.name');
  if (page.afterName !== undefined) query = query.where('reflex.name', '>', page.afterName);
  if (page.limit !== undefined) query = query.limit(page.limit);
  return (await query.execute()).map(fromRow);
}

/** Throws `not_found`. */
export async function readReflex(db: Db | Trx, id: string): Promise<Reflex> {
  const row = await selectReflexes(db).where('reflex.id', '=', id).executeTakeFirst();
  if (!row) throw notFound('reflex', id);
  return fromRow(row);
}

/** Locks the reflex to the end of `trx`: its budget is counted by one decision at a time. */
export async function lockReflex(trx: Trx, id: string): Promise<Reflex | undefined> {
  const row = await selectReflexes(trx).where('reflex.id', '=', id).forUpdate('reflex').executeTakeFirst();
  return row && fromRow(row);
}

const named = async (name: string, write: () => Promise<void>): Promise<void> => {
  try {
    await write();
  } catch (error) {
    throw isUniqueViolation(error) ? conflict('name_taken', `There is a reflex named "${name}" already.`) : error;
  }
};

/** Throws `name_taken`. */
export async function insertReflex(trx: Trx, reflex: NewReflex, atMs: number): Promise<string> {
  const id = uuidv7(atMs);
  await named(reflex.name, async () => {
    await trx
      .insertInto('reflex')
      .values({
        id,
        name: reflex.name,
        match: documentJson(reflex.match),
        runbook_id: reflex.runbookId,
        inputs: documentJson(reflex.inputs ?? {}),
        guard: documentJson(reflex.guard ?? DEFAULT_GUARD),
        verify: documentJson(reflex.verify ?? DEFAULT_VERIFY),
        armed: reflex.armed ?? true,
        created_at_ms: atMs,
        updated_at_ms: atMs,
      })
      .execute();
  });
  return id;
}

/** Throws `stale_version`, `name_taken`. */
export async function updateReflex(trx: Trx, reflex: Reflex, atMs: number): Promise<void> {
  await named(reflex.name, async () => {
    const result = await trx
      .updateTable('reflex')
      .set({
        name: reflex.name,
        match: documentJson(reflex.match),
        runbook_id: reflex.runbookId,
        inputs: documentJson(reflex.inputs),
        guard: documentJson(reflex.guard),
        verify: documentJson(reflex.verify),
        armed: reflex.armed,
        version: reflex.version + 1,
        updated_at_ms: atMs,
      })
      .where('id', '=', reflex.id)
      .where('version', '=', reflex.version)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n)
      throw conflict('stale_version', 'The reflex was changed since; read it again before saving.');
  });
}

export async function deleteReflex(trx: Trx, id: string): Promise<void> {
  await trx.deleteFrom('reflex').where('id', '=', id).execute();
}
