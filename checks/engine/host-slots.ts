// Which checker runs the checks of which host. Hosts are spread over slots by hash, slots
// over the living checkers by highest random weight: one that comes or goes moves only its share.

import { hash32 } from '#kernel/splay.ts';

/** Many more than checkers, so that shares are even; few enough to renew in one statement. */
export const SLOTS = 64;

export const slotOf = (hostId: string): number => hash32(hostId) % SLOTS;

export const slotLease = (slot: number): string => `checks:slot:${slot}`;
export const MEMBER_PREFIX = 'checks:member:';

/** Slots of `me`; every member that knows the same members comes to the same answer. */
export function slotsOfMember(me: string, members: readonly string[]): Set<number> {
  const mine = new Set<number>();
  for (let slot = 0; slot < SLOTS; slot++) {
    let best = me;
    let bestWeight = weight(slot, me);
    for (const member of members) {
      const itsWeight = weight(slot, member);
      if (itsWeight > bestWeight || (itsWeight === bestWeight && member < best)) {
        best = member;
        bestWeight = itsWeight;
      }
    }
    if (best === me) mine.add(slot);
  }
  return mine;
}

// FNV alone keeps the order of names that differ in one letter; the second round mixes it.
const weight = (slot: number, member: string): number => hash32(`${hash32(`${member}#${slot}`)}:${slot}`);
