// From directives to the times of any day: reads all day forms of one definition and
// applies their priority (spec §7.4: the first class with a matching day decides alone).

import { DAY_CLASSES, isRuleDay, type DayClass, type DayRule } from './day-rule.ts';
import { parseDayTimes, type DayTimes } from './day-times.ts';
import { parseDayRule } from './parse-day-rule.ts';

interface ScheduledDay {
  rule: DayRule;
  times: readonly DayTimes[];
}

export interface DayProblem {
  /** The directive as given. */
  given: string;
  /** What is wrong and what is accepted. */
  message: string;
}

/** Times of a local day (counted from 1970-01-01), by the clock on the wall. */
export type DaySchedule = (localDay: number) => readonly DayTimes[];

/** Where the times begin: `april 10 - may 15 / 2` | `01:00-02:00`. */
const TIMES_AT = /(?<=\s)\d{1,2}:/;

/**
 * `directives`: pairs of what stands before the times and the times, cut at any blank between (a parser of Nagios files
 * cuts at the first: `april` | `10 - may 15 / 2 01:00-02:00`). Within a class the first rule that holds decides, as in
 * Nagios; of a weekday given twice, the last.
 */
export function compileDaySchedule(
  directives: readonly (readonly [string, string])[],
  options: { overnight?: boolean } = {},
): { schedule: DaySchedule; problems: DayProblem[] } {
  const byClass = new Map<DayClass, ScheduledDay[]>(DAY_CLASSES.map((dayClass) => [dayClass, []]));
  const problems: DayProblem[] = [];
  for (const [before, after] of directives) {
    const given = `${before} ${after}`.trim();
    const timesAt = given.search(TIMES_AT);
    if (timesAt < 0) {
      problems.push({
        given,
        message: 'has no times; accepted: HH:MM-HH:MM after the day, 00:00-00:00 for not at all',
      });
      continue;
    }
    const day = parseDayRule(given.slice(0, timesAt));
    const times = parseDayTimes(given.slice(timesAt), options);
    if (!day.ok) problems.push({ given, message: day.message });
    if (!times.ok) problems.push({ given, message: times.message });
    if (!day.ok || !times.ok) continue;
    const scheduled = { rule: day.rule, times: times.times };
    if (day.rule.class === 'weekday') byClass.get('weekday')?.unshift(scheduled);
    else byClass.get(day.rule.class)?.push(scheduled);
  }
  const inOrder = [...byClass.values()].flat();
  return { schedule: (localDay) => inOrder.find(({ rule }) => isRuleDay(rule, localDay))?.times ?? [], problems };
}
