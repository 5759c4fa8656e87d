// Reads one tag of Ganglia XML from bytes: strictly where it is well-formed, and by
// its known attributes where a gmond wrote what no XML parser takes. Knows no nesting.

import { isUtf8 } from 'node:buffer';

export interface XmlTag {
  name: string;
  closing: boolean;
  /** `<X/>`. */
  empty: boolean;
  /** Values as decoded text. */
  attributes: ReadonlyMap<string, string>;
  /** Offset behind the tag. */
  end: number;
  /** Offset of each attribute's value, within its quotes; none when the tag was repaired. */
  places: ReadonlyMap<string, readonly [start: number, end: number]>;
}

export type TagRead = { kind: 'tag'; tag: XmlTag; repaired: boolean } | { kind: 'incomplete' } | { kind: 'malformed' };

const LT = 0x3c;
const GT = 0x3e;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const NEWLINE = 0x0a;

const INCOMPLETE: TagRead = { kind: 'incomplete' };
const MALFORMED: TagRead = { kind: 'malformed' };

/**
 * Reads the tag that begins with `<` at `start`; bytes from `end` on are not there yet, or never will be when
 * `final`. What it answers depends on the bytes alone, never on where a chunk ended.
 */
export function readTag(bytes: Buffer, start: number, end: number, final: boolean): TagRead {
  const close = findTagEnd(bytes, start, end);
  if (close > 0) {
    const tag = parseStrict(bytes.toString('latin1', start, close + 1), start);
    if (tag !== undefined) return { kind: 'tag', tag, repaired: false };
  } else if (close === UNKNOWN && !final) return INCOMPLETE;

  const newline = bytes.indexOf(NEWLINE, start);
  const hasLine = newline !== -1 && newline < end;
  if (!hasLine && !final) return INCOMPLETE;
  const tag = repairLine(bytes.toString('latin1', start, hasLine ? newline : end), start);
  if (tag !== undefined) return { kind: 'tag', tag, repaired: true };
  return hasLine ? MALFORMED : INCOMPLETE;
}

const UNKNOWN = -1;
const BROKEN = -2;

/** Offset of the `>` that ends the tag, UNKNOWN while it has not come, BROKEN where a `<` stands inside. */
function findTagEnd(bytes: Buffer, start: number, end: number): number {
  let quote = 0;
  for (let i = start + 1; i < end; i++) {
    const byte = bytes[i];
    if (byte === LT) return BROKEN;
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === GT) return i;
    else if (byte === DOUBLE_QUOTE || byte === SINGLE_QUOTE) quote = byte;
  }
  return UNKNOWN;
}

const HEAD = /^<(\/?)([A-Za-z_][\w.:-]*)/;
const ATTRIBUTE = /\s+([A-Za-z_][\w.:-]*)\s*=\s*("[^"]*"|'[^']*')/y;
const TAIL = /\s*(\/?)>$/y;

/** One Latin-1 character per byte, so that places in the text are offsets. */
function parseStrict(text: string, start: number): XmlTag | undefined {
  const head = HEAD.exec(text);
  if (head === null) return undefined;
  const attributes = new Map<string, string>();
  const places = new Map<string, readonly [number, number]>();
  let at = head[0].length;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(text);
    if (found === null) break;
    at = ATTRIBUTE.lastIndex;
    const [, name = '', quoted = ''] = found;
    if (attributes.has(name)) return undefined;
    attributes.set(name, decodeValue(quoted.slice(1, -1)));
    places.set(name, [start + at - quoted.length + 1, start + at - 1]);
  }
  TAIL.lastIndex = at;
  const tail = TAIL.exec(text);
  if (tail === null) return undefined;
  const [, slash, name = ''] = head;
  return { name, closing: slash === '/', empty: tail[1] === '/', attributes, places, end: start + text.length };
}

const NO_PLACES: XmlTag['places'] = new Map();
const LINE_HEAD = /^<([A-Z_]+) (?=[A-Z_]+=")/;
const LINE_TAIL = /"(\/?)>\r?$/;
const KNOWN_ATTRIBUTE =
  / (NAME|VAL|TYPE|UNITS|TN|TMAX|DMAX|SLOPE|SOURCE|IP|TAGS|REPORTED|LOCATION|GMOND_STARTED|LOCALTIME|OWNER|LATLONG|URL|AUTHORITY|SUM|NUM|UP|DOWN|VERSION)="/g;

/**
 * gmond escapes no units, titles or names: a quote or angle bracket in them breaks the tag, but the tag still
 * stands on a line of its own and every value still ends where the next known attribute begins. A line that
 * leaves a choice is not read.
 */
function repairLine(line: string, start: number): XmlTag | undefined {
  const head = LINE_HEAD.exec(line);
  const tail = LINE_TAIL.exec(line);
  if (head === null || tail === null) return undefined;
  const [, name = ''] = head;
  const attributes = new Map<string, string>();
  const anchors = [...line.matchAll(KNOWN_ATTRIBUTE)];
  if (anchors[0]?.index !== head[0].length - 1) return undefined;
  for (const [i, anchor] of anchors.entries()) {
    const [whole, attribute = ''] = anchor;
    const valueStart = anchor.index + whole.length;
    const valueEnd = (anchors[i + 1]?.index ?? tail.index + 1) - 1;
    if (valueEnd < valueStart || line[valueEnd] !== '"' || attributes.has(attribute)) return undefined;
    attributes.set(attribute, decodeValue(line.slice(valueStart, valueEnd)));
  }
  return { name, closing: false, empty: tail[1] === '/', attributes, places: NO_PLACES, end: start + line.length };
}

const PLAIN = /^[ -%'-~]*$/;
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/gi;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * An attribute's value, given as one character per byte: UTF-8 where the bytes are UTF-8, otherwise Latin-1.
 * References that are not known stay as they are; nothing is ever expanded twice.
 */
export function decodeValue(raw: string): string {
  if (PLAIN.test(raw)) return raw;
  const bytes = Buffer.from(mendReferences(raw), 'latin1');
  const text = isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1');
  return text
    .replace(/[\t\r\n]/g, ' ')
    .replace(REFERENCE, (whole, named?: string, decimal?: string, hex?: string) =>
      named === undefined
        ? character(decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal))
        : (NAMED[named.toLowerCase()] ?? whole),
    )
    .replace(CONTROLS, '?');
}

// oxlint-disable-next-line no-control-regex -- what XML cannot hold, and no database or terminal should be given
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f]/g;

const character = (code: number): string =>
  code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff) ? '?' : String.fromCodePoint(code);

/**
 * gmond writes a byte of 127 and more as `&#` and two characters, the first of which is beyond the digits:
 * 0xB0 + byte / 10. It can be undone exactly.
 */
const mendReferences = (raw: string): string =>
  raw.replace(/&#([\xbc-\xc9])(\d);/g, (_whole, tens: string, ones: string) =>
    String.fromCharCode(((tens.charCodeAt(0) - 0xb0) * 10 + Number(ones)) & 0xff),
  );
