// Where a measured value and its limits lie on a bar from the minimum to the maximum. Pure.

import type { PerfdataItem } from '#web/contract/checks.ts';

interface Bullet {
  /** Shares of the bar, 0 to 1. */
  value: number;
  warn: number | null;
  crit: number | null;
}

/** The end of a Nagios range that a growing value meets first: "80", "10:80", "@80:90"; null for ":" forms without one. */
export function upperEnd(range: string | null): number | null {
  const end = range?.replace(/^@/, '').split(':').at(-1);
  if (end === undefined || end === '') return null;
  const value = Number(end);
  return Number.isFinite(value) ? value : null;
}

/** Null when there is nothing to measure the value against. */
export function bulletOf(item: PerfdataItem): Bullet | null {
  if (item.value === null) return null;
  const warn = upperEnd(item.warn);
  const crit = upperEnd(item.crit);
  const low = item.min ?? 0;
  const limit = Math.max(warn ?? Number.NEGATIVE_INFINITY, crit ?? Number.NEGATIVE_INFINITY);
  // Percents of something else (load of all CPUs) go beyond 100.
  const usual = item.uom === '%' && limit <= 100 && item.value <= 100 ? 100 : Math.max(limit, item.value) * 1.15;
  const high = item.max ?? (Number.isFinite(limit) || item.uom === '%' ? usual : Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(high) || high <= low) return null;
  const share = (at: number): number => Math.max(0, Math.min(1, (at - low) / (high - low)));
  return {
    value: share(item.value),
    warn: warn === null ? null : share(warn),
    crit: crit === null ? null : share(crit),
  };
}
