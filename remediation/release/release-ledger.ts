// The ledger of releases: which is under way, good, current. The ledger, not what a
// directory listing says, decides what a roll-back goes back to.

import type { Selectable } from 'kysely';
import { sql } from 'kysely';
import { hash32 } from '#kernel/splay.ts';
import { json } from '#store/json.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { Release as ReleaseRow } from '#store/schema.ts';
import { readCursor, writeCursor } from '../page.ts';
import type { Page } from '../run.ts';
import type { Release, ReleaseOptions, ReleaseState } from './release.ts';

// Rows are written below only, so the JSON in them has the shapes it wrote.
const fromRow = (row: Selectable<ReleaseRow>): Release => ({
  id: row.id,
  app: row.app,
  version: row.version,
  releaseTs: row.release_ts,
  artifactId: row.artifact_id ?? undefined,
  deployTo: row.deploy_to,
  runId: row.run_id ?? undefined,
  hostIds: (row.targets as unknown as { hostIds: string[] }).hostIds,
  options: row.options as unknown as ReleaseOptions,
  state: row.state as ReleaseState,
  current: row.current,
  createdBy: row.created_by,
  createdAtMs: row.created_at_ms,
  finishedAtMs: row.finished_at_ms ?? undefined,
});

/** Newest first. */
export async function listReleases(
  db: Db,
  filter: { app?: string; cursor?: string; limit: number },
): Promise<Page<Release>> {
  const after = readCursor(filter.cursor);
  let query = db.selectFrom('release').selectAll();
  if (filter.app !== undefined) query = query.where('app', '=', filter.app);
  if (after)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at_ms', 'id'), '<', tuple(after.atMs, after.id)),
    );
  const rows = await query
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(filter.limit + 1)
    .execute();
  const items = rows.slice(0, filter.limit).map(fromRow);
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > filter.limit && last ? writeCursor({ atMs: last.createdAtMs, id: last.id }) : undefined,
  };
}

/** Key space of our advisory locks on apps. */
const APP_LOCK = 7_410_007;

interface AppLedger {
  /** Newest first. */
  releases: Release[];
  /** True while a deploy or a roll-back has not ended. */
  underWay: boolean;
}

/** The app's newest hundred releases, locked to the end of `trx` against any other change of this app. */
export async function lockLedger(trx: Trx, app: string): Promise<AppLedger> {
  await sql`select pg_advisory_xact_lock(${APP_LOCK}::integer, ${hash32(app) | 0}::integer)`.execute(trx);
  const rows = await trx
    .selectFrom('release')
    .selectAll()
    .where('app', '=', app)
    .orderBy('release_ts', 'desc')
    .limit(100)
    .execute();
  return {
    releases: rows.map(fromRow),
    underWay: rows.some((row) => row.state === 'deploying' || row.rollback_run_id !== null),
  };
}

export async function insertRelease(
  trx: Trx,
  release: Omit<Release, 'state' | 'current' | 'finishedAtMs'>,
): Promise<void> {
  await trx
    .insertInto('release')
    .values({
      id: release.id,
      app: release.app,
      version: release.version,
      release_ts: release.releaseTs,
      artifact_id: release.artifactId ?? null,
      deploy_to: release.deployTo,
      run_id: release.runId ?? null,
      targets: json({ hostIds: release.hostIds }),
      options: json(release.options),
      state: 'deploying',
      created_by: release.createdBy,
      created_at_ms: release.createdAtMs,
    })
    .execute();
}

export async function markRollback(trx: Trx, rollback: { fromId: string; toId: string; runId: string }): Promise<void> {
  await trx
    .updateTable('release')
    .set({ rollback_run_id: rollback.runId, rollback_to_id: rollback.toId })
    .where('id', '=', rollback.fromId)
    .execute();
}

async function makeCurrent(trx: Trx, release: Pick<Release, 'id' | 'app'>): Promise<void> {
  await trx
    .updateTable('release')
    .set({ current: false })
    .where('app', '=', release.app)
    .where('current', '=', true)
    .execute();
  await trx.updateTable('release').set({ current: true }).where('id', '=', release.id).execute();
}

/** Ends the deploy that `runId` carried; undefined when it carried none. */
export async function endDeploy(
  trx: Trx,
  runId: string,
  end: { good: boolean; atMs: number },
): Promise<Release | undefined> {
  const row = await trx
    .updateTable('release')
    .set({ state: end.good ? 'good' : 'failed', finished_at_ms: end.atMs })
    .where('run_id', '=', runId)
    .where('state', '=', 'deploying')
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  if (end.good) await makeCurrent(trx, row);
  return fromRow(row);
}

/** Ends the roll-back that `runId` carried; the release that is current again, undefined when it carried none. */
export async function endRollback(trx: Trx, runId: string, good: boolean): Promise<Release | undefined> {
  const left = await trx.selectFrom('release').selectAll().where('rollback_run_id', '=', runId).executeTakeFirst();
  if (!left) return undefined;
  await trx
    .updateTable('release')
    .set({ rollback_run_id: null, rollback_to_id: null, ...(good && { state: 'rolled_back' }) })
    .where('id', '=', left.id)
    .execute();
  const target = await trx.selectFrom('release').selectAll().where('id', '=', left.rollback_to_id).executeTakeFirst();
  if (!target) return undefined;
  if (good) await makeCurrent(trx, target);
  return fromRow(target);
}
