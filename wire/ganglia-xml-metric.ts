// Recognises a METRIC element whose like was read before: the same metric of the next
// host, or of the next poll, differs in value and TN only, and the rest is one comparison.

import type { Slope } from '#kernel/domain/metric.ts';
import type { ExtraElement } from './gmond-packet.ts';
import type { XmlTag } from './ganglia-xml-tag.ts';
import { createTextCache } from './wire-text.ts';

/** What an element says of a metric besides its value; one object for all that say the same. */
export interface XmlAnnounced {
  type: string;
  units: string;
  slope: Slope;
  tmaxSec: number;
  dmaxSec: number;
  /** In order of arrival at the gmond, which is the reverse of the document's. */
  extra: readonly ExtraElement[];
}

export interface KnownMetrics {
  /**
   * Reads the element at `start` when it is one of those that were learned and wholly there before `end`.
   * Returns the offset behind it, 0 otherwise; what it read stands in `name`, `value`, `tnSec`, `announced`.
   */
  match(bytes: Buffer, start: number, end: number): number;
  name: string;
  value: string;
  tnSec: number;
  announced: XmlAnnounced;
  /** Line ends within the element that was matched last. */
  lines: number;
  /** Remembers a well-formed element, if it is one that `match` can tell. */
  learn(bytes: Buffer, start: number, end: number, tag: XmlTag, announced: XmlAnnounced): void;
  /** The shared form of what an element announces. */
  share(announced: XmlAnnounced): XmlAnnounced;
}

interface Shape {
  name: string;
  nameBytes: Buffer;
  /** From the quote that ends the value to the one that begins TN. */
  middle: Buffer;
  /** From the quote that ends TN to the end of the element. */
  tail: Buffer;
  lines: number;
  announced: XmlAnnounced;
}

export const METRIC_START = Buffer.from('<METRIC NAME="');
const VALUE_START = Buffer.from('" VAL="');
const QUOTE = 0x22;
const AMPERSAND = 0x26;
const LT = 0x3c;
const LONGEST_NAME = 128;
const LONGEST_VALUE = 1024;
/** A power of two; one cluster has some hundred names. */
const SLOTS = 4096;
const VALUE_SLOTS = 16_384;
// Beyond this many different ones sharing has stopped to pay, and hostile input has begun.
const MAX_SHARED = 20_000;
const LONGEST_SHARED = 4096;

const NOTHING: XmlAnnounced = { type: '', units: '', slope: 'unspecified', tmaxSec: 0, dmaxSec: 0, extra: [] };

/** May serve any number of scanners in turn. Memory is bounded, whatever the sources send. */
export function createKnownMetrics(): KnownMetrics {
  // Two for each name: hosts of two kinds often announce the same metric differently.
  const newer = new Array<Shape | undefined>(SLOTS).fill(undefined);
  const older = new Array<Shape | undefined>(SLOTS).fill(undefined);
  const shared = new Map<string, XmlAnnounced>();
  const textOf = createTextCache(VALUE_SLOTS);

  const known: KnownMetrics = {
    name: '',
    value: '',
    tnSec: 0,
    announced: NOTHING,
    lines: 0,
    match(bytes, start, end) {
      const nameStart = start + METRIC_START.length;
      let hash = 0;
      let at = nameStart;
      const nameLimit = Math.min(end, nameStart + LONGEST_NAME);
      for (; at < nameLimit; at++) {
        const byte = bytes[at];
        if (byte === QUOTE) break;
        hash = Math.imul(hash ^ (byte ?? 0), 0x01000193);
      }
      const slot = slotOf(hash);
      const first = newer[slot];
      if (first === undefined) return 0;
      return read(first, bytes, nameStart, at, end) || readOlder(older[slot], bytes, nameStart, at, end);
    },
    learn(bytes, start, end, tag, announced) {
      const [nameStart, nameEnd] = tag.places.get('NAME') ?? NOWHERE;
      const [valueStart, valueEnd] = tag.places.get('VAL') ?? NOWHERE;
      const [tnStart, tnEnd] = tag.places.get('TN') ?? NOWHERE;
      if (nameStart !== start + METRIC_START.length || nameEnd - nameStart > LONGEST_NAME) return;
      if (end - start > LONGEST_SHARED) return;
      if (valueStart !== nameEnd + VALUE_START.length || tnStart < valueEnd) return;
      const nameBytes = Buffer.from(bytes.subarray(nameStart, nameEnd));
      const name = tag.attributes.get('NAME') ?? '';
      if (!equalsAscii(name, nameBytes)) return;
      let hash = 0;
      for (const byte of nameBytes) hash = Math.imul(hash ^ byte, 0x01000193);
      const slot = slotOf(hash);
      const middle = Buffer.from(bytes.subarray(valueEnd, tnStart));
      const tail = Buffer.from(bytes.subarray(tnEnd, end));
      const lines = countLines(middle, 0, middle.length) + countLines(tail, 0, tail.length);
      older[slot] = newer[slot];
      newer[slot] = { name, nameBytes, middle, tail, lines, announced };
    },
    share(announced) {
      const { type, units, slope, tmaxSec, dmaxSec, extra } = announced;
      const key = JSON.stringify([type, units, slope, tmaxSec, dmaxSec, extra]);
      // Long ones are rare, and so many of them would be a gigabyte.
      if (key.length > LONGEST_SHARED) return announced;
      const existing = shared.get(key);
      if (existing !== undefined) return existing;
      if (shared.size >= MAX_SHARED) shared.clear();
      shared.set(key, announced);
      return announced;
    },
  };

  const readOlder = (shape: Shape | undefined, bytes: Buffer, nameStart: number, nameEnd: number, end: number) =>
    shape === undefined ? 0 : read(shape, bytes, nameStart, nameEnd, end);

  function read(shape: Shape, bytes: Buffer, nameStart: number, nameEnd: number, end: number): number {
    const { nameBytes, middle, tail } = shape;
    if (nameBytes.length !== nameEnd - nameStart || !startsWith(bytes, nameStart, nameBytes)) return 0;
    if (!startsWith(bytes, nameEnd, VALUE_START)) return 0;
    const valueStart = nameEnd + VALUE_START.length;
    let at = valueStart;
    const valueLimit = Math.min(end, valueStart + LONGEST_VALUE);
    for (; at < valueLimit; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === QUOTE) break;
      if (byte < 0x20 || byte > 0x7e || byte === AMPERSAND || byte === LT) return 0;
    }
    const valueEnd = at;
    if (!startsWith(bytes, valueEnd, middle)) return 0;
    const tnStart = valueEnd + middle.length;
    let tnSec = 0;
    for (at = tnStart; at < tnStart + 9; at++) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      tnSec = tnSec * 10 + digit;
    }
    const elementEnd = at + tail.length;
    if (at === tnStart || elementEnd > end || bytes.compare(tail, 0, tail.length, at, elementEnd) !== 0) return 0;
    known.name = shape.name;
    known.value = textOf(bytes, valueStart, valueEnd);
    known.tnSec = tnSec;
    known.announced = shape.announced;
    known.lines = shape.lines;
    return elementEnd;
  }

  return known;
}

const NOWHERE = [-1, -1] as const;

const slotOf = (hash: number): number => (hash ^ (hash >>> 15)) & (SLOTS - 1);

/** Bytes past the end of what is there compare like any others; the caller checks the end once, behind them all. */
function startsWith(bytes: Buffer, at: number, expected: Buffer): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
  return true;
}

function equalsAscii(text: string, bytes: Buffer): boolean {
  if (text.length !== bytes.length) return false;
  for (let i = 0; i < bytes.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== bytes[i] || code > 0x7e) return false;
  }
  return true;
}

export function countLines(bytes: Buffer, start: number, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a, start); at !== -1 && at < end; at = bytes.indexOf(0x0a, at + 1)) lines++;
  return lines;
}
