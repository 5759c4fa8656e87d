// Views as people keep them: their rows, and the commands that change them. Each change
// leaves an event and an audit entry in its transaction.

import Type from 'typebox';
import { Parse } from 'typebox/value';
import type { Actor } from '#kernel/domain/actor.ts';
import type { Clock } from '#kernel/clock.ts';
import { badRequest, conflict, notFound } from '#kernel/errors.ts';
import { isUuid, uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { documentJson } from '#store/json.ts';
import { isUniqueViolation, transaction, type Db, type Trx } from '#store/postgres.ts';
import { instant } from '#web/contract/shared.ts';
import { ViewItem, type View, type ViewCreate, type ViewSummary, type ViewUpdate } from '#web/contract/views.ts';
import { patternProblems } from './view-query.ts';

interface ViewRow {
  id: string;
  name: string;
  description: string;
  items: unknown;
  version: number;
  created_by: string;
  created_at_ms: number;
  updated_by: string;
  updated_at_ms: number;
}

const ViewItems = Type.Array(ViewItem);

const itemsOf = (row: ViewRow): ViewItem[] => Parse(ViewItems, row.items);

const toSummary = (row: ViewRow): ViewSummary => ({
  id: row.id,
  name: row.name,
  description: row.description,
  charts: itemsOf(row).length,
  version: row.version,
  createdBy: row.created_by,
  createdAt: instant(row.created_at_ms),
  updatedBy: row.updated_by,
  updatedAt: instant(row.updated_at_ms),
});

const toView = (row: ViewRow): View => ({ ...toSummary(row), items: itemsOf(row) });

export interface Views {
  /** By name; `cursor` is the last name of the page before. */
  list(page: {
    cursor?: string | undefined;
    limit: number;
  }): Promise<{ items: ViewSummary[]; nextCursor: string | null }>;
  /** Throws `not_found`, as do all that take an id. */
  get(id: string): Promise<View>;
  /** Throws `name_taken` (409), `bad_pattern` (400). */
  create(actor: Actor, view: ViewCreate): Promise<View>;
  /** Throws `stale_version` (409), `name_taken`, `bad_pattern`. */
  update(actor: Actor, id: string, change: ViewUpdate): Promise<View>;
  remove(actor: Actor, id: string): Promise<void>;
  isTaken(name: string): Promise<boolean>;
}

export function createViews(deps: { db: Db; clock: Clock }): Views {
  const { db, clock } = deps;

  async function read(from: Db | Trx, id: string): Promise<ViewRow> {
    const row = isUuid(id)
      ? await from.selectFrom('view').selectAll().where('id', '=', id).executeTakeFirst()
      : undefined;
    if (!row) throw notFound('view', id);
    return row;
  }

  async function record(
    trx: Trx,
    actor: Actor,
    view: { id: string; name: string },
    change: 'created' | 'updated' | 'deleted',
    details: Record<string, unknown>,
  ): Promise<void> {
    const atMs = clock.nowMs();
    const { id, name } = view;
    const data = { kind: 'view', id, name, change, by: actor.label };
    await appendEvents(trx, [{ kind: 'config.changed', atMs, data }]);
    const action = { created: 'view.create', updated: 'view.update', deleted: 'view.delete' }[change];
    const entry = { atMs, actor: actor.label, source: actor.source, action, object: `view:${id} ${name}`, details };
    await appendAudit(trx, { ...entry, result: 'done' });
  }

  /** A name is the only thing of a view that can clash. */
  async function unlessTaken<Result>(name: string, work: (trx: Trx) => Promise<Result>): Promise<Result> {
    try {
      return await transaction(db, work);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('name_taken', `There is already a view ${JSON.stringify(name)}.`);
    }
  }

  return {
    async list({ cursor, limit }) {
      const rows = await db
        .selectFrom('view')
        .selectAll()
        .$if(cursor !== undefined, (query) => query.where('name', '>', cursor ?? ''))
        .orderBy('name')
        .limit(limit + 1)
        .execute();
      const items = rows.slice(0, limit).map(toSummary);
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.name ?? null) : null };
    },
    get: async (id) => toView(await read(db, id)),
    async create(actor, view) {
      refuseBadQueries(view.items);
      return unlessTaken(view.name, async (trx) => {
        const atMs = clock.nowMs();
        const row = await trx
          .insertInto('view')
          .values({
            id: uuidv7(atMs),
            name: view.name,
            description: view.description ?? '',
            items: documentJson(view.items),
            created_by: actor.label,
            created_at_ms: atMs,
            updated_by: actor.label,
            updated_at_ms: atMs,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
        await record(trx, actor, row, 'created', { charts: view.items.length });
        return toView(row);
      });
    },
    async update(actor, id, { version, ...change }) {
      refuseBadQueries(change.items);
      return unlessTaken(change.name, async (trx) => {
        const before = await read(trx, id);
        const row = await trx
          .updateTable('view')
          .set({
            name: change.name,
            description: change.description,
            items: documentJson(change.items),
            version: version + 1,
            updated_by: actor.label,
            updated_at_ms: clock.nowMs(),
          })
          .where('id', '=', id)
          .where('version', '=', version)
          .returningAll()
          .executeTakeFirst();
        if (!row)
          throw conflict('stale_version', `The view is at version ${before.version}; read it again before saving.`);
        await record(trx, actor, row, 'updated', {
          version: row.version,
          ...(before.name !== row.name && { nameBefore: before.name }),
          chartsBefore: itemsOf(before).length,
          charts: change.items.length,
        });
        return toView(row);
      });
    },
    async remove(actor, id) {
      await transaction(db, async (trx) => {
        const row = await read(trx, id);
        await trx.deleteFrom('view').where('id', '=', id).execute();
        // What was lost can be written again from the trail.
        await record(trx, actor, row, 'deleted', { items: row.items });
      });
    },
    async isTaken(name) {
      return (await db.selectFrom('view').select('id').where('name', '=', name).executeTakeFirst()) !== undefined;
    },
  };
}

function refuseBadQueries(items: readonly ViewItem[]): void {
  const problems = items.flatMap(({ query }, at) => patternProblems(query).map((problem) => `items[${at}].${problem}`));
  if (problems.length > 0) throw badRequest('bad_pattern', problems.join(' '));
}
