// The limits that count for a host, and how they read in a sentence. Pure.

import { parseThresholdRange, type ThresholdRange } from '#wire/threshold-range.ts';
import type { MetricSpec } from './metric-spec.ts';

export interface Limits {
  warn?: { text: string; range: ThresholdRange };
  crit?: { text: string; range: ThresholdRange };
  /** Group whose override these are. */
  group?: string;
}

/** The first override whose group the host is in replaces the limits that it names. */
export function limitsFor(spec: MetricSpec, groups: readonly string[]): Limits {
  const own = spec.overrides?.find(({ group }) => groups.includes(group));
  const warn = own?.warn ?? spec.warn ?? (spec.sameEverywhere && spec.crit === undefined ? '0' : undefined);
  return {
    ...limit('warn', warn),
    ...limit('crit', own?.crit ?? spec.crit),
    ...(own && { group: own.group }),
  };
}

/** "warning above 5, critical above 8: limits of group db" */
export function describeLimits({ warn, crit, group }: Limits): string {
  const parts = [warn && `warning ${describeRange(warn.range)}`, crit && `critical ${describeRange(crit.range)}`];
  return parts.filter(Boolean).join(', ') + (group === undefined ? '' : `: limits of group ${group}`);
}

/** When a range alerts, in words. */
export function describeRange({ start, end, alertsInside }: ThresholdRange): string {
  if (alertsInside) {
    if (start === -Infinity) return end === Infinity ? 'always' : `at most ${end}`;
    return end === Infinity ? `at least ${start}` : `from ${start} to ${end}`;
  }
  if (start === -Infinity) return end === Infinity ? 'never' : `above ${end}`;
  if (end === Infinity) return `below ${start}`;
  return start === end ? `other than ${start}` : `outside ${start} to ${end}`;
}

/** Ranges that cannot be read are refused when the check is saved. */
function limit<Name extends 'warn' | 'crit'>(name: Name, text: string | undefined): Pick<Limits, Name> {
  const range = text === undefined ? undefined : parseThresholdRange(text);
  return (text !== undefined && range?.ok ? { [name]: { text, range: range.value } } : {}) as Pick<Limits, Name>;
}
