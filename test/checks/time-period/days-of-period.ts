// Compiles one period for a test and reads it in the words of a calendar.

import type { TimePeriod } from '#checks/time-period/time-period.ts';
import { compileTimePeriods, type TimePeriodDefinition } from '#checks/time-period/compile-periods.ts';
import { createTimeZone, UTC, type TimeZone } from '#checks/time-period/time-zone.ts';

export function zoneNamed(name: string): TimeZone {
  const zone = createTimeZone(name);
  if (!zone) throw new Error(`no time zone ${name}`);
  return zone;
}

export const berlin = zoneNamed('Europe/Berlin');

/** The first definition, compiled; the others are those that it may exclude. */
export function periodOf(
  definition: TimePeriodDefinition,
  zone = UTC,
  others: TimePeriodDefinition[] = [],
): TimePeriod {
  const { periods, problems } = compileTimePeriods([{ timeperiod_name: 'p', ...definition }, ...others], zone);
  const period = periods.get('p');
  if (!period) throw new Error(JSON.stringify(problems));
  return period;
}

export const at = (text: string): number => Date.parse(text);
export const iso = (atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : new Date(atMs).toISOString().replace('.000Z', 'Z');
