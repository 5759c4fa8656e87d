// Recurring downtimes made, changed and deleted by people; what is planned ahead follows in
// the same transaction.

import type { Actor } from '#kernel/domain/actor.ts';
import type { Clock } from '#kernel/clock.ts';
import { conflict, notFound } from '#kernel/errors.ts';
import { isUuid, uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { isUniqueViolation, transaction, type Db, type Trx } from '#store/postgres.ts';
import type { DowntimesApi, RecurringOrder } from '../downtime-api.ts';
import { cancelAhead, planAhead } from './plan-ahead.ts';
import { nextOccurrences } from './recurring-occurrences.ts';
import { readRecurring, toColumns, type StoredRecurring } from './recurring-rows.ts';
import { resolveTarget } from './resolve-target.ts';
import { refuseRecurring, refuseSchedule, refuseTooMany } from './validate-downtime.ts';

const SHOWN_AHEAD = 5;

export function createRecurringCommands(deps: { db: Db; clock: Clock }): DowntimesApi['recurring'] {
  const { db, clock } = deps;

  async function find(of: Db | Trx, id: string): Promise<StoredRecurring> {
    const [found] = isUuid(id) ? await readRecurring(of, id) : [];
    if (!found) throw notFound('recurring downtime', id);
    return found;
  }

  const withNext = (stored: StoredRecurring) => ({
    ...stored,
    next: stored.enabled ? nextOccurrences(stored.schedule, clock.nowMs(), SHOWN_AHEAD) : [],
  });

  /** Both while it is written: what is wrong with it, and that it means no more than can be planned. */
  async function refuse(trx: Trx, order: RecurringOrder): Promise<void> {
    refuseRecurring(order);
    refuseTooMany((await resolveTarget(trx, order.target, clock.nowMs())).length);
  }

  const record = (trx: Trx, actor: Actor, what: 'create' | 'update' | 'delete', of: StoredRecurring) =>
    appendAudit(trx, {
      ...{ atMs: clock.nowMs(), actor: actor.label, source: actor.source, action: `recurring_downtime.${what}` },
      ...{ object: `recurring_downtime:${of.id} ${of.name}`, result: 'done' },
      details: what === 'delete' ? {} : { target: of.target, schedule: of.schedule, enabled: of.enabled },
    });

  return {
    list: async () => (await readRecurring(db)).map(withNext),
    get: async (id) => withNext(await find(db, id)),
    occurrences(schedule) {
      refuseSchedule(schedule);
      return nextOccurrences(schedule, clock.nowMs(), SHOWN_AHEAD);
    },

    create: (actor, order) =>
      named(order.name, () =>
        transaction(db, async (trx) => {
          await refuse(trx, order);
          const nowMs = clock.nowMs();
          const id = uuidv7(nowMs);
          await trx
            .insertInto('recurring_downtime')
            .values({ id, ...toColumns(order), author: actor.label, created_at_ms: nowMs })
            .execute();
          const made = await find(trx, id);
          await planAhead(trx, made, nowMs);
          await record(trx, actor, 'create', made);
          return id;
        }),
      ),

    update: (actor, id, { version, ...order }) =>
      named(order.name, () =>
        transaction(db, async (trx) => {
          const nowMs = clock.nowMs();
          const before = await find(trx, id);
          if (version !== undefined && version !== before.version)
            throw conflict(
              'stale_version',
              `The recurring downtime was changed meanwhile: it is at version ${before.version}. Load it again.`,
            );
          await refuse(trx, order);
          const { numUpdatedRows } = await trx
            .updateTable('recurring_downtime')
            .set({ ...toColumns(order), version: before.version + 1 })
            .where('id', '=', id)
            .where('version', '=', before.version)
            .executeTakeFirst();
          if (numUpdatedRows === 0n)
            throw conflict('stale_version', 'The recurring downtime was changed at this moment. Load it again.');
          await cancelAhead(trx, id, actor.label, nowMs);
          const after = await find(trx, id);
          await planAhead(trx, after, nowMs);
          await record(trx, actor, 'update', after);
        }),
      ),

    remove: (actor, id) =>
      transaction(db, async (trx) => {
        const before = await find(trx, id);
        await cancelAhead(trx, id, actor.label, clock.nowMs());
        await trx.deleteFrom('recurring_downtime').where('id', '=', id).execute();
        await record(trx, actor, 'delete', before);
      }),
  };
}

async function named<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict('name_taken', `There is a recurring downtime ${JSON.stringify(name)} already. Choose another name.`);
  }
}
