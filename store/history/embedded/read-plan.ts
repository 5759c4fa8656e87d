// Decides what answers a range query, day by day: the coarsest roll-up that still
// divides the step, else raw samples, else the finest that is left. Pure.

import { DAY_SEC, TIERS, type TierName } from './tiers.ts';

/** What there is of one day. Raw samples of a day are all there or all gone. */
export interface DayStock {
  raw: boolean;
  /** Roll-ups that hold every sample of the day. */
  tiers: ReadonlySet<TierName>;
}

export interface ReadPart {
  day: number;
  from: 'raw' | TierName;
}

export interface Range {
  fromMs: number;
  toMs: number;
  stepSec: number;
}

/** In ascending order of days; each day once, so no sample counts twice. */
export function planRead(stock: ReadonlyMap<number, DayStock>, range: Range): ReadPart[] {
  const order = preferenceFor(range.stepSec);
  const parts: ReadPart[] = [];
  for (const [day, has] of stock) {
    if (day * DAY_SEC * 1000 >= range.toMs || (day + 1) * DAY_SEC * 1000 <= range.fromMs) continue;
    const from = order.find((one) => (one === 'raw' ? has.raw : has.tiers.has(one)));
    if (from !== undefined) parts.push({ day, from });
  }
  return parts.toSorted((a, b) => a.day - b.day);
}

/** From the coarsest that is fine enough down to raw; then, where all that is gone, coarser and coarser. */
function preferenceFor(stepSec: number): ('raw' | TierName)[] {
  const fits = TIERS.findLastIndex((tier) => stepSec % tier.stepSec === 0);
  const names = TIERS.map((tier) => tier.name);
  return [...names.slice(0, fits + 1).toReversed(), 'raw', ...names.slice(fits + 1)];
}
