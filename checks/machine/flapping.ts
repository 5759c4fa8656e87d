// How restless an object is: the weighted share of changes among its last 21 recorded
// states. Which states are recorded is the business of the two machines.

import type { FlapWeights } from './settings.ts';

/** 21 states make 20 transitions. */
const HISTORY_LENGTH = 21;

/** A new object counts as having been quiet forever. */
export const quietHistory = (): string => '0'.repeat(HISTORY_LENGTH);

const QUIET = quietHistory();

/** Drops the oldest digit and adds `code`, 0 to 3, as the newest. */
export const recordState = (history: string, code: number): string =>
  code === 0 && history === QUIET ? history : history.slice(1) + code;

/**
 * 0 to 100. Newer changes weigh more. Nagios's manual says 0.8 to 1.2, its program does 0.75 to 1.25 (§3.5,
 * recorded: one change just now is 6.25 %); Icinga 2 does 0.80 to 1.18.
 */
export function changePercent(history: string, weights: FlapWeights = 'nagios'): number {
  if (history === QUIET) return 0;
  const oldest = weights === 'nagios' ? 0.75 : 0.8;
  const step = weights === 'nagios' ? 0.5 / (HISTORY_LENGTH - 2) : 0.02;
  let weight = 0;
  for (let i = 1; i < history.length; i++) {
    if (history.charCodeAt(i) !== history.charCodeAt(i - 1)) weight += oldest + (i - 1) * step;
  }
  return (weight * 100) / (HISTORY_LENGTH - 1);
}

export interface FlapLimits {
  isEnabled: boolean;
  /** Flapping ends at or below. */
  lowPercent: number;
  /** Flapping begins at or above. */
  highPercent: number;
}

/** Between the two limits the verdict stays as it was; switching detection off clears it. */
export function decideFlapping(wasFlapping: boolean, percent: number, limits: FlapLimits): boolean {
  if (!limits.isEnabled) return false;
  if (percent >= limits.highPercent) return true;
  if (percent <= limits.lowPercent) return false;
  return wasFlapping;
}
