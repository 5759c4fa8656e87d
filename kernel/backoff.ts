import { jitter } from './ids.ts';

export interface BackoffPolicy {
  firstMs: number;
  factor: number;
  maxMs: number;
}

/** Delay before try number `attempt` (1 = first retry), ±20 % so that many clients do not march in step. */
export function backoffMs(policy: BackoffPolicy, attempt: number): number {
  return Math.round(jitter(Math.min(policy.maxMs, policy.firstMs * policy.factor ** (attempt - 1)), 0.2));
}
