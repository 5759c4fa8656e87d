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
  // Latest first, so that the next one is taken from the end.
  readonly #pending: Pending[] = [];

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
    this.#pending.splice(this.#place(entry), 0, entry);
    return { cancel: () => this.#remove(entry) };
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
      this.#pending.pop();
      next.run();
    }
    this.#moveTo(endMs);
  }

  /** Moves forward as a machine that was suspended does: each timer that fell due fires once, at the end. */
  leap(byMs: number): void {
    this.#moveTo(this.#tickMs + byMs);
    const due: Pending[] = [];
    for (let next = this.#next(); next && next.dueAtMs <= this.#tickMs; next = this.#next()) {
      this.#pending.pop();
      due.push(next);
    }
    for (const entry of due) entry.run();
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
    return this.#pending.at(-1);
  }

  #remove(entry: Pending): void {
    const index = this.#pending.indexOf(entry);
    if (index >= 0) this.#pending.splice(index, 1);
  }

  /** Index at which `entry` keeps the order: later ones before it, and those that were set later. */
  #place(entry: Pending): number {
    let low = 0;
    let high = this.#pending.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#pending[middle];
      const isLater =
        other && (other.dueAtMs > entry.dueAtMs || (other.dueAtMs === entry.dueAtMs && other.order > entry.order));
      if (isLater) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
