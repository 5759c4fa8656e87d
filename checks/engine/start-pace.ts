// How fast due checks may start: a little faster than their steady rate, so that a clump of them
// is worked off evenly instead of as a burst.

import type { Clock } from '#kernel/clock.ts';

const SHARE_OF_RATE = 1.2;
/** A small site is never held up. */
const LEAST_PER_SEC = 20;
const CLUMP_SHARE = 0.02;

export interface StartPace {
  /** True, and counted, when another may start now. */
  take(): boolean;
  /** How long until one may, at least 1. */
  waitMs(): number;
}

/** `ratePerSec` is the steady rate of all checks as they are planned now, retries included. */
export function createStartPace(clock: Clock, ratePerSec: () => number): StartPace {
  let places = LEAST_PER_SEC;
  let filledTick = clock.monotonicMs();

  const placesPerSec = (): number => Math.max(LEAST_PER_SEC, ratePerSec() * SHARE_OF_RATE);

  function fill(): void {
    const tick = clock.monotonicMs();
    const rate = ratePerSec();
    const most = rate <= LEAST_PER_SEC ? LEAST_PER_SEC : Math.max(1, rate * CLUMP_SHARE);
    places = Math.min(most, places + ((tick - filledTick) / 1000) * placesPerSec());
    filledTick = tick;
  }

  return {
    take() {
      fill();
      if (places < 1) return false;
      places--;
      return true;
    },
    waitMs: () => Math.max(1, ((1 - places) / placesPerSec()) * 1000),
  };
}
