// What is usual at this time of the day or week, and how far off a value is. Pure.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Half an hour to either side: neither the minute of a cron job nor that of a commuter is the same each day. */
const HALF_WIDTH_MS = 30 * MINUTE_MS;
/** Fewer earlier times are an anecdote, not a habit. */
const MIN_SLOTS = 3;
/** A metric that never moves would be infinitely off by its first flicker. */
const MIN_SPREAD_SHARE = 0.01;
/** Where even that leaves nothing to divide by. */
const MAX_DEVIATIONS = 1000;

export interface Slot {
  fromMs: number;
  toMs: number;
}

/**
 * The same time in each of the last weeks, or on each day of them, the latest first. Days have 24 hours here: in the
 * week after clocks are changed the slots are an hour off local time.
 */
export function earlierSlots(nowMs: number, by: 'time_of_day' | 'time_of_week', weeks: number): Slot[] {
  const [count, periodMs] = by === 'time_of_day' ? [weeks * 7, DAY_MS] : [weeks, 7 * DAY_MS];
  return Array.from({ length: count }, (_, index) => {
    const atMs = nowMs - (index + 1) * periodMs;
    return { fromMs: atMs - HALF_WIDTH_MS, toMs: atMs + HALF_WIDTH_MS };
  });
}

export type Deviation =
  /** `times` = distance from the median in spreads: negative below it. */
  { known: true; median: number; spread: number; times: number } | { known: false; slots: number; neededSlots: number };

/**
 * Holds a value against those of earlier slots by median and median absolute deviation (× 1.4826, which makes it the
 * standard deviation of a normal distribution): one outage last week must not widen what counts as usual.
 */
export function deviationOf(value: number, earlier: readonly (readonly number[])[], minSpread: number): Deviation {
  const slots = earlier.filter((values) => values.length > 0).length;
  const neededSlots = Math.min(MIN_SLOTS, earlier.length);
  const values = earlier.flat();
  if (slots < neededSlots || values.length === 0) return { known: false, slots, neededSlots };
  const median = medianOf(values);
  const scatter = medianOf(values.map((other) => Math.abs(other - median))) * 1.4826;
  const spread = Math.max(scatter, minSpread, Math.abs(median) * MIN_SPREAD_SHARE);
  const off = value - median;
  const times = off === 0 ? 0 : Math.max(-MAX_DEVIATIONS, Math.min(MAX_DEVIATIONS, off / spread));
  return { known: true, median, spread, times };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper;
  return lower + (upper - lower) / 2;
}
