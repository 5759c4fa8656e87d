// Changes of checks by people and by Plexus itself. Each is one transaction with its
// audit entry and the event by which the runner hears of it.

import type { Actor } from '#kernel/domain/actor.ts';
import type { Clock } from '#kernel/clock.ts';
import { badRequest, conflict, notFound } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { json } from '#store/json.ts';
import { isUniqueViolation, transaction, type Db, type Trx } from '#store/postgres.ts';
import type { CheckChange, ChecksApi, NewCheck } from './api.ts';
import type { StoredCheckSettings } from './check-settings.ts';
import type { CheckKind } from './kinds/check-kind.ts';
import { restoreSecrets } from './kinds/spec-secrets.ts';

type Settings = Required<Omit<NewCheck, 'hostId'>>;

export interface CheckCommands extends Pick<ChecksApi, 'create' | 'update' | 'remove' | 'runNow'> {
  /** Within a transaction; `origin` marks checks that Plexus makes itself. */
  insert(trx: Trx, actor: Actor, check: NewCheck, origin: string | null): Promise<string>;
}

export function createCheckCommands(deps: {
  db: Db;
  clock: Clock;
  kinds: ReadonlyMap<string, CheckKind>;
}): CheckCommands {
  const { db, clock, kinds } = deps;

  async function insert(trx: Trx, actor: Actor, check: NewCheck, origin: string | null): Promise<string> {
    const settings = withDefaults(check, kinds.get(check.kind)?.defaultSettings);
    refuseProblems(kinds, settings);
    const nowMs = clock.nowMs();
    const id = uuidv7(nowMs);
    const host = await trx.selectFrom('host').select('id').where('id', '=', check.hostId).executeTakeFirst();
    if (!host) throw notFound('host', check.hostId);
    await trx
      .insertInto('check')
      .values({ id, host_id: host.id, origin, created_at_ms: nowMs, ...toColumns(settings, nowMs) })
      .execute();
    await trx.insertInto('check_state').values({ check_id: id }).execute();
    await record(trx, actor, { id, name: settings.name, hostId: host.id }, 'created', { kind: settings.kind });
    return id;
  }

  async function record(
    trx: Trx,
    actor: Actor,
    check: { id: string; name: string; hostId: string },
    change: 'created' | 'updated' | 'deleted',
    details: Record<string, unknown>,
  ): Promise<void> {
    const atMs = clock.nowMs();
    const action = `check.${{ created: 'create', updated: 'update', deleted: 'delete' }[change]}`;
    const { label, source } = actor;
    const object = `check:${check.id} ${check.name}`;
    await appendAudit(trx, { atMs, actor: label, action, object, result: 'done', source, details });
    await appendEvents(trx, [
      {
        kind: 'config.changed',
        atMs,
        hostId: check.hostId,
        // An event must not name a check that is gone: readers would look for it.
        ...(change !== 'deleted' && { checkId: check.id }),
        data: { kind: 'check', id: check.id, name: check.name, change, by: label },
      },
    ]);
  }

  const find = async (trx: Trx, id: string) => {
    const row = await trx.selectFrom('check').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    if (!row) throw notFound('check', id);
    return row;
  };

  return {
    insert,
    create: (actor, check) => named(check.name, () => transaction(db, (trx) => insert(trx, actor, check, null))),

    update: (actor, id, change) =>
      named(change.name ?? '', () =>
        transaction(db, async (trx) => {
          const row = await find(trx, id);
          refuseOwned(row);
          if (change.version !== undefined && change.version !== row.version)
            throw conflict(
              'stale_version',
              `The check was changed meanwhile: it is at version ${row.version}. Load it again.`,
            );
          const settings: Settings = {
            name: change.name ?? row.name,
            kind: row.kind,
            spec: restoreSecrets(change.spec ?? row.spec, row.spec) as Record<string, unknown>,
            intervalSec: change.intervalSec ?? row.interval_sec,
            retryIntervalSec: change.retryIntervalSec ?? row.retry_interval_sec,
            maxAttempts: change.maxAttempts ?? row.max_attempts,
            timeoutSec: change.timeoutSec ?? row.timeout_sec,
            enabled: change.enabled ?? row.enabled,
            settings: change.settings ?? (row.settings as StoredCheckSettings),
          };
          refuseProblems(kinds, settings);
          await trx
            .updateTable('check')
            .set({ ...toColumns(settings, clock.nowMs()), version: row.version + 1 })
            .where('id', '=', id)
            .execute();
          await record(trx, actor, { id, name: settings.name, hostId: row.host_id }, 'updated', {
            ...changedKeys(change),
          });
        }),
      ),

    remove: (actor, id) =>
      transaction(db, async (trx) => {
        const row = await find(trx, id);
        refuseOwned(row);
        await trx.deleteFrom('check').where('id', '=', id).execute();
        await record(trx, actor, { id, name: row.name, hostId: row.host_id }, 'deleted', { kind: row.kind });
      }),

    runNow: (actor, id) =>
      transaction(db, async (trx) => {
        const row = await find(trx, id);
        if (!row.enabled) throw conflict('check_disabled', 'The check is switched off. Enable it to run it.');
        const atMs = clock.nowMs();
        const [eventId = ''] = await appendEvents(trx, [
          {
            kind: 'check.recheck_requested',
            atMs,
            hostId: row.host_id,
            checkId: id,
            data: { reason: 'asked for by hand', requestedBy: actor.label },
          },
        ]);
        return eventId;
      }),
  };
}

/** What documents made is changed in the documents: the next apply would undo it. */
function refuseOwned({ name, owner }: { name: string; owner: string | null }): void {
  if (owner === null) return;
  throw conflict('owned', `${JSON.stringify(name)} comes from ${owner}. Change it there and apply it again.`);
}

async function named<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw conflict('name_taken', `The host has a check named ${JSON.stringify(name)} already. Choose another name.`);
  }
}

/** Retry and timeout shrink to a short interval, so that `intervalSec: 1` alone is enough. */
function withDefaults(check: NewCheck, settings: StoredCheckSettings = {}): Settings {
  const intervalSec = check.intervalSec ?? 60;
  const retryIntervalSec = check.retryIntervalSec ?? Math.min(15, intervalSec);
  return {
    name: check.name,
    kind: check.kind,
    spec: check.spec,
    intervalSec,
    retryIntervalSec,
    maxAttempts: check.maxAttempts ?? 3,
    timeoutSec: check.timeoutSec ?? Math.min(10, intervalSec, retryIntervalSec),
    enabled: check.enabled ?? true,
    settings: { ...settings, ...check.settings },
  };
}

/** Throws `invalid_check` with every problem at once. */
export function refuseProblems(
  kinds: ReadonlyMap<string, CheckKind>,
  settings: Pick<Settings, 'kind' | 'spec' | 'intervalSec' | 'retryIntervalSec' | 'timeoutSec'>,
): void {
  const { kind, spec, intervalSec, retryIntervalSec, timeoutSec } = settings;
  const problems: string[] = [];
  const prepared = kinds.get(kind)?.prepare(spec);
  if (!prepared)
    problems.push(`kind: ${JSON.stringify(kind)} is not a kind of check. Known: ${[...kinds.keys()].join(', ')}.`);
  else if (!prepared.ok)
    problems.push(...prepared.problems.map(({ path, message }) => `spec${path.replaceAll('/', '.')}: ${message}.`));
  const shortest = Math.min(intervalSec, retryIntervalSec);
  if (timeoutSec > shortest)
    problems.push(
      `timeoutSec: ${timeoutSec} is longer than ${shortest}, the shorter interval. Shorten it or raise the interval.`,
    );
  if (problems.length > 0) throw badRequest('invalid_check', problems.join(' '));
}

const toColumns = (settings: Settings, nowMs: number) => ({
  name: settings.name,
  kind: settings.kind,
  spec: json(settings.spec),
  interval_sec: settings.intervalSec,
  retry_interval_sec: settings.retryIntervalSec,
  max_attempts: settings.maxAttempts,
  timeout_sec: settings.timeoutSec,
  enabled: settings.enabled,
  settings: json(settings.settings),
  updated_at_ms: nowMs,
});

/** What was changed, for the audit trail; the spec may hold a password, so only its name. */
const changedKeys = ({ version, spec, ...change }: CheckChange): Record<string, unknown> => ({
  ...change,
  ...(version !== undefined && { fromVersion: version }),
  ...(spec && { spec: '[changed]' }),
});
