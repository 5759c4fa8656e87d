// The terminal's and the supervisor's wish that a command ends, as an AbortSignal.

import type { Clock } from '#kernel/clock.ts';

// One Ctrl-C comes two or three times: from the terminal to everybody, and passed on by npm and by our own starter.
const SAME_WISH_MS = 500;

/** Aborts at the first SIGINT, SIGTERM or SIGHUP; a later one ends the process at once with exit code 1. */
export function listenForStop(clock: Clock): AbortSignal {
  const stop = new AbortController();
  let firstMs = 0;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (!stop.signal.aborted) {
        firstMs = clock.monotonicMs();
        stop.abort();
      } else if (clock.monotonicMs() - firstMs > SAME_WISH_MS) process.exit(1);
    });
  return stop.signal;
}

export const whenAborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
