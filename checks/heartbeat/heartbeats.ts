// Ping URLs of jobs: makes their tokens, takes pings, and reads what was said last.

import { sql } from 'kysely';
import type { Actor } from '#kernel/domain/actor.ts';
import type { Clock } from '#kernel/clock.ts';
import { conflict, notFound } from '#kernel/errors.ts';
import { randomToken, sha256Hex } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { HeartbeatsApi, Ping } from './heartbeats-api.ts';
import type { Heartbeat } from './judge-heartbeat.ts';

/** What is kept of a ping's body. */
const OUTPUT_CHARACTERS = 10_000;

export type ReadHeartbeat = (checkId: string) => Promise<(Heartbeat & { output: string }) | undefined>;

/** Undefined for a check that has no ping URL yet. */
export const createReadHeartbeat =
  (db: Db): ReadHeartbeat =>
  async (checkId) => {
    const row = await db.selectFrom('heartbeat').selectAll().where('check_id', '=', checkId).executeTakeFirst();
    return (
      row && {
        createdAtMs: row.created_at_ms,
        startedAtMs: row.started_at_ms,
        endedAtMs: row.ended_at_ms,
        exitCode: row.exit_code,
        runMs: row.run_ms,
        output: row.output,
      }
    );
  };

export function createHeartbeats(deps: { db: Db; clock: Clock }): HeartbeatsApi {
  const { db, clock } = deps;

  const makeToken = (actor: Actor, checkId: string): Promise<string> =>
    transaction(db, async (trx) => {
      const check = await trx
        .selectFrom('check')
        .select(['id', 'name', 'kind', 'host_id'])
        .where('id', '=', checkId)
        .executeTakeFirst();
      if (!check) throw notFound('check', checkId);
      if (check.kind !== 'heartbeat')
        throw conflict(
          'not_a_heartbeat',
          `${check.name} is of the kind ${check.kind}. Only heartbeat checks are pinged.`,
        );
      const token = randomToken();
      const atMs = clock.nowMs();
      const hash = sha256Hex(token);
      await trx
        .insertInto('heartbeat')
        .values({ check_id: check.id, token_hash: hash, created_at_ms: atMs })
        .onConflict((row) => row.column('check_id').doUpdateSet({ token_hash: hash }))
        .execute();
      await appendAudit(trx, {
        ...{ atMs, actor: actor.label, source: actor.source, action: 'check.heartbeat_url' },
        ...{ object: `check:${check.id} ${check.name}`, result: 'done', details: {} },
      });
      return token;
    });

  const ping = (token: string, { what, output }: Ping): Promise<boolean> =>
    transaction(db, async (trx) => {
      const beat = await trx
        .selectFrom('heartbeat as b')
        .innerJoin('check as c', 'c.id', 'b.check_id')
        .select(['b.check_id', 'b.started_at_ms', 'b.exit_code', 'c.host_id'])
        .where('b.token_hash', '=', sha256Hex(token))
        .forUpdate('b')
        .executeTakeFirst();
      if (!beat) return false;
      const atMs = clock.nowMs();
      const change =
        what === 'start'
          ? { started_at_ms: atMs }
          : {
              started_at_ms: null,
              ended_at_ms: atMs,
              exit_code: what,
              run_ms: beat.started_at_ms === null ? null : Math.max(0, atMs - beat.started_at_ms),
              output: storable(output),
            };
      await trx.updateTable('heartbeat').set(change).where('check_id', '=', beat.check_id).execute();
      await lookAgain(trx, { checkId: beat.check_id, hostId: beat.host_id }, atMs);
      return true;
    });

  return { makeToken, ping };
}

/** So that a failure, and the end of one, shows now and not at the next turn. */
async function lookAgain(trx: Trx, check: { checkId: string; hostId: string }, atMs: number): Promise<void> {
  // One request that nobody has answered yet is enough for any number of pings.
  const waiting = await trx
    .selectFrom('event as asked')
    .select('asked.id')
    .where('asked.kind', '=', 'check.recheck_requested')
    .where('asked.check_id', '=', check.checkId)
    .where('asked.at_ms', '>', atMs - 10_000)
    .where(sql<boolean>`asked.data->>'requestedBy' = 'heartbeat'`)
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
    .executeTakeFirst();
  if (waiting) return;
  await appendEvents(trx, [
    { kind: 'check.recheck_requested', atMs, ...check, data: { reason: 'ping', requestedBy: 'heartbeat' } },
  ]);
}

/** PostgreSQL keeps no NUL in a text. */
const storable = (output: string): string => output.slice(0, OUTPUT_CHARACTERS).replaceAll('\0', '').toWellFormed();
