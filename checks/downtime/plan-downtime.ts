// Downtimes planned and cancelled: the rows, the requests to whoever runs the objects, and
// the events, all in the caller's transaction.

import type { NewEvent } from '#kernel/domain/event.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Trx } from '#store/postgres.ts';
import { putRequests, type EngineRequest } from '../engine/inbox.ts';

export interface NewDowntime {
  hostId: string;
  /** null = the host as such, which mutes its services too. */
  checkId: string | null;
  startsAtMs: number;
  endsAtMs: number;
  isFixed: boolean;
  /** Of a flexible one, from its first problem on. */
  durationMs: number;
  /** Begins and ends with that downtime. */
  triggeredBy: string | null;
  author: string;
  comment: string;
  /** The recurring downtime that this is one occurrence of; an occurrence is planned once for each version of it. */
  recurring?: { id: string; version: number };
  /** Names those that are planned together, so that they can be shown and cancelled together. */
  batch?: string;
}

const ROWS_AT_ONCE = 500;
const CANCELLED_AT_ONCE = 5000;

interface ObjectOfDowntime {
  hostName: string;
  /** Absent for a host as such. */
  checkName?: string;
  objectId: string;
}

/** In the order given; null for an occurrence that was planned before. Hosts and checks exist. */
export async function planDowntimes(
  trx: Trx,
  downtimes: readonly NewDowntime[],
  nowMs: number,
): Promise<(string | null)[]> {
  const objects = await objectsOf(trx, downtimes);
  const known = downtimes.filter((downtime) => objects.has(keyOf(downtime)));
  const inserted: (string | undefined)[] = [];
  for (let at = 0; at < known.length; at += ROWS_AT_ONCE)
    inserted.push(...(await insert(trx, known.slice(at, at + ROWS_AT_ONCE), nowMs)));
  const idOf = new Map(known.map((downtime, at) => [downtime, inserted[at]]));
  const ids: (string | null)[] = [];
  const requests: EngineRequest[] = [];
  const events: NewEvent[] = [];
  for (const downtime of downtimes) {
    const object = objects.get(keyOf(downtime));
    const id = idOf.get(downtime);
    ids.push(id ?? null);
    if (!object || id === undefined) continue;
    const { hostId, startsAtMs, endsAtMs, isFixed, durationMs, triggeredBy, author, comment } = downtime;
    requests.push({
      hostId,
      objectId: object.objectId,
      do: 'plan_downtime',
      downtime: {
        id,
        kind: isFixed ? 'fixed' : 'flexible',
        startAtMs: startsAtMs,
        endAtMs: endsAtMs,
        durationMs,
        triggeredBy,
        by: author,
        comment,
        runsUntilMs: null,
      },
    });
    events.push({
      kind: 'downtime.scheduled',
      atMs: nowMs,
      hostId,
      ...(downtime.checkId !== null && { checkId: downtime.checkId }),
      data: {
        downtimeId: id,
        ...(object.checkName !== undefined && { checkName: object.checkName }),
        hostName: object.hostName,
        by: author,
        comment,
        startsAtMs,
        endsAtMs,
      },
    });
  }
  await putRequests(trx, requests, nowMs);
  await appendEvents(trx, events);
  return ids;
}

/** Ids in the order given; none for what was planned before. */
async function insert(trx: Trx, downtimes: readonly NewDowntime[], nowMs: number): Promise<(string | undefined)[]> {
  const rows = await trx
    .insertInto('downtime')
    .values(
      downtimes.map((downtime) => ({
        host_id: downtime.hostId,
        check_id: downtime.checkId,
        author: downtime.author,
        comment: downtime.comment,
        starts_at_ms: Math.round(downtime.startsAtMs),
        ends_at_ms: Math.round(downtime.endsAtMs),
        is_fixed: downtime.isFixed,
        duration_ms: Math.round(downtime.durationMs),
        triggered_by: downtime.triggeredBy === null ? null : Number(downtime.triggeredBy),
        recurring_id: downtime.recurring?.id ?? null,
        recurring_version: downtime.recurring?.version ?? null,
        batch: downtime.batch ?? null,
        status: 'pending',
        entered_at_ms: nowMs,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(['id', 'host_id', 'check_id', 'starts_at_ms'])
    .execute();
  // What conflicted is not returned: rows find their downtime by what they are about, each once.
  const left = new Map<string, string[]>();
  const placeOf = (hostId: string, checkId: string | null, startMs: number): string =>
    `${hostId} ${checkId ?? ''} ${startMs}`;
  for (const row of rows) {
    const place = placeOf(row.host_id, row.check_id, row.starts_at_ms);
    left.set(place, [...(left.get(place) ?? []), String(row.id)]);
  }
  return downtimes.map((downtime) =>
    left.get(placeOf(downtime.hostId, downtime.checkId, Math.round(downtime.startsAtMs)))?.shift(),
  );
}

/** Cancels those that are pending or under way; unknown and finished ids are left out of the count. */
export async function cancelDowntimes(trx: Trx, ids: readonly string[], by: string, nowMs: number): Promise<number> {
  const numbers = ids.map(Number).filter(Number.isSafeInteger);
  let cancelled = 0;
  for (let at = 0; at < numbers.length; at += CANCELLED_AT_ONCE)
    cancelled += await cancelSome(trx, numbers.slice(at, at + CANCELLED_AT_ONCE), by, nowMs);
  return cancelled;
}

async function cancelSome(trx: Trx, ids: readonly number[], by: string, nowMs: number): Promise<number> {
  const rows = await trx
    .selectFrom('downtime')
    .select(['id', 'host_id', 'check_id'])
    .where('id', 'in', ids)
    .where('status', 'in', ['pending', 'active'])
    .execute();
  const subjects = rows.map((row) => ({ id: String(row.id), hostId: row.host_id, checkId: row.check_id }));
  const objects = await objectsOf(trx, subjects);
  const requests = subjects.flatMap((subject): EngineRequest[] => {
    const object = objects.get(keyOf(subject));
    if (!object) return [];
    return [{ hostId: subject.hostId, objectId: object.objectId, do: 'cancel_downtime', downtimeId: subject.id, by }];
  });
  await putRequests(trx, requests, nowMs);
  return rows.length;
}

type Subject = { hostId: string; checkId: string | null };

const keyOf = ({ hostId, checkId }: Subject): string => checkId ?? hostId;

/** A downtime of a host as such belongs to its own check, where it has one. */
async function objectsOf(trx: Trx, subjects: readonly Subject[]): Promise<Map<string, ObjectOfDowntime>> {
  const hostIds = [...new Set(subjects.map(({ hostId }) => hostId))];
  if (hostIds.length === 0) return new Map();
  const hosts = await trx
    .selectFrom('host as h')
    .leftJoin('check as c', (join) => join.onRef('c.host_id', '=', 'h.id').on('c.object', '=', 'host'))
    .select(['h.id', 'h.name', 'c.id as own_check_id'])
    .where('h.id', 'in', hostIds)
    .execute();
  const found = new Map<string, ObjectOfDowntime>();
  const names = new Map<string, string>();
  for (const { id, name, own_check_id: own } of hosts) {
    names.set(id, name);
    found.set(id, { hostName: name, objectId: own ?? id });
    if (own) found.set(own, { hostName: name, objectId: own });
  }
  const checkIds = subjects.flatMap(({ checkId }) => (checkId === null ? [] : [checkId]));
  if (checkIds.length === 0) return found;
  const checks = await trx
    .selectFrom('check')
    .select(['id', 'name', 'host_id', 'object'])
    .where('id', 'in', checkIds)
    .execute();
  for (const { id, name, host_id: hostId, object } of checks)
    if (object === 'service') found.set(id, { hostName: names.get(hostId) ?? '', checkName: name, objectId: id });
  return found;
}
