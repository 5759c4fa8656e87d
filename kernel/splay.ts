// Spreads periodic work by identity, not by chance: a restart moves nothing.

/** FNV-1a over UTF-16 code units; stable across processes and versions. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** Offset of `identity` within a period, in whole milliseconds: 0 ≤ offset < periodMs. */
export const splayMs = (identity: string, periodMs: number): number =>
  Math.floor((hash32(identity) / 2 ** 32) * periodMs);

/** The first instant at or after `fromMs` on the identity's own grid of `periodMs`. */
export function nextOnGrid(identity: string, periodMs: number, fromMs: number): number {
  const offset = splayMs(identity, periodMs);
  return Math.ceil((fromMs - offset) / periodMs) * periodMs + offset;
}
