// What a failed attempt means for the delivery; pure but for the jitter of the back-off.

import { backoffMs } from '#kernel/backoff.ts';
import { AppError } from '#kernel/errors.ts';

// 5, 10, 20 … 900 s: some two hours in all, for a relay that somebody has to mend.
const BACKOFF = { firstMs: 5000, factor: 2, maxMs: 900_000 };
const MOST_ATTEMPTS = 14;
// The third failure comes within half a minute: time to try another channel.
const FALLBACK_AT = 3;

export type AfterFailure =
  | { status: 'pending'; delayMs: number; error: string; tellFallback: boolean }
  | { status: 'failed'; error: string; tellFallback: boolean };

/** `attempts` counts the one that just failed. */
export function decideAfterFailure(attempts: number, failure: unknown): AfterFailure {
  const error = failure instanceof Error ? failure.message : String(failure);
  const isFinal = failure instanceof AppError && failure.retry === 'never';
  if (isFinal || attempts >= MOST_ATTEMPTS) return { status: 'failed', error, tellFallback: attempts <= FALLBACK_AT };
  const askedMs = failure instanceof AppError ? (failure.retryAfterMs ?? 0) : 0;
  return {
    status: 'pending',
    delayMs: Math.max(askedMs, backoffMs(BACKOFF, attempts)),
    error,
    tellFallback: attempts === FALLBACK_AT,
  };
}
