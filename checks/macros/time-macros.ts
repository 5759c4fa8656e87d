// Macros of date and time, in the formats of Nagios.

import { civilDateOf, DAY_MS, weekdayOf } from '../time-period/civil-date.ts';
import { isInPeriod, nextValidMs } from '../time-period/time-period.ts';
import type { MacroFacts } from './macro-facts.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

type TimeFacts = Pick<MacroFacts, 'nowMs' | 'zone' | 'dateFormat' | 'findTimePeriod'>;

/** `args` of an on-demand macro: `ISVALIDTIME:period:epoch seconds`, now without the latter. */
export const TIME_MACROS: Readonly<Record<string, (facts: TimeFacts, args: readonly string[]) => string | undefined>> =
  {
    TIMET: ({ nowMs }) => epochSec(nowMs),
    DATE: (facts) => dateText(facts),
    TIME: (facts) => timeText(facts),
    SHORTDATETIME: (facts) =>
      `${dateText(facts)}${facts.dateFormat === 'strict-iso8601' ? 'T' : ' '}${timeText(facts)}`,
    LONGDATETIME: (facts) => {
      const { year, month, day, localDay } = wallClock(facts);
      // Nagios names the zone by its abbreviation, which is known only for some; the offset says the same.
      const zone = facts.zone.name === 'UTC' ? 'UTC' : offsetText(facts.zone.offsetMs(facts.nowMs));
      return `${WEEKDAYS[weekdayOf(localDay)]} ${MONTHS[month - 1]} ${day} ${timeText(facts)} ${zone} ${year}`;
    },
    ISVALIDTIME: ({ findTimePeriod, nowMs }, [name = '', at]) => {
      const period = findTimePeriod(name);
      return period && (isInPeriod(period, instantOf(at, nowMs)) ? '1' : '0');
    },
    /** 0 when there is none. */
    NEXTVALIDTIME: ({ findTimePeriod, nowMs }, [name = '', at]) => {
      const period = findTimePeriod(name);
      return period && epochSec(nextValidMs(period, instantOf(at, nowMs)) ?? 0);
    },
  };

/** Whole seconds, as Nagios writes instants; 0 = never. */
export const epochSec = (atMs: number): string => String(Math.floor(atMs / 1000));

const instantOf = (seconds: string | undefined, nowMs: number): number =>
  seconds !== undefined && /^\d{1,11}$/.test(seconds) ? Number(seconds) * 1000 : nowMs;

function wallClock({ nowMs, zone }: TimeFacts) {
  const wallMs = nowMs + zone.offsetMs(nowMs);
  const localDay = Math.floor(wallMs / DAY_MS);
  return { ...civilDateOf(localDay), localDay, sinceMidnightSec: Math.floor((wallMs - localDay * DAY_MS) / 1000) };
}

const two = (value: number): string => String(value).padStart(2, '0');

function dateText(facts: TimeFacts): string {
  const { year, month, day } = wallClock(facts);
  switch (facts.dateFormat) {
    case 'us':
      return `${two(month)}-${two(day)}-${year}`;
    case 'euro':
      return `${two(day)}-${two(month)}-${year}`;
    case 'iso8601':
    case 'strict-iso8601':
      return `${year}-${two(month)}-${two(day)}`;
    default:
      return facts.dateFormat satisfies never;
  }
}

function timeText(facts: TimeFacts): string {
  const { sinceMidnightSec: sec } = wallClock(facts);
  return `${two(Math.floor(sec / 3600))}:${two(Math.floor(sec / 60) % 60)}:${two(sec % 60)}`;
}

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / 60_000;
  return `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`;
}
