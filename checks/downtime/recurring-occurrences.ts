// When a recurring downtime happens next. Pure.

import type { Occurrence, RecurringSchedule } from '../downtime-api.ts';
import { compileRecurring, occurrences } from '../time-period/recurring-schedule.ts';
import { createTimeZone } from '../time-period/time-zone.ts';

const DAY_MS = 86_400_000;
/** A first of February that is a Monday comes within eleven years; whoever plans that far is shown nothing. */
const LOOKED_AHEAD_DAYS = 800;

/** Those with a part between the instants, by start; none for a schedule that does not compile. */
export function occurrencesOf({ zone, days }: RecurringSchedule, fromMs: number, toMs: number): Occurrence[] {
  const timeZone = createTimeZone(zone);
  if (!timeZone) return [];
  return occurrences(compileRecurring({ ranges: days }).schedule, timeZone, fromMs, toMs);
}

/** The first `count` that are not over. */
export function nextOccurrences(schedule: RecurringSchedule, nowMs: number, count: number): Occurrence[] {
  const found = new Map<number, Occurrence>();
  // Most repeat within days: the far future is computed only where there is little before it.
  for (let days = 8; found.size < count && days <= LOOKED_AHEAD_DAYS; days *= 10)
    for (const occurrence of occurrencesOf(schedule, nowMs, nowMs + days * DAY_MS))
      found.set(occurrence.startMs, occurrence);
  return [...found.values()].toSorted((a, b) => a.startMs - b.startMs).slice(0, count);
}
