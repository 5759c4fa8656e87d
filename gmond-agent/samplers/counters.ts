// Kernel counters that only grow: how far one moved, and how fast. Knows wraps,
// resets and sources that vanish; what a counter counts is its reader's matter.

/** Up to 2^53 a number, above it a bigint, so that a difference is always exact. */
export type Counter = number | bigint;

/** Undefined for anything but digits. */
export function parseCounter(text: string | undefined): Counter | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

const BITS_32 = 1n << 32n;
const BITS_64 = 1n << 64n;

/**
 * How far a counter moved. One that stands lower than before has wrapped when it stood in
 * the last quarter of its width and is now in the first; otherwise it was reset, and what
 * went by meanwhile is unknown: undefined.
 */
export function counterDelta(before: Counter, now: Counter): number | undefined {
  if (typeof before === 'number' && typeof now === 'number' && now >= before) return now - before;
  const [from, to] = [BigInt(before), BigInt(now)];
  if (to >= from) return Number(to - from);
  const width = from < BITS_32 ? BITS_32 : BITS_64;
  const wrapped = from >= (width / 4n) * 3n && to < width / 4n;
  return wrapped ? Number(to + width - from) : undefined;
}

export interface RateTable {
  /**
   * Rates a second since the reading before, by the names given. A counter that is new, was reset or moved faster
   * than `most` a second has none this time.
   */
  update(counters: ReadonlyMap<string, Counter>, atMs: number): ReadonlyMap<string, number>;
}

/** Remembers one reading; its size is that of the map it was given last. */
export function createRateTable(most = Infinity): RateTable {
  let before: { counters: ReadonlyMap<string, Counter>; atMs: number } | undefined;
  let rates: ReadonlyMap<string, number> = new Map();
  return {
    update(counters, atMs) {
      const elapsedSec = before === undefined ? 0 : (atMs - before.atMs) / 1000;
      // Two readings of the same moment say nothing new.
      if (before !== undefined && elapsedSec <= 0) return rates;
      const fresh = new Map<string, number>();
      for (const [name, counter] of counters) {
        const earlier = before?.counters.get(name);
        const delta = earlier === undefined ? undefined : counterDelta(earlier, counter);
        if (delta !== undefined && delta / elapsedSec <= most) fresh.set(name, delta / elapsedSec);
      }
      before = { counters, atMs };
      rates = fresh;
      return rates;
    },
  };
}
