// One line of a time period in a Nagios file, and the one way in which it is kept: as the
// object cache of Nagios writes it. What it means is time-period's business. Spec §7.4.

import { dateText } from '../time-period/civil-date.ts';
import type { DayRule, MonthDay, NthWeekday } from '../time-period/day-rule.ts';
import { parseDayTimes } from '../time-period/day-times.ts';
import { parseDayRule } from '../time-period/parse-day-rule.ts';

export interface PeriodLine {
  /** `monday`, `april 10 - may 15 / 2`. */
  day: string;
  isWeekday: boolean;
  /** `09:00-12:30`, in the order given. */
  times: string[];
}

/** Where the times begin: `april 10 - may 15 / 2` | `01:00-02:00`. */
const TIMES_AT = /(?<=\s)\d{1,2}:/;

/** Name and value of the directive together, since a parser cuts them at the first blank: `april`, `10 - may …`. */
export function parsePeriodLine(line: string): ({ ok: true } & PeriodLine) | { ok: false; message: string } {
  const at = line.search(TIMES_AT);
  if (at < 0) return { ok: false, message: 'a day and its times are accepted, such as monday 09:00-17:00' };
  const day = parseDayRule(line.slice(0, at));
  if (!day.ok) return day;
  // Blanks part times for Nagios too.
  const given = line
    .slice(at)
    .trim()
    .replaceAll(/\s*-\s*/g, '-')
    .split(/[\s,]+/)
    .filter((time) => time !== '');
  const times = parseDayTimes(given.join(','));
  if (!times.ok) return times;
  return { ok: true, day: writeDay(day.rule), isWeekday: day.rule.class === 'weekday', times: given.map(padded) };
}

/** `9:00-17:00` is `09:00-17:00`. */
const padded = (time: string): string => time.replaceAll(/(?<!\d)\d:/g, '0$&');

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = 'january february march april may june july august september october november december'.split(' ');

function writeDay(rule: DayRule): string {
  switch (rule.class) {
    case 'weekday':
      return WEEKDAYS[rule.weekday] ?? '';
    case 'date':
      return rule.to === Infinity
        ? `${dateText(rule.from)} / ${rule.everyDays}`
        : span(dateText(rule.from), dateText(rule.to), rule.everyDays);
    case 'month_day': {
      const [from, to] = [`day ${rule.from.day}`, `day ${rule.to.day}`];
      return from === to ? from : span(from, String(rule.to.day), rule.everyDays);
    }
    case 'month_date':
      return span(monthDay(rule.from), monthDay(rule.to), rule.everyDays);
    case 'nth_weekday':
      return span(nthWeekday(rule.from), nthWeekday(rule.to), rule.everyDays);
    case 'month_weekday':
      return span(inMonth(rule.from), inMonth(rule.to), rule.everyDays);
    default:
      return rule satisfies never;
  }
}

const monthDay = ({ month, day }: MonthDay & { month: number }): string => `${MONTHS[month - 1]} ${day}`;
const nthWeekday = ({ weekday, nth }: NthWeekday): string => `${WEEKDAYS[weekday]} ${nth}`;
const inMonth = (end: NthWeekday & { month: number }): string => `${nthWeekday(end)} ${MONTHS[end.month - 1]}`;

const span = (from: string, to: string, everyDays: number): string =>
  from === to ? from : `${from} - ${to}${everyDays > 1 ? ` / ${everyDays}` : ''}`;
