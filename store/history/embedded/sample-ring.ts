// The bounded buffer in front of the database thread: samples as columns of
// numbers, about 20 bytes each, allocated once. The oldest goes when it is full.

import type { SampleColumns } from './protocol.ts';

export interface SampleRing {
  readonly length: number;
  /** Returns how many samples were pushed out: 0 or 1. */
  push(id: number, atMs: number, value: number): number;
  /** Copies out and removes up to `max` samples, oldest first. */
  take(max: number): SampleColumns;
}

export function createSampleRing(capacity: number): SampleRing {
  const ids = new Int32Array(capacity);
  const instants = new Float64Array(capacity);
  const values = new Float64Array(capacity);
  let first = 0;
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(id, atMs, value) {
      const slot = (first + length) % capacity;
      ids[slot] = id;
      instants[slot] = atMs;
      values[slot] = value;
      if (length < capacity) {
        length++;
        return 0;
      }
      first = (first + 1) % capacity;
      return 1;
    },
    take(max) {
      const count = Math.min(max, length);
      const taken = { ids: new Int32Array(count), atMs: new Float64Array(count), values: new Float64Array(count) };
      for (let index = 0; index < count; index++) {
        const slot = (first + index) % capacity;
        taken.ids[index] = ids[slot] ?? 0;
        taken.atMs[index] = instants[slot] ?? 0;
        taken.values[index] = values[slot] ?? 0;
      }
      first = (first + count) % capacity;
      length -= count;
      return taken;
    },
  };
}
