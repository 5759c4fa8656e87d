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
  Math.floor((mixed(hash32(identity)) / 2 ** 32) * periodMs);

// FNV leaves its high bits alike for names that differ at their end (web-1, web-2 …), and a share of the
// period is made of just those: without the finalizer of MurmurHash3 such names stand in one heap.
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** The first instant at or after `fromMs` on the identity's own grid of `periodMs`. */
export function nextOnGrid(identity: string, periodMs: number, fromMs: number): number {
  const offset = splayMs(identity, periodMs);
  return Math.ceil((fromMs - offset) / periodMs) * periodMs + offset;
}
