// New and overdue checks need not wait for their own place in the interval, but may not make a
// burst either: a few at once, then what the regular runs leave of a little more than the steady rate.

import type { Clock, Timer } from '#kernel/clock.ts';

/** A small site is looked at as a whole as soon as it starts. */
const AT_ONCE = 20;
/** Regular and early runs together; the promise is 1.2, and chance adds to it. */
const MOST_OF_RATE = 1.15;
const TICK_MS = 100;

export interface EarlyLane {
  push(id: string): void;
  remove(id: string): void;
  /** A check begins because its own time has come. */
  noteRegular(): void;
  stop(): void;
}

interface EarlyLaneDeps {
  /** The steady rate of all checks. */
  ratePerSec(): number;
  /** Some that are due cannot begin: nothing is added to them. */
  isCrowded(): boolean;
  /** Runs one now, unless it has run meanwhile. */
  start(id: string): void;
}

export function createEarlyLane(clock: Clock, deps: EarlyLaneDeps): EarlyLane {
  const waiting = new Set<string>();
  let places = AT_ONCE;
  let filledTick = clock.monotonicMs();
  let timer: Timer | undefined;

  function fill(): void {
    const tick = clock.monotonicMs();
    places = Math.min(AT_ONCE, places + ((tick - filledTick) / 1000) * deps.ratePerSec() * MOST_OF_RATE);
    filledTick = tick;
  }

  function drain(): void {
    timer = undefined;
    fill();
    for (const id of waiting) {
      if (places < 1 || deps.isCrowded()) break;
      places--;
      waiting.delete(id);
      deps.start(id);
    }
    if (waiting.size > 0) timer = clock.after(TICK_MS, drain);
  }

  return {
    push(id) {
      waiting.add(id);
      timer ??= clock.after(0, drain);
    },
    remove: (id) => void waiting.delete(id),
    noteRegular() {
      if (waiting.size === 0) return;
      fill();
      // More of them than usual are made up for, but not for ever.
      places = Math.max(-AT_ONCE, places - 1);
    },
    stop() {
      waiting.clear();
      timer?.cancel();
      timer = undefined;
    },
  };
}
