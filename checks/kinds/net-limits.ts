// Nagios ranges of a check's settings: refused when they are none, compiled once, and
// turned into findings that name the number beside its limit.

import Type from 'typebox';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import type { PerfdataMetric } from '#wire/perfdata.ts';
import { judgeValue, parseThresholdRange, type ThresholdRange } from '#wire/threshold-range.ts';
import type { CheckResult } from './check-kind.ts';

const RANGE = 'as a Nagios range (80, 10:, ~:5, @10:20)';
export const rangeSetting = (what: string) =>
  Type.Optional(Type.String({ maxLength: 100, description: `${what} ${RANGE}.` }));

export const LatencySettings = {
  latencyWarn: rangeSetting('WARNING when the seconds it took are outside,'),
  latencyCrit: rangeSetting('CRITICAL when the seconds it took are outside,'),
};

export interface Limits {
  warn?: ThresholdRange;
  crit?: ThresholdRange;
  /** As written, for perfdata and messages. */
  warnText: string | null;
  critText: string | null;
}

const NO_LIMITS: Limits = { warnText: null, critText: null };

/** Texts that are no ranges count as absent; `rangeProblems` has refused them before. */
export function compileLimits(warn: string | undefined, crit: string | undefined): Limits {
  if (warn === undefined && crit === undefined) return NO_LIMITS;
  const warnRange = warn === undefined ? undefined : parseThresholdRange(warn);
  const critRange = crit === undefined ? undefined : parseThresholdRange(crit);
  return {
    ...(warnRange?.ok && { warn: warnRange.value }),
    ...(critRange?.ok && { crit: critRange.value }),
    warnText: warn ?? null,
    critText: crit ?? null,
  };
}

/** `texts` by JSON pointer. */
export const rangeProblems = (texts: Record<string, string | undefined>): { path: string; message: string }[] =>
  Object.entries(texts).flatMap(([path, text]) => {
    const range = text === undefined ? undefined : parseThresholdRange(text);
    return range === undefined || range.ok ? [] : [{ path, message: range.reason }];
  });

/** One thing that a run found, as it stands in the output. */
export interface Finding {
  state: ServiceState;
  text: string;
}

/** Nothing when the value is within its limits. */
export function limitFindings(what: string, value: number, unit: string, limits: Limits): Finding[] {
  const state = judgeValue(value, limits);
  if (state === 'ok') return [];
  const limit = state === 'critical' ? limits.critText : limits.warnText;
  return [{ state, text: `${what} ${shorten(value)}${unit} (limit ${limit})` }];
}

export const shorten = (value: number): string => String(Number(value.toPrecision(6)));

/** `time` of the plugins: seconds, with the time limit as its maximum. */
export const timeMetric = (sec: number, limits: Limits, timeoutMs: number): PerfdataMetric => ({
  label: 'time',
  value: Number(sec.toFixed(6)),
  uom: 's',
  warn: limits.warnText,
  crit: limits.critText,
  min: 0,
  max: timeoutMs / 1000,
});

// Critical before warning before unknown: what is known to be broken is worse than what is not known.
const BY_WEIGHT: readonly ServiceState[] = ['critical', 'warning', 'unknown'];

/**
 * The worst finding decides and stands first: "HTTP CRITICAL - status 500; took 3 s (limit 2) on https://…".
 * Without a finding: "HTTP OK - …".
 */
export function conclude(
  label: string,
  findings: readonly Finding[],
  texts: { ok: string; where: string },
  perfdata = '',
  longOutput = '',
): CheckResult {
  const ranked = BY_WEIGHT.flatMap((state) => findings.filter((finding) => finding.state === state));
  const state = ranked[0]?.state ?? 'ok';
  const said = ranked.length === 0 ? texts.ok : `${ranked.map(({ text }) => text).join('; ')} ${texts.where}`;
  return { state, output: `${label} ${state.toUpperCase()} - ${oneLine(said)}`, longOutput, perfdata };
}

/** What a peer said may hold anything; the first line is text up to the first bar (spec §1.2). */
const oneLine = (text: string): string =>
  text
    .replaceAll(/[\u0000-\u001f\u007f]+/g, ' ')
    .replaceAll('|', '/')
    .trim();
