// The commands and questions about runbooks.

import type { Actor } from '#kernel/domain/actor.ts';
import type { Clock } from '#kernel/clock.ts';
import { badRequest } from '#kernel/errors.ts';
import { transaction, type Db } from '#store/postgres.ts';
import type { RunbooksApi } from './api.ts';
import { recordChange } from './object-change.ts';
import { checkRunbook, type NewRunbook } from './runbook.ts';
import {
  deleteRunbook,
  insertRunbook,
  listRunbookRows,
  readRunbook,
  readRunbookVersions,
  updateRunbook,
} from './runbook-store.ts';

/** Throws `bad_runbook` with every problem found. */
function refuseProblems(runbook: NewRunbook): void {
  const problems = checkRunbook({ inputs: runbook.inputs ?? [], steps: runbook.steps });
  if (problems.length > 0) throw badRequest('bad_runbook', problems.join('; '), { problems });
}

export function createRunbooks(deps: { db: Db; clock: Clock }): RunbooksApi {
  const { db, clock } = deps;
  const record = (actor: Actor, id: string, name: string, change: 'created' | 'updated' | 'deleted') => ({
    actor,
    kind: 'runbook',
    id,
    name,
    change,
    atMs: clock.nowMs(),
  });

  return {
    async list(page) {
      const rows = await listRunbookRows(db, page.cursor, page.limit + 1);
      const items = rows.slice(0, page.limit);
      return { items, nextCursor: rows.length > page.limit ? items.at(-1)?.name : undefined };
    },
    get: (id) => readRunbook(db, id),
    async versions(id) {
      await readRunbook(db, id);
      return readRunbookVersions(db, id);
    },
    async create(actor, runbook) {
      refuseProblems(runbook);
      return transaction(db, async (trx) => {
        const id = await insertRunbook(trx, runbook, actor, clock.nowMs());
        await recordChange(trx, record(actor, id, runbook.name, 'created'));
        return id;
      });
    },
    async update(actor, id, change) {
      refuseProblems(change);
      await transaction(db, async (trx) => {
        await updateRunbook(trx, id, change, actor, clock.nowMs());
        await recordChange(trx, record(actor, id, change.name, 'updated'));
      });
    },
    async remove(actor, id) {
      await transaction(db, async (trx) => {
        const { name } = await deleteRunbook(trx, id);
        await recordChange(trx, record(actor, id, name, 'deleted'));
      });
    },
  };
}
