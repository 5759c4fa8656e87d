// The bounded buffer in front of the database thread: samples as columns of
// numbers, 20 bytes each, allocated once. The oldest goes when it is full.

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

  /** The samples from `first` on, which may go round the end, in one piece. */
  function copy<Column extends { set(from: Column, at: number): void; subarray(from: number, to: number): Column }>(
    column: Column,
    count: number,
    into: Column,
  ): Column {
    const straight = Math.min(count, capacity - first);
    into.set(column.subarray(first, first + straight), 0);
    into.set(column.subarray(0, count - straight), straight);
    return into;
  }

  return {
    get length() {
      return length;
    },
    push(id, atMs, value) {
      let slot = first + length;
      if (slot >= capacity) slot -= capacity;
      ids[slot] = id;
      instants[slot] = atMs;
      values[slot] = value;
      if (length < capacity) {
        length++;
        return 0;
      }
      first = slot + 1 === capacity ? 0 : slot + 1;
      return 1;
    },
    take(max) {
      const count = Math.min(max, length);
      const taken = {
        ids: copy(ids, count, new Int32Array(count)),
        atMs: copy(instants, count, new Float64Array(count)),
        values: copy(values, count, new Float64Array(count)),
      };
      first = (first + count) % capacity;
      length -= count;
      return taken;
    },
  };
}
