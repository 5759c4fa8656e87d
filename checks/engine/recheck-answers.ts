// Answers to those who asked for a run: each request gets exactly one, whatever process
// dies in between; and the memory of which batch was committed last.

import { sql } from 'kysely';
import type { NewEvent } from '#kernel/domain/event.ts';
import { json } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';

/** A finished run that somebody had asked for. */
export interface RecheckAnswer {
  hostId: string;
  checkId: string;
  atMs: number;
  /** Event that asked. */
  causeId: string;
  state: NewEvent<'check.rechecked'>['data']['state'];
  output: string;
}

/** The events that answer, without those that were answered before. */
export async function answerRechecks(trx: Trx, answers: readonly RecheckAnswer[]): Promise<NewEvent[]> {
  if (answers.length === 0) return [];
  const causes = answers.map(({ causeId }) => Number(causeId));
  const answered = await trx
    .selectFrom('event')
    .select('cause_id')
    .where('kind', '=', 'check.rechecked')
    .where('check_id', 'in', [...new Set(answers.map(({ checkId }) => checkId))])
    .where('cause_id', 'in', causes)
    .execute();
  const known = new Set(answered.map((row) => String(row.cause_id)));
  const asked = await trx
    .selectFrom('event')
    .select(['id', sql<string>`data->>'requestedBy'`.as('requestedBy'), sql<string>`data->>'reason'`.as('reason')])
    .where('id', 'in', causes)
    .execute();
  const requests = new Map(asked.map(({ id, ...request }) => [String(id), request]));
  return answers
    .filter(({ causeId }) => !known.has(causeId))
    .map(({ hostId, checkId, atMs, causeId, state, output }) => ({
      kind: 'check.rechecked',
      hostId,
      checkId,
      atMs,
      causeId,
      data: {
        ...(requests.get(causeId) ?? { requestedBy: 'system', reason: '' }),
        state,
        output,
        causeEventId: causeId,
      },
    }));
}

export interface RecheckRequest {
  eventId: string;
  checkId: string;
}

/** Requests since `sinceMs` that nobody has answered: what a process that died had taken on. */
export async function unansweredRechecks(db: Db, sinceMs: number): Promise<RecheckRequest[]> {
  const rows = await db
    .selectFrom('event as asked')
    .select(['asked.id', 'asked.check_id'])
    .where('asked.kind', '=', 'check.recheck_requested')
    .where('asked.at_ms', '>=', sinceMs)
    .where('asked.check_id', 'is not', null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('event as answer')
            .select('answer.id')
            .where('answer.kind', '=', 'check.rechecked')
            .whereRef('answer.check_id', '=', 'asked.check_id')
            .whereRef('answer.cause_id', '=', 'asked.id'),
        ),
      ),
    )
    .orderBy('asked.id')
    .limit(10_000)
    .execute();
  return rows.map((row) => ({ eventId: String(row.id), checkId: row.check_id ?? '' }));
}

/**
 * Notes that `holder` commits this batch now. False when it was the last one that it committed: the connection broke
 * after the commit, and everything is there already. Waits for an earlier try that is still under way in the database.
 */
export async function claimBatch(
  trx: Trx,
  holder: string,
  { id, atMs }: { id: string; atMs: number },
): Promise<boolean> {
  const { rows } = await sql`
    insert into setting as s (key, value, updated_at_ms) values (${`checks.batch:${holder}`}, ${json(id)}, ${atMs})
    on conflict (key) do update set value = excluded.value, updated_at_ms = excluded.updated_at_ms
      where s.value <> excluded.value
    returning key`.execute(trx);
  return rows.length > 0;
}
