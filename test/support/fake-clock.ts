// A clock that moves only when told to. Timers fire in order of their due time,
// ties in the order they were set; `advance` runs everything due on the way.

import { sleepOn, type Clock, type Timer } from '#kernel/clock.ts';

interface Pending {
  dueAtMs: number;
  order: number;
  run: () => void;
}

export class FakeClock implements Clock {
  #wallMs: number;
  #tickMs = 0;
  #order = 0;
  #pending = new Set<Pending>();

  constructor(startMs = Date.UTC(2026, 0, 5, 9, 0, 0)) {
    this.#wallMs = startMs;
  }

  nowMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#tickMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const entry: Pending = { dueAtMs: this.#tickMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#pending.add(entry);
    return { cancel: () => void this.#pending.delete(entry) };
  }

  every(periodMs: number, run: () => void): Timer {
    let current: Timer;
    const arm = () => {
      current = this.after(periodMs, () => {
        arm();
        run();
      });
    };
    arm();
    return { cancel: () => current.cancel() };
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /** Time of the next timer on the monotonic axis, or undefined when nothing waits. */
  nextDueMs(): number | undefined {
    return this.#next()?.dueAtMs;
  }

  /** Moves both axes forward, running each timer at its own instant. Synchronous. */
  advance(byMs: number): void {
    const endMs = this.#tickMs + byMs;
    for (let next = this.#next(); next && next.dueAtMs <= endMs; next = this.#next()) {
      this.#moveTo(next.dueAtMs);
      this.#pending.delete(next);
      next.run();
    }
    this.#moveTo(endMs);
  }

  /** Steps the wall clock alone, as an operator or NTP would. */
  stepWall(byMs: number): void {
    this.#wallMs += byMs;
  }

  #moveTo(tickMs: number): void {
    this.#wallMs += tickMs - this.#tickMs;
    this.#tickMs = tickMs;
  }

  #next(): Pending | undefined {
    let best: Pending | undefined;
    for (const entry of this.#pending) {
      if (!best || entry.dueAtMs < best.dueAtMs || (entry.dueAtMs === best.dueAtMs && entry.order < best.order))
        best = entry;
    }
    return best;
  }
}
