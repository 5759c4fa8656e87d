// How often each source may cause a row of the audit trail: refusals belong in it,
// but neither strangers nor a mad agent may fill it.

import type { Clock } from '#kernel/clock.ts';

/** True for the first so many calls of a key within a minute. */
export type Allowance = (key: string) => boolean;

/** Beyond so many keys in one minute the rest share one: the table stays small. */
const MOST_KEYS = 1000;
const OTHERS = 'others';

export function createAllowance(clock: Clock, perMinute: number): Allowance {
  const used = new Map<string, number>();
  let windowMs = clock.monotonicMs();
  return (key) => {
    if (clock.monotonicMs() - windowMs > 60_000) {
      used.clear();
      windowMs = clock.monotonicMs();
    }
    const counted = used.has(key) || used.size < MOST_KEYS ? key : OTHERS;
    const count = (used.get(counted) ?? 0) + 1;
    used.set(counted, count);
    return count <= perMinute;
  };
}
