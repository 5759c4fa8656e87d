// New and overdue checks need not wait for their own place in the interval, but may not make a
// burst either: a few at once, then at most a fifth of the steady rate on top of it.

import type { Clock, Timer } from '#kernel/clock.ts';

/** A small site is looked at as a whole as soon as it starts. */
const AT_ONCE = 20;
const SHARE_OF_RATE = 0.2;
const TICK_MS = 100;

export interface EarlyLane {
  push(id: string): void;
  remove(id: string): void;
  stop(): void;
}

/** `ratePerSec` is the steady rate of all checks; `start` runs one now, unless it has run meanwhile. */
export function createEarlyLane(clock: Clock, deps: { ratePerSec(): number; start(id: string): void }): EarlyLane {
  const waiting = new Set<string>();
  let tokens = AT_ONCE;
  let filledTick = clock.monotonicMs();
  let timer: Timer | undefined;

  function drain(): void {
    timer = undefined;
    const tick = clock.monotonicMs();
    tokens = Math.min(AT_ONCE, tokens + ((tick - filledTick) / 1000) * deps.ratePerSec() * SHARE_OF_RATE);
    filledTick = tick;
    for (const id of waiting) {
      if (tokens < 1) break;
      tokens--;
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
    stop() {
      waiting.clear();
      timer?.cancel();
      timer = undefined;
    },
  };
}
