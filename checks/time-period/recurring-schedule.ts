// When a recurring downtime happens: day forms with times, as a time period has them,
// but as single occurrences that are neither lost nor doubled when the clock changes.

import { DAY_MS } from './civil-date.ts';
import { compileDaySchedule, type DayProblem, type DaySchedule } from './day-schedule.ts';
import { isInPeriod, type TimePeriod } from './time-period.ts';
import { localDayOf, wallInstant, type TimeZone } from './time-zone.ts';

export interface RecurringDefinition {
  /** Day forms of time periods: `{monday: '02:00-03:00', 'day -1': '22:00-04:00'}`. */
  ranges: Readonly<Record<string, string | readonly string[]>>;
  /** An occurrence that would begin inside one of these does not happen. */
  excludes?: readonly TimePeriod[];
}

interface RecurringSchedule {
  days: DaySchedule;
  excludes: readonly TimePeriod[];
}

interface Occurrence {
  startMs: number;
  /** Excluded. */
  endMs: number;
}

/** A range may end on the next day here: `22:00-04:00`. */
export function compileRecurring(definition: RecurringDefinition): {
  schedule: RecurringSchedule;
  problems: DayProblem[];
} {
  const directives = Object.entries(definition.ranges).flatMap(([day, times]) =>
    [times].flat().map((each): [string, string] => [day, each]),
  );
  const { schedule, problems } = compileDaySchedule(directives, { overnight: true });
  return { schedule: { days: schedule, excludes: definition.excludes ?? [] }, problems };
}

/**
 * All occurrences that have a part between the two instants, whole, by start. The same occurrence has the same instants
 * whatever is asked, so that a downtime made from it can be found again by its start.
 *
 * When the clock changes, every range of a day still happens exactly once:
 * - its start is skipped: it begins at the jump and keeps its written length (cron runs its jobs then, too);
 * - its start is shown twice: it begins at the first; its end is shown twice: it ends at the second. A job that cron
 *   starts at either of the two is covered;
 * - its end is skipped: it ends at the jump; the change lies between: it ends when the clock says so, an hour longer or shorter.
 */
export function occurrences(schedule: RecurringSchedule, zone: TimeZone, fromMs: number, toMs: number): Occurrence[] {
  const found: Occurrence[] = [];
  // The day before may reach into the first; a start can be late on its day by a jump.
  const lastDay = localDayOf(zone, toMs) + 1;
  for (let localDay = localDayOf(zone, fromMs) - 2; localDay <= lastDay; localDay++) {
    for (const times of schedule.days(localDay)) {
      if (times.toMs === 0 && times.fromMs === 0) continue;
      const isOvernight = times.toMs <= times.fromMs;
      const start = wallInstant(zone, localDay, times.fromMs);
      const end = wallInstant(zone, localDay + (isOvernight ? 1 : 0), times.toMs);
      const writtenMs = times.toMs - times.fromMs + (isOvernight ? DAY_MS : 0);
      const startMs = start.firstMs;
      const endMs = start.isSkipped ? startMs + writtenMs : end.lastMs;
      const isExcluded = schedule.excludes.some((period) => isInPeriod(period, startMs));
      if (startMs < toMs && endMs > fromMs && !isExcluded) found.push({ startMs, endMs });
    }
  }
  return found.toSorted((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}
