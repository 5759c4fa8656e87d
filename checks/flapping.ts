// How restless an object is: the weighted share of changes among its last 21
// recorded states. Which states are recorded is the state machines' business.

/** 21 states make 20 transitions. */
const HISTORY_LENGTH = 21;

export interface FlapSettings {
  isEnabled: boolean;
  /** Flapping ends at or below this percentage. */
  lowPercent: number;
  /** Flapping begins at or above this percentage. */
  highPercent: number;
}

/** Compiled defaults of Nagios 4. */
export const DEFAULT_FLAP_SETTINGS: FlapSettings = { isEnabled: true, lowPercent: 20, highPercent: 30 };

/** A new object counts as having been quiet forever. */
export const quietHistory = <State>(state: State): State[] => Array.from({ length: HISTORY_LENGTH }, () => state);

/** Drops the oldest state and adds `state` as the newest. */
export const recordState = <State>(history: readonly State[], state: State): State[] => [...history.slice(1), state];

/**
 * 0 to 100. Newer changes weigh more: 0.75 for the oldest transition, 1.25 for the newest. The
 * manual says 0.8 to 1.2, the program does this (spec §3.5, recorded): one change just now is 6.25 %.
 */
export function changePercent(history: readonly unknown[]): number {
  let weight = 0;
  for (let i = 1; i < history.length; i++) {
    if (history[i] !== history[i - 1]) weight += 0.75 + ((i - 1) * 0.5) / (HISTORY_LENGTH - 2);
  }
  return (weight * 100) / (HISTORY_LENGTH - 1);
}

/** Between the two thresholds the verdict stays as it was; switching detection off clears it. */
export function decideFlapping(wasFlapping: boolean, percent: number, settings: FlapSettings): boolean {
  if (!settings.isEnabled) return false;
  if (percent >= settings.highPercent) return true;
  if (percent <= settings.lowPercent) return false;
  return wasFlapping;
}
