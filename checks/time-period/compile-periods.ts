// Compiles the time periods of a configuration together, because they exclude one
// another. A period with a problem is left out, and so is each that excludes it.

import { DAY_MS } from './civil-date.ts';
import { compileDaySchedule, type DaySchedule } from './day-schedule.ts';
import { subtractRanges, toRangeList, type RangeList, type TimeRange } from './range-list.ts';
import { rememberDays, type TimePeriod } from './time-period.ts';
import { createTimeZone, type TimeZone } from './time-zone.ts';

/**
 * Directives by name, inheritance already resolved: `timeperiod_name`, `alias`, `exclude` (names, comma or list),
 * `use_timezone` (IANA name; ours), and day forms with their times. A directive that occurs several times is a list.
 */
export type TimePeriodDefinition = Readonly<Record<string, string | readonly string[]>>;

interface TimePeriodProblem {
  /** Name of the period, or '' where it has none. */
  period: string;
  /** The directive as given. */
  given: string;
  /** What is wrong and what is accepted. */
  message: string;
}

interface Draft {
  name: string;
  alias: string;
  excludes: string[];
  zone: TimeZone;
  schedule: DaySchedule;
}

const OTHER_DIRECTIVES = new Set(['timeperiod_name', 'alias', 'exclude', 'use_timezone', 'name', 'register', 'use']);

/** All problems of all periods at once; `zone` is for periods that name none. Never throws. */
export function compileTimePeriods(
  definitions: readonly TimePeriodDefinition[],
  zone: TimeZone,
): { periods: Map<string, TimePeriod>; problems: TimePeriodProblem[] } {
  const problems: TimePeriodProblem[] = [];
  const drafts = new Map<string, Draft>();
  const broken = new Set<string>();
  for (const definition of definitions) {
    const { draft, found } = readDefinition(definition, zone);
    if (drafts.has(draft.name) || broken.has(draft.name))
      found.push({ given: `timeperiod_name ${draft.name}`, message: 'is defined twice; the first is kept' });
    else if (found.length > 0) broken.add(draft.name);
    else drafts.set(draft.name, draft);
    problems.push(...found.map((problem) => ({ period: draft.name, ...problem })));
  }

  const periods = new Map<string, TimePeriod>();
  const refused = new Set<string>();
  const resolve = (draft: Draft, path: readonly string[]): TimePeriod | undefined => {
    const known = periods.get(draft.name);
    if (known || refused.has(draft.name)) return known;
    const here = [...path, draft.name];
    const excluded: TimePeriod[] = [];
    for (const name of draft.excludes) {
      const other = drafts.get(name);
      const message = here.includes(name)
        ? `excludes itself: ${[...here.slice(here.indexOf(name)), name].join(' → ')}`
        : !other && !broken.has(name)
          ? `${JSON.stringify(name)} is not a time period. Known: ${[...drafts.keys()].join(', ')}`
          : undefined;
      const period = other && message === undefined ? resolve(other, here) : undefined;
      if (period) excluded.push(period);
      else {
        refused.add(draft.name);
        problems.push({
          period: draft.name,
          given: `exclude ${name}`,
          message: message ?? `${JSON.stringify(name)} has a problem of its own`,
        });
      }
    }
    if (refused.has(draft.name)) return undefined;
    const period = compilePeriod(draft, excluded);
    periods.set(draft.name, period);
    return period;
  };
  for (const draft of drafts.values()) resolve(draft, []);
  return { periods, problems };
}

function readDefinition(definition: TimePeriodDefinition, defaultZone: TimeZone) {
  const name = textOf(definition['timeperiod_name']);
  const directives = Object.entries(definition)
    .filter(([key]) => !OTHER_DIRECTIVES.has(key))
    .flatMap(([key, value]) => [value].flat().map((times): [string, string] => [key, times]));
  const { schedule, problems: found } = compileDaySchedule(directives);
  if (name === '') found.push({ given: 'timeperiod_name', message: 'is missing' });
  const zoneName = textOf(definition['use_timezone']);
  const zone = zoneName === '' ? defaultZone : createTimeZone(zoneName);
  if (!zone)
    found.push({ given: `use_timezone ${zoneName}`, message: 'is not a time zone; accepted: such as Europe/Berlin' });
  const excludes = [definition['exclude'] ?? []]
    .flat()
    .flatMap((list) => list.split(','))
    .map((other) => other.trim())
    .filter((other) => other !== '');
  const alias = textOf(definition['alias']) || name;
  const draft: Draft = { name, alias, excludes, zone: zone ?? defaultZone, schedule };
  return { draft, found };
}

const textOf = (value: string | readonly string[] | undefined): string => ([value ?? ''].flat()[0] ?? '').trim();

function compilePeriod({ name, alias, zone, schedule }: Draft, excluded: readonly TimePeriod[]): TimePeriod {
  const rangesOfUtcDay = rememberDays((utcDay) =>
    excluded.reduce<RangeList>(
      (left, other) => subtractRanges(left, other.rangesOfUtcDay(utcDay)),
      ownRanges(zone, schedule, utcDay),
    ),
  );
  return { name, alias, zoneName: zone.name, rangesOfUtcDay };
}

/** One span of constant offset after the other: within it, the clock on the wall only runs forward. */
function ownRanges(zone: TimeZone, schedule: DaySchedule, utcDay: number): RangeList {
  const ranges: TimeRange[] = [];
  for (const { fromMs, toMs, offsetMs } of zone.spansOfUtcDay(utcDay)) {
    const lastLocalDay = Math.floor((toMs - 1 + offsetMs) / DAY_MS);
    for (let localDay = Math.floor((fromMs + offsetMs) / DAY_MS); localDay <= lastLocalDay; localDay++) {
      const midnightMs = localDay * DAY_MS - offsetMs;
      for (const times of schedule(localDay))
        ranges.push({
          fromMs: Math.max(fromMs, midnightMs + times.fromMs),
          toMs: Math.min(toMs, midnightMs + times.toMs),
        });
    }
  }
  return toRangeList(ranges);
}
