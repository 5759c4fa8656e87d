// Threshold ranges of the plugin API: [@]start:end. A value outside the range
// alerts; with @ a value inside does. Both ends belong to the range (spec §1.4).

import type { Decoded } from '#kernel/errors.ts';
import type { ServiceState } from '#kernel/domain/check-state.ts';

export interface ThresholdRange {
  /** -Infinity for `~`. */
  start: number;
  /** Infinity when left open. */
  end: number;
  alertsInside: boolean;
}

const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)$/;

/**
 * Refuses what the C plugins read as 0 (`abc`, `@`, `~`) or as "no threshold" (''): a typing
 * error must show when the check is saved, not stay silent until the night it is needed.
 */
export function parseThresholdRange(text: string): Decoded<ThresholdRange> {
  const alertsInside = text.startsWith('@');
  const bodyAt = alertsInside ? 1 : 0;
  const body = text.slice(bodyAt);
  if (body === '')
    return { ok: false, reason: 'a range needs at least one number, such as 10, 10: or ~:10', at: bodyAt };

  const colon = body.indexOf(':');
  const startText = colon < 0 ? '' : body.slice(0, colon);
  const endText = colon < 0 ? body : body.slice(colon + 1);
  const endAt = bodyAt + (colon < 0 ? 0 : colon + 1);
  const start = startText === '' ? 0 : startText === '~' ? -Infinity : toNumber(startText);
  const end = colon >= 0 && endText === '' ? Infinity : toNumber(endText);
  if (start === undefined)
    return { ok: false, reason: `${JSON.stringify(startText)} is not a number or ~`, at: bodyAt };
  if (end === undefined) return { ok: false, reason: `${JSON.stringify(endText)} is not a number`, at: endAt };
  if (start > end) return { ok: false, reason: `the start ${start} is above the end ${end}`, at: bodyAt };
  return { ok: true, value: { start, end, alertsInside } };
}

export const isAlerting = (range: ThresholdRange, value: number): boolean =>
  (value >= range.start && value <= range.end) === range.alertsInside;

/** Critical is looked at first, then warning, as every plugin does. */
export function judgeValue(value: number, ranges: { warn?: ThresholdRange; crit?: ThresholdRange }): ServiceState {
  if (ranges.crit && isAlerting(ranges.crit, value)) return 'critical';
  if (ranges.warn && isAlerting(ranges.warn, value)) return 'warning';
  return 'ok';
}

function toNumber(text: string): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}
