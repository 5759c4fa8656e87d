// The columns of one series as one checked piece of bytes: in a file, or in the
// memory of an open hour. Knows columns, not what they mean.

import { crc32 } from 'node:zlib';
import { columnBound, decodeColumn, encodeColumn, putVarint, readVarint } from './column-codec.ts';

/** Columns of equal length that are filled again and again without new memory. */
export interface Columns {
  length: number;
  readonly parts: Float64Array<ArrayBuffer>[];
}

export const emptyColumns = (width: number): Columns => ({
  length: 0,
  parts: Array.from({ length: width }, () => new Float64Array(256)),
});

/** Makes room for so many rows. */
export function reserve(columns: Columns, rows: number): void {
  const room = columns.parts[0]?.length ?? 0;
  if (rows <= room) return;
  for (const [index, part] of columns.parts.entries()) {
    const larger = new Float64Array(Math.max(rows, room * 2));
    larger.set(part);
    columns.parts[index] = larger;
  }
}

let scratch = new Uint8Array(65_536);

/** The bytes are valid until the next call. */
export function encodeChunk(columns: Columns): Uint8Array {
  const bound = 16 + columns.parts.length * columnBound(columns.length);
  if (scratch.length < bound) scratch = new Uint8Array(bound * 2);
  let at = putVarint(scratch, 0, columns.length);
  for (const part of columns.parts) at = encodeColumn(part, columns.length, scratch, at);
  return scratch.subarray(0, at);
}

/** Appends the rows of a chunk to the columns. */
export function decodeChunk(bytes: Uint8Array, into: Columns): void {
  const [count, begin] = readVarint(bytes, 0);
  reserve(into, into.length + count);
  let at = begin;
  for (const part of into.parts) at = decodeColumn(bytes, at, count, part, into.length);
  into.length += count;
}

/** Tells a damaged chunk, and a whole one that stands at the place of another series. */
export const chunkCheck = (bytes: Uint8Array, id: number): number => crc32(bytes, id);
