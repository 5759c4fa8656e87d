// The SQL of runbooks: the current definition in its own row, every save beside it.

import type { Selectable } from 'kysely';
import type { Actor } from '#kernel/domain/actor.ts';
import { conflict, notFound } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { documentJson } from '#store/json.ts';
import { isUniqueViolation, type Db, type Trx } from '#store/postgres.ts';
import type { Runbook as RunbookRow } from '#store/schema.ts';
import type { NewRunbook, Runbook, RunbookDefinition, RunbookVersion } from './runbook.ts';

const definitionOf = (value: unknown): RunbookDefinition => value as RunbookDefinition;

const fromRow = (row: Selectable<RunbookRow>): Runbook => ({
  id: row.id,
  name: row.name,
  description: row.description,
  version: row.version,
  ...definitionOf(row.definition),
  origin: row.origin ?? undefined,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
});

/** By name, after the name `afterName`. */
export async function listRunbookRows(db: Db, afterName: string | undefined, limit: number): Promise<Runbook[]> {
  const rows = await db
    .selectFrom('runbook')
    .selectAll()
    .$if(afterName !== undefined, (query) => query.where('name', '>', afterName ?? ''))
    .orderBy('name')
    .limit(limit)
    .execute();
  return rows.map(fromRow);
}

/** Throws `not_found`. */
export async function readRunbook(db: Db | Trx, id: string): Promise<Runbook> {
  const row = await db.selectFrom('runbook').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw notFound('runbook', id);
  return fromRow(row);
}

/** Newest first. */
export async function readRunbookVersions(db: Db, id: string): Promise<RunbookVersion[]> {
  const rows = await db
    .selectFrom('runbook_version')
    .selectAll()
    .where('runbook_id', '=', id)
    .orderBy('version', 'desc')
    .execute();
  return rows.map((row) => ({
    version: row.version,
    ...definitionOf(row.definition),
    savedBy: row.saved_by,
    savedAtMs: row.saved_at_ms,
  }));
}

const nameTaken = (name: string) => conflict('name_taken', `There is a runbook named "${name}" already.`);

async function insertVersion(
  trx: Trx,
  version: { runbookId: string; version: number; definition: RunbookDefinition; by: string; atMs: number },
): Promise<void> {
  await trx
    .insertInto('runbook_version')
    .values({
      runbook_id: version.runbookId,
      version: version.version,
      definition: documentJson(version.definition),
      saved_by: version.by,
      saved_at_ms: version.atMs,
    })
    .execute();
}

/** Throws `name_taken`. */
export async function insertRunbook(
  trx: Trx,
  runbook: NewRunbook & { origin?: string },
  by: Pick<Actor, 'label'>,
  atMs: number,
): Promise<string> {
  const id = uuidv7(atMs);
  const definition = { inputs: runbook.inputs ?? [], steps: runbook.steps };
  try {
    await trx
      .insertInto('runbook')
      .values({
        id,
        name: runbook.name,
        description: runbook.description ?? '',
        definition: documentJson(definition),
        origin: runbook.origin ?? null,
        created_at_ms: atMs,
        updated_at_ms: atMs,
      })
      .execute();
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(runbook.name) : error;
  }
  await insertVersion(trx, { runbookId: id, version: 1, definition, by: by.label, atMs });
  return id;
}

/** Throws `not_found`, `stale_version`, `name_taken`. */
export async function updateRunbook(
  trx: Trx,
  id: string,
  change: NewRunbook & { version: number },
  by: Pick<Actor, 'label'>,
  atMs: number,
): Promise<void> {
  const current = await readRunbook(trx, id);
  const definition = { inputs: change.inputs ?? [], steps: change.steps };
  const version = change.version + 1;
  try {
    const result = await trx
      .updateTable('runbook')
      .set({
        name: change.name,
        description: change.description ?? current.description,
        definition: documentJson(definition),
        version,
        updated_at_ms: atMs,
      })
      .where('id', '=', id)
      .where('version', '=', change.version)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n)
      throw conflict('stale_version', `The runbook is at version ${current.version}; read it again before saving.`);
  } catch (error) {
    throw isUniqueViolation(error) ? nameTaken(change.name) : error;
  }
  await insertVersion(trx, { runbookId: id, version, definition, by: by.label, atMs });
}

/** Throws `not_found`, or `in_use` while a reflex refers to it. */
export async function deleteRunbook(trx: Trx, id: string): Promise<Runbook> {
  const runbook = await readRunbook(trx, id);
  const user = await trx.selectFrom('reflex').select('name').where('runbook_id', '=', id).executeTakeFirst();
  if (user) throw conflict('in_use', `The reflex "${user.name}" runs this runbook; change or delete the reflex first.`);
  await trx.deleteFrom('runbook').where('id', '=', id).execute();
  return runbook;
}
