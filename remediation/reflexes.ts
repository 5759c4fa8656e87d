// The commands and questions about reflexes.

import type { Clock } from '#kernel/clock.ts';
import { badRequest } from '#kernel/errors.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { ReflexesApi } from './api.ts';
import { lastAttempts, listAttempts } from './attempt-read.ts';
import type { Inventory } from './neighbours.ts';
import { recordChange } from './object-change.ts';
import { matchesEverything } from './reflex-match.ts';
import { deleteReflex, insertReflex, listReflexRows, readReflex, updateReflex } from './reflex-store.ts';
import type { NewReflex, Reflex } from './reflex.ts';
import { inputsOrThrow } from './runs.ts';
import { readRunbook } from './runbook-store.ts';

export function createReflexes(deps: { db: Db; clock: Clock; inventory: Inventory }): ReflexesApi {
  const { db, clock } = deps;
  const namesOf = (ids: readonly string[]) => deps.inventory.namesOf(ids);

  async function refuseProblems(trx: Trx, reflex: Pick<NewReflex, 'match' | 'runbookId' | 'inputs'>): Promise<void> {
    if (matchesEverything(reflex.match))
      throw badRequest('bad_match', 'match: name a rule, a check, hosts or groups; empty would answer every alert.');
    const runbook = await readRunbook(trx, reflex.runbookId);
    inputsOrThrow(runbook.inputs, reflex.inputs ?? {});
  }

  async function withLast(reflexes: Reflex[]) {
    const last = await lastAttempts(
      db,
      reflexes.map((reflex) => reflex.id),
      namesOf,
    );
    return reflexes.map((reflex) => ({ ...reflex, lastAttempt: last.get(reflex.id) }));
  }

  return {
    async list(page) {
      const rows = await listReflexRows(db, { afterName: page.cursor, limit: page.limit + 1 });
      const items = await withLast(rows.slice(0, page.limit));
      return { items, nextCursor: rows.length > page.limit ? items.at(-1)?.name : undefined };
    },
    async get(id) {
      const reflex = await readReflex(db, id);
      const last = await lastAttempts(db, [id], namesOf);
      return { ...reflex, lastAttempt: last.get(id) };
    },
    attempts: (filter) => listAttempts(db, filter, namesOf),

    create: (actor, reflex) =>
      transaction(db, async (trx) => {
        await refuseProblems(trx, reflex);
        const atMs = clock.nowMs();
        const id = await insertReflex(trx, reflex, atMs);
        await recordChange(trx, { actor, kind: 'reflex', id, name: reflex.name, change: 'created', atMs });
        return id;
      }),

    update: (actor, id, change) =>
      transaction(db, async (trx) => {
        const before = await readReflex(trx, id);
        const after = { ...before, ...change };
        await refuseProblems(trx, after);
        const atMs = clock.nowMs();
        await updateReflex(trx, after, atMs);
        const details = before.armed === after.armed ? {} : { armed: after.armed };
        await recordChange(trx, { actor, kind: 'reflex', id, name: after.name, change: 'updated', atMs, details });
      }),

    remove: (actor, id) =>
      transaction(db, async (trx) => {
        const { name } = await readReflex(trx, id);
        await deleteReflex(trx, id);
        const atMs = clock.nowMs();
        await recordChange(trx, { actor, kind: 'reflex', id, name, change: 'deleted', atMs });
      }),
  };
}
