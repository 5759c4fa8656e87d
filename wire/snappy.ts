// Snappy blocks to bytes, bounded: what Prometheus wraps its remote-write requests in.
// Source: format_description.txt of google/snappy. Pure.

import type { Decoded } from '#kernel/errors.ts';

const refuse = (reason: string, at: number): Decoded<never> => ({ ok: false, reason, at });

/** Reasons: `truncated`, `too_large` (more than `mostBytes` when unpacked), `bad_copy`, `wrong_length`. Never throws. */
export function decodeSnappy(packed: Uint8Array, mostBytes: number): Decoded<Uint8Array> {
  const header = readLength(packed);
  if (header === undefined) return refuse('truncated', 0);
  if (header.length > mostBytes) return refuse('too_large', 0);
  const unpacked = new Uint8Array(header.length);
  let [at, filled] = [header.size, 0];
  while (at < packed.length) {
    const element = readElement(packed, at);
    if (element === undefined) return refuse('truncated', at);
    const { kind, length, offset, end } = element;
    if (filled + length > unpacked.length) return refuse('wrong_length', at);
    if (kind === 'literal') {
      if (end + length > packed.length) return refuse('truncated', at);
      unpacked.set(packed.subarray(end, end + length), filled);
      at = end + length;
    } else {
      if (offset === 0 || offset > filled) return refuse('bad_copy', at);
      // Byte by byte: a copy may reach into what it has just written, which repeats it.
      for (let i = 0; i < length; i++) unpacked[filled + i] = unpacked[filled + i - offset] ?? 0;
      at = end;
    }
    filled += length;
  }
  return filled === unpacked.length ? { ok: true, value: unpacked } : refuse('wrong_length', at);
}

function readLength(packed: Uint8Array): { length: number; size: number } | undefined {
  let length = 0;
  for (let size = 0; size < 5; size++) {
    const byte = packed[size];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * size);
    if (byte < 0x80) return { length, size: size + 1 };
  }
  return undefined;
}

interface Element {
  kind: 'literal' | 'copy';
  length: number;
  /** How far back a copy begins. */
  offset: number;
  /** Where the tag ends. */
  end: number;
}

function readElement(packed: Uint8Array, at: number): Element | undefined {
  const tag = packed[at] ?? 0;
  const number = (bytes: number): number | undefined => {
    if (at + bytes >= packed.length) return undefined;
    let value = 0;
    for (let i = 0; i < bytes; i++) value += (packed[at + 1 + i] ?? 0) * 2 ** (8 * i);
    return value;
  };
  const high = tag >> 2;
  if ((tag & 3) === 0) {
    if (high < 60) return { kind: 'literal', length: high + 1, offset: 0, end: at + 1 };
    const size = high - 59;
    const length = number(size);
    return length === undefined ? undefined : { kind: 'literal', length: length + 1, offset: 0, end: at + 1 + size };
  }
  const size = COPY_OFFSET_BYTES[tag & 3] ?? 0;
  const low = number(size);
  if (low === undefined) return undefined;
  const isShort = size === 1;
  return {
    kind: 'copy',
    length: isShort ? (high & 7) + 4 : high + 1,
    offset: isShort ? (tag >> 5) * 256 + low : low,
    end: at + 1 + size,
  };
}

const COPY_OFFSET_BYTES = [0, 1, 2, 4];
