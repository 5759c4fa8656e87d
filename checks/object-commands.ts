// What people do to a watched object: take a problem on, say something, hand in a result.
// The command writes who did it; whichever process runs the object carries it out.

import type { Actor } from '#kernel/domain/actor.ts';
import type { Clock } from '#kernel/clock.ts';
import { badRequest, conflict, notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { ChecksApi } from './api.ts';
import { checkSettings, type StoredCheckSettings } from './check-settings.ts';
import { putRequests, type EngineRequest } from './engine/inbox.ts';
import type { RequestHandler } from './engine/request-handler.ts';

interface ObjectCommandsDeps {
  db: Db;
  clock: Clock;
  /** The engine of this process; undefined where none runs. */
  requests(): RequestHandler | undefined;
}

export type ObjectCommands = Pick<ChecksApi, 'acknowledge' | 'removeAcknowledgement' | 'submitResult' | 'comment'>;

const FINE = ['ok', 'up', 'pending'];

export function createObjectCommands({ db, clock, requests }: ObjectCommandsDeps): ObjectCommands {
  async function find(trx: Trx | Db, id: string) {
    const row = isUuid(id)
      ? await trx
          .selectFrom('check as c')
          .innerJoin('check_state as s', 's.check_id', 'c.id')
          .select(['c.id', 'c.name', 'c.host_id', 'c.object', 'c.settings', 'c.enabled', 's.state'])
          .where('c.id', '=', id)
          .executeTakeFirst()
      : undefined;
    if (!row) throw notFound('check', id);
    return row;
  }
  type Row = Awaited<ReturnType<typeof find>>;

  const audit = (trx: Trx, actor: Actor, row: Row, action: string, details: Record<string, unknown>) =>
    appendAudit(trx, {
      atMs: clock.nowMs(),
      actor: actor.label,
      action,
      object: `check:${row.id} ${row.name}`,
      result: 'done',
      source: actor.source,
      details,
    });

  const about = (row: Row) => ({ hostId: row.host_id, objectId: row.id });

  return {
    acknowledge: (actor, id, { comment, sticky, untilMs }) =>
      transaction(db, async (trx) => {
        const row = await find(trx, id);
        if (FINE.includes(row.state))
          throw conflict('no_problem', `${JSON.stringify(row.name)} is ${row.state}: there is nothing to acknowledge.`);
        if (untilMs !== undefined && untilMs <= clock.nowMs())
          throw badRequest('bad_until', 'until: must be in the future.');
        const request: EngineRequest = {
          ...about(row),
          do: 'acknowledge',
          by: actor.label,
          comment,
          isSticky: sticky,
          expiresAtMs: untilMs ?? null,
          notifies: true,
        };
        await putRequests(trx, [request], clock.nowMs());
        await audit(trx, actor, row, 'check.acknowledge', {
          comment,
          sticky,
          ...(untilMs !== undefined && { untilMs }),
        });
      }),

    removeAcknowledgement: (actor, id) =>
      transaction(db, async (trx) => {
        const row = await find(trx, id);
        await putRequests(trx, [{ ...about(row), do: 'unacknowledge', by: actor.label }], clock.nowMs());
        await audit(trx, actor, row, 'check.unacknowledge', {});
      }),

    async submitResult(actor, id, { state, output }) {
      const row = await find(db, id);
      const settings = checkSettings(row.object as 'host' | 'service', row.settings as StoredCheckSettings);
      if (!row.enabled || !settings.passiveChecks)
        throw conflict('passive_off', `${JSON.stringify(row.name)} takes no results from outside.`);
      const request: EngineRequest = {
        ...about(row),
        do: 'result',
        state,
        output,
        atMs: clock.nowMs(),
        via: `api ${actor.label}`,
      };
      // Run here: committed when this resolves. Elsewhere: kept until the process that runs it has taken it in.
      if (!(await requests()?.handle(request))) await putRequests(db, [request], clock.nowMs());
    },

    comment: (actor, id, comment) =>
      transaction(db, async (trx) => {
        const row = await find(trx, id);
        const atMs = clock.nowMs();
        await trx
          .insertInto('check_comment')
          .values({ host_id: row.host_id, check_id: row.id, kind: 'user', author: actor.label, comment, at_ms: atMs })
          .execute();
        const data = { checkName: row.name, by: actor.label, comment };
        await appendEvents(trx, [{ kind: 'check.commented', atMs, hostId: row.host_id, checkId: row.id, data }]);
        await audit(trx, actor, row, 'check.comment', { comment });
      }),
  };
}
