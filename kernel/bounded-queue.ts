// A first-in first-out queue that cannot grow past its bound. What happens when
// it is full is the owner's written policy, and is counted.

export interface BoundedQueue<Entry> {
  readonly length: number;
  readonly dropped: number;
  /** False when the entry was refused (policy 'refuse'). With 'drop_oldest' it always enters. */
  push(entry: Entry): boolean;
  /** Removes and returns up to `max` entries, oldest first. */
  take(max: number): Entry[];
}

export function createBoundedQueue<Entry>(limit: number, whenFull: 'drop_oldest' | 'refuse'): BoundedQueue<Entry> {
  let entries: Entry[] = [];
  let head = 0;
  let dropped = 0;
  return {
    get length() {
      return entries.length - head;
    },
    get dropped() {
      return dropped;
    },
    push(entry) {
      if (entries.length - head >= limit) {
        dropped++;
        if (whenFull === 'refuse') return false;
        head++;
      }
      // Compact only now and then, so that push and take stay O(1) amortised.
      if (head > 1024 && head * 2 > entries.length) {
        entries = entries.slice(head);
        head = 0;
      }
      entries.push(entry);
      return true;
    },
    take(max) {
      const taken = entries.slice(head, head + max);
      head += taken.length;
      if (head === entries.length) {
        entries = [];
        head = 0;
      }
      return taken;
    },
  };
}
