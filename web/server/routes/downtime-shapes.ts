// Between downtimes as the API shows them and as checks have them. Pure.

import type {
  DowntimeBatch as BatchRecord,
  DowntimeFilter,
  DowntimeRecord,
  DowntimeTarget as Target,
  Occurrence,
  RecurringOrder as RecurringOrderRecord,
  RecurringRecord,
} from '#checks/api.ts';
import { badRequest } from '#kernel/errors.ts';
import type {
  Downtime,
  DowntimeBatch,
  DowntimeChoice,
  DowntimeTarget,
  RecurringDowntime,
  RecurringOrder,
} from '#web/contract/downtimes.ts';
import { instant, instantOrNull } from '#web/contract/shared.ts';

interface FilterQuery extends Omit<DowntimeFilter, 'fromMs' | 'toMs'> {
  from?: string;
  to?: string;
}

export const toFilter = ({ from, to, ...filter }: FilterQuery): DowntimeFilter => ({
  ...filter,
  ...(from !== undefined && { fromMs: Date.parse(from) }),
  ...(to !== undefined && { toMs: Date.parse(to) }),
});

export const toTarget = ({ q, ...target }: DowntimeTarget): Target => ({
  hostIds: target.hostIds ?? [],
  checkIds: target.checkIds ?? [],
  groupIds: target.groupIds ?? [],
  serviceGroups: target.serviceGroups ?? [],
  filter: q ?? null,
  withServices: target.withServices ?? false,
  children: target.children ?? 'none',
});

const fromTarget = ({ filter, ...target }: Target): DowntimeTarget => ({
  ...target,
  ...(filter !== null && { q: filter }),
});

/** Throws `invalid_request` (400) unless exactly one end is given. */
export function toTime(
  { from, until, forSec }: { from?: string; until?: string; forSec?: number },
  nowMs: number,
): { startsAtMs: number; endsAtMs: number } {
  const startsAtMs = from === undefined ? nowMs : Date.parse(from);
  if (until !== undefined && forSec === undefined) return { startsAtMs, endsAtMs: Date.parse(until) };
  if (forSec !== undefined && until === undefined) return { startsAtMs, endsAtMs: startsAtMs + forSec * 1000 };
  throw badRequest('invalid_request', 'Give either until or forSec.');
}

export const toChoice = ({ ids = [], batches = [] }: DowntimeChoice) => {
  if (ids.length + batches.length === 0) throw badRequest('invalid_request', 'Give ids or batches.');
  return { ids, batches };
};

export function toDowntime(record: DowntimeRecord): Downtime {
  const { startsAtMs, endsAtMs, isFixed, durationMs, beganAtMs, overAtMs, enteredAtMs, ...rest } = record;
  return {
    ...rest,
    startsAt: instant(startsAtMs),
    endsAt: instant(endsAtMs),
    fixed: isFixed,
    durationSec: durationMs / 1000,
    beganAt: instantOrNull(beganAtMs),
    overAt: instantOrNull(overAtMs),
    enteredAt: instant(enteredAtMs),
  };
}

export const toBatch = ({ startsAtMs, endsAtMs, isFixed, durationMs, ...rest }: BatchRecord): DowntimeBatch => ({
  ...rest,
  startsAt: instant(startsAtMs),
  endsAt: instant(endsAtMs),
  fixed: isFixed,
  durationSec: durationMs / 1000,
});

export const toOccurrence = ({ startMs, endMs }: Occurrence) => ({
  startsAt: instant(startMs),
  endsAt: instant(endMs),
});

export const toRecurring = (record: RecurringRecord): RecurringDowntime => {
  const { target, isFixed, durationMs, createdAtMs, next, ...rest } = record;
  return {
    ...rest,
    target: fromTarget(target),
    fixed: isFixed,
    durationSec: durationMs / 1000,
    createdAt: instant(createdAtMs),
    next: next.map(toOccurrence),
  };
};

export const toRecurringOrder = (order: RecurringOrder): RecurringOrderRecord => ({
  name: order.name.trim(),
  target: toTarget(order.target),
  schedule: order.schedule,
  isFixed: order.fixed ?? true,
  durationMs: (order.fixed ?? true) ? 0 : (order.durationSec ?? 0) * 1000,
  comment: order.comment.trim(),
  enabled: order.enabled ?? true,
});
