// What a downtime must be to be planned. Pure; all problems at once.

import { badRequest } from '#kernel/errors.ts';
import {
  LONGEST_DOWNTIME_MS,
  MOST_PLANNED,
  type DowntimeTarget,
  type DowntimeWindow,
  type RecurringOrder,
  type RecurringSchedule,
} from '../downtime-api.ts';
import { compileRecurring } from '../time-period/recurring-schedule.ts';
import { createTimeZone } from '../time-period/time-zone.ts';

const SHORTEST_FLEXIBLE_MS = 60_000;

/** Throws `invalid_downtime` with every problem. */
export function refuseWindow(window: DowntimeWindow, target: DowntimeTarget, nowMs: number): void {
  const { startsAtMs, endsAtMs, isFixed, durationMs } = window;
  const problems = targetProblems(target);
  if (endsAtMs <= startsAtMs) problems.push('until: is not after from; accepted: an instant after it.');
  else if (endsAtMs <= nowMs) problems.push('until: is over already; accepted: an instant in the future.');
  if (endsAtMs - startsAtMs > LONGEST_DOWNTIME_MS)
    problems.push('until: is more than 366 days after from; accepted: at most 366 days.');
  if (!isFixed) problems.push(...durationProblems(durationMs));
  refuse(problems);
}

/** Throws `invalid_downtime` with every problem. */
export function refuseRecurring(order: RecurringOrder): void {
  const problems = targetProblems(order.target);
  if (!order.isFixed) problems.push(...durationProblems(order.durationMs));
  problems.push(...scheduleProblems(order.schedule));
  refuse(problems);
}

/** Throws `invalid_downtime` with every problem. */
export const refuseSchedule = (schedule: RecurringSchedule): void => refuse(scheduleProblems(schedule));

function scheduleProblems({ zone, days }: RecurringSchedule): string[] {
  const problems: string[] = [];
  if (!createTimeZone(zone))
    problems.push(`schedule.zone: ${JSON.stringify(zone)} is not a time zone; accepted: such as Europe/Berlin.`);
  if (Object.keys(days).length === 0)
    problems.push('schedule.days: is empty; accepted: days with times, such as monday 02:00-03:00.');
  for (const { given, message } of compileRecurring({ ranges: days }).problems)
    problems.push(`schedule.days: ${given} ${message}.`);
  return problems;
}

export function refuseTooMany(count: number): void {
  if (count > MOST_PLANNED)
    throw badRequest(
      'too_many',
      `The target comes to more than ${MOST_PLANNED} hosts and services, the most that is planned at once. Narrow it, or leave the services to their hosts.`,
    );
  if (count === 0) throw badRequest('invalid_downtime', 'target: nothing is meant by it now. Name a host or a check.');
}

function targetProblems({ hostIds, checkIds, groupIds, serviceGroups, filter }: DowntimeTarget): string[] {
  const isNamed = [hostIds, checkIds, groupIds, serviceGroups].some((list) => list.length > 0);
  // An empty filter catches everything, which nobody means who left a field empty.
  if (isNamed || (filter !== null && filter.trim() !== '')) return [];
  return ['target: names nothing; accepted: hosts, checks, groups, service groups, or a filter.'];
}

function durationProblems(durationMs: number): string[] {
  if (durationMs >= SHORTEST_FLEXIBLE_MS && durationMs <= LONGEST_DOWNTIME_MS) return [];
  return ['durationSec: of a flexible downtime is needed; accepted: 60 s to 366 days.'];
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw badRequest('invalid_downtime', problems.join(' '));
}
