// A recurring downtime while it is being written, and what is sent of it. Pure.

import type { DowntimeSchedule, RecurringDowntime, RecurringOrder } from '#web/contract/downtimes.ts';
import { EMPTY_TARGET, namesSomething, targetDraftOf, targetToSend, type TargetDraft } from './downtime-draft.ts';

export interface DayDraft {
  day: string;
  times: string;
}

export interface RecurringDraft extends TargetDraft {
  name: string;
  zone: string;
  days: DayDraft[];
  kind: 'fixed' | 'flexible';
  minutes: number;
  comment: string;
  enabled: boolean;
}

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

export function recurringDraftOf(recurring: RecurringDowntime | null, zone: string): RecurringDraft {
  if (!recurring)
    return {
      ...{ ...EMPTY_TARGET, name: '', zone, days: [{ day: 'sunday', times: '02:00-04:00' }] },
      ...{ kind: 'fixed', minutes: 60, comment: '', enabled: true },
    };
  const { name, target, schedule, fixed, durationSec, comment, enabled } = recurring;
  return {
    ...{ ...targetDraftOf(target), name, zone: schedule.zone, comment, enabled },
    days: Object.entries(schedule.days).map(([day, times]) => ({ day, times })),
    kind: fixed ? 'fixed' : 'flexible',
    minutes: fixed ? 60 : Math.round(durationSec / 60),
  };
}

/** Null while a day has no times. Days that are given twice have all their times. */
export function scheduleOf({ zone, days }: Pick<RecurringDraft, 'zone' | 'days'>): DowntimeSchedule | null {
  const byDay = new Map<string, string>();
  for (const { day, times } of days) {
    const name = day.trim().toLowerCase();
    if (name === '' || times.trim() === '') return null;
    const before = byDay.get(name);
    byDay.set(name, before === undefined ? times.trim() : `${before},${times.trim()}`);
  }
  return byDay.size === 0 || zone.trim() === '' ? null : { zone: zone.trim(), days: Object.fromEntries(byDay) };
}

export function recurringOrderOf(draft: RecurringDraft): RecurringOrder | null {
  const schedule = scheduleOf(draft);
  const target = targetToSend(draft);
  const [name, comment] = [draft.name.trim(), draft.comment.trim()];
  if (!schedule || !namesSomething(target) || name === '' || comment === '') return null;
  const isFixed = draft.kind === 'fixed';
  return {
    ...{ name, target, schedule, comment, enabled: draft.enabled, fixed: isFixed },
    ...(!isFixed && { durationSec: draft.minutes * 60 }),
  };
}

/** "monday 02:00-03:00, friday 02:00-03:00". */
export const scheduleText = ({ days }: DowntimeSchedule): string =>
  Object.entries(days)
    .map(([day, times]) => `${day} ${times}`)
    .join(', ');
