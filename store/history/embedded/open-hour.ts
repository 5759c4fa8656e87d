// The samples of one hour that is still being written, in memory: newest ones as
// they are, older ones packed. Their copy on disk is the arrival log.

import { decodeChunk, emptyColumns, encodeChunk, reserve, type Columns } from './chunk.ts';
import { SAMPLE_COLUMNS } from './rows.ts';

export interface OpenHour {
  readonly samples: number;
  /** Memory it holds, in bytes. */
  readonly bytes: number;
  add(id: number, atMs: number, value: number): void;
  /** Numbers of the series with samples, in no order. */
  ids(): Iterable<number>;
  /** Appends the samples of the series in the order they arrived; instants in ms since the start of the hour. */
  read(id: number, into: Columns): void;
}

// So many samples of a series wait unpacked: fewer would pack badly, more would cost memory for each series.
const TAIL = 16;
const PAGE_SLOTS = 1024;
const SLAB_BYTES = 1 << 20;

/** Unpacked samples of PAGE_SLOTS series. */
interface Page {
  times: Uint32Array;
  values: Float64Array;
  lengths: Uint8Array;
  /** Number of the newest packed chunk of each series, -1 without one. */
  chunks: Int32Array;
}

const PAGE_BYTES = PAGE_SLOTS * (TAIL * 12 + 5);

/** Chunks of all series in the order they were packed; each knows the one before it of the same series. */
function createChunkStore() {
  const slabs: Uint8Array[] = [];
  let used = SLAB_BYTES;
  let starts = new Float64Array(1024);
  let lengths = new Uint16Array(1024);
  let previous = new Int32Array(1024);
  let count = 0;
  return {
    get bytes() {
      return slabs.length * SLAB_BYTES + starts.length * 14;
    },
    add(bytes: Uint8Array, before: number): number {
      if (used + bytes.length > SLAB_BYTES) {
        slabs.push(new Uint8Array(SLAB_BYTES));
        used = 0;
      }
      slabs.at(-1)?.set(bytes, used);
      if (count === starts.length) {
        starts = grown(starts, new Float64Array(count * 2));
        lengths = grown(lengths, new Uint16Array(count * 2));
        previous = grown(previous, new Int32Array(count * 2));
      }
      starts[count] = (slabs.length - 1) * SLAB_BYTES + used;
      lengths[count] = bytes.length;
      previous[count] = before;
      used += bytes.length;
      return count++;
    },
    before: (chunk: number): number => previous[chunk] ?? -1,
    get(chunk: number): Uint8Array {
      const start = starts[chunk] ?? 0;
      const at = start % SLAB_BYTES;
      return (slabs[Math.floor(start / SLAB_BYTES)] ?? new Uint8Array()).subarray(at, at + (lengths[chunk] ?? 0));
    },
  };
}

function grown<Column extends { set(from: Column): void }>(from: Column, larger: Column): Column {
  larger.set(from);
  return larger;
}

export function createOpenHour(): OpenHour {
  const pages: Page[] = [];
  const store = createChunkStore();
  /** Slot of each series number, in pages, because numbers are dense where hosts are new and sparse where they went. */
  const slotPages: (Int32Array | undefined)[] = [];
  const idOfSlot: number[] = [];
  const packing = emptyColumns(SAMPLE_COLUMNS);
  let samples = 0;

  function slotOf(id: number): number {
    const page = (slotPages[id >> 10] ??= new Int32Array(1024).fill(-1));
    const slot = page[id & 1023] ?? -1;
    if (slot >= 0) return slot;
    if (idOfSlot.length % PAGE_SLOTS === 0) {
      pages.push({
        times: new Uint32Array(PAGE_SLOTS * TAIL),
        values: new Float64Array(PAGE_SLOTS * TAIL),
        lengths: new Uint8Array(PAGE_SLOTS),
        chunks: new Int32Array(PAGE_SLOTS).fill(-1),
      });
    }
    page[id & 1023] = idOfSlot.length;
    return idOfSlot.push(id) - 1;
  }

  function pack(page: Page, place: number): void {
    const [times, values] = packing.parts;
    const first = place * TAIL;
    times?.set(page.times.subarray(first, first + TAIL));
    values?.set(page.values.subarray(first, first + TAIL));
    packing.length = TAIL;
    page.chunks[place] = store.add(encodeChunk(packing), page.chunks[place] ?? -1);
    page.lengths[place] = 0;
  }

  return {
    get samples() {
      return samples;
    },
    get bytes() {
      return pages.length * PAGE_BYTES + store.bytes + idOfSlot.length * 8;
    },
    add(id, atMs, value) {
      const slot = slotOf(id);
      const page = pages[slot >> 10];
      if (!page) return;
      const place = slot & (PAGE_SLOTS - 1);
      const length = page.lengths[place] ?? 0;
      page.times[place * TAIL + length] = atMs;
      page.values[place * TAIL + length] = value;
      page.lengths[place] = length + 1;
      samples++;
      if (length + 1 === TAIL) pack(page, place);
    },
    ids: () => idOfSlot,
    read(id, into) {
      const slot = slotPages[id >> 10]?.[id & 1023] ?? -1;
      const page = pages[slot >> 10];
      if (slot < 0 || !page) return;
      const place = slot & (PAGE_SLOTS - 1);
      const chunks: number[] = [];
      for (let chunk = page.chunks[place] ?? -1; chunk >= 0; chunk = store.before(chunk)) chunks.push(chunk);
      for (const chunk of chunks.toReversed()) decodeChunk(store.get(chunk), into);
      const length = page.lengths[place] ?? 0;
      reserve(into, into.length + length);
      const [times, values] = into.parts;
      times?.set(page.times.subarray(place * TAIL, place * TAIL + length), into.length);
      values?.set(page.values.subarray(place * TAIL, place * TAIL + length), into.length);
      into.length += length;
    },
  };
}
