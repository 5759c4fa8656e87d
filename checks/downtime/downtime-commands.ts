// Downtimes planned and taken back by people, each with its audit entry.

import { sql } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import type { DowntimesApi, DowntimeWindow } from '../downtime-api.ts';
import { idNumbers, ofBatches } from './downtime-list.ts';
import { cancelDowntimes, planDowntimes, type NewDowntime } from './plan-downtime.ts';
import { resolveTarget, type TargetObject } from './resolve-target.ts';
import { refuseTooMany, refuseWindow } from './validate-downtime.ts';

type PlannedTogether = DowntimeWindow & Pick<NewDowntime, 'author' | 'comment' | 'batch' | 'recurring'>;

/**
 * Those that trigger others first, so that their ids are known. A host beneath one that is not planned here (its
 * occurrence was planned before) follows that one's id in `planned`. Returns how many are new.
 */
export async function planObjects(
  trx: Trx,
  objects: readonly TargetObject[],
  downtime: PlannedTogether,
  nowMs: number,
  planned: ReadonlyMap<string, string> = new Map(),
): Promise<number> {
  const toNew = ({ hostId, checkId }: TargetObject, triggeredBy: string | null): NewDowntime => ({
    ...downtime,
    ...{ hostId, checkId, triggeredBy },
  });
  const first = objects.filter(({ triggeredByHostId }) => triggeredByHostId === null);
  const ids = await planDowntimes(
    trx,
    first.map((object) => toNew(object, null)),
    nowMs,
  );
  const hostDowntimes = new Map(planned);
  for (const [at, { hostId, checkId }] of first.entries()) {
    const id = ids[at];
    if (checkId === null && id !== undefined && id !== null) hostDowntimes.set(hostId, id);
  }
  const following = objects.filter(({ triggeredByHostId }) => triggeredByHostId !== null);
  const more = await planDowntimes(
    trx,
    following.map((object) => toNew(object, hostDowntimes.get(object.triggeredByHostId ?? '') ?? null)),
    nowMs,
  );
  return [...ids, ...more].filter((id) => id !== null).length;
}

export function createDowntimeCommands(deps: { db: Db; clock: Clock }): Pick<DowntimesApi, 'schedule' | 'cancel'> {
  const { db, clock } = deps;
  return {
    schedule: (actor, { target, comment, ...window }) =>
      transaction(db, async (trx) => {
        const nowMs = clock.nowMs();
        refuseWindow(window, target, nowMs);
        const objects = await resolveTarget(trx, target, nowMs);
        refuseTooMany(objects.length);
        const batch = uuidv7(nowMs);
        const planned = await planObjects(trx, objects, { ...window, author: actor.label, comment, batch }, nowMs);
        await appendAudit(trx, {
          ...{ atMs: nowMs, actor: actor.label, source: actor.source, action: 'downtime.schedule' },
          ...{ object: `downtime:${batch}`, result: 'done' },
          details: { ...window, comment, planned, target },
        });
        return { batch, planned };
      }),

    cancel: (actor, { ids, batches }) =>
      transaction(db, async (trx) => {
        const nowMs = clock.nowMs();
        const { rows } = await sql<{ id: number }>`
          select d.id from downtime d where d.status in ('pending', 'active')
            and (d.id = any(${idNumbers(ids)}::bigint[]) or ${ofBatches(batches)})`.execute(trx);
        const cancelled = await cancelDowntimes(
          trx,
          rows.map(({ id }) => String(id)),
          actor.label,
          nowMs,
        );
        await appendAudit(trx, {
          ...{ atMs: nowMs, actor: actor.label, source: actor.source, action: 'downtime.cancel' },
          ...{ object: `downtime:${[...batches, ...ids].slice(0, 5).join(',')}`, result: 'done' },
          details: { cancelled, ids: ids.length, batches: batches.length },
        });
        return cancelled;
      }),
  };
}
