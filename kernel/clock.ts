// The one clock. Every wait and every time stamp in the product comes from the
// Clock that app/ hands down, so that a fake one can run a month in a second.
// This is the only file that may call Date.now, performance.now or setTimeout.

export interface Timer {
  /** Idempotent. */
  cancel(): void;
}

export interface Clock {
  /** Wall clock, epoch milliseconds; may step. For stamps. */
  nowMs(): number;
  /** Monotonic milliseconds from an arbitrary origin; never steps. For durations. */
  monotonicMs(): number;
  after(delayMs: number, run: () => void): Timer;
  /** First call after one period. Calls never overlap in time for synchronous `run`. */
  every(periodMs: number, run: () => void): Timer;
  /** Resolves after `delayMs`, or at once when `signal` aborts (never rejects). */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

// setTimeout takes a signed 32-bit delay; longer ones would fire at once.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export function systemClock(): Clock {
  const clock: Clock = {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    after(delayMs, run) {
      const handle = setTimeout(run, Math.min(Math.max(delayMs, 0), LONGEST_TIMEOUT_MS));
      return { cancel: () => clearTimeout(handle) };
    },
    every(periodMs, run) {
      const handle = setInterval(run, Math.min(Math.max(periodMs, 1), LONGEST_TIMEOUT_MS));
      return { cancel: () => clearInterval(handle) };
    },
    sleep: (delayMs, signal) => sleepOn(clock, delayMs, signal),
  };
  return clock;
}

/** `Clock.sleep` in terms of `after`; shared by the system clock and the fake. */
export function sleepOn(clock: Pick<Clock, 'after'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      timer.cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
