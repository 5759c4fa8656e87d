// Text of a protocol that names no charset: UTF-8 where the bytes are UTF-8, and
// otherwise kept so that encoding gives the same bytes back.

import { isUtf8 } from 'node:buffer';

// A byte that is no UTF-8 travels as a lone low surrogate (Python calls this
// surrogateescape), which no valid text can hold: nothing is lost, nothing clashes.
const ESCAPE_BASE = 0xdc00;

/** Bytes `start` to `end` (exclusive) as text. Never throws; `encodeText` is its exact inverse. */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  for (let i = start; i < end; i++) {
    if ((bytes[i] ?? 0) >= 0x80) return decodeNonAscii(bytes.subarray(start, end));
  }
  return bytes.toString('latin1', start, end);
}

function decodeNonAscii(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte < 0x80 ? byte : ESCAPE_BASE + byte);
  return text;
}

export function encodeText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const isEscape = code >= ESCAPE_BASE + 0x80 && code <= ESCAPE_BASE + 0xff;
    parts.push(isEscape ? Buffer.of(code - ESCAPE_BASE) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/**
 * Wire text as people, databases and JSON may see it: cut at the first NUL, as the C
 * string of gmond is, and with bytes that are no UTF-8 read as Latin-1.
 */
export function displayText(text: string): string {
  const nul = text.indexOf('\0');
  const whole = nul === -1 ? text : text.slice(0, nul);
  if (whole.isWellFormed()) return whole;
  return whole
    .replace(/[\udc80-\udcff]/gu, (escape) => String.fromCharCode(escape.charCodeAt(0) - ESCAPE_BASE))
    .toWellFormed();
}

/** Longer words are rarely repeated and would cost more to compare than to decode. */
const LONGEST_CACHED = 64;

/**
 * A decoder like `decodeText` that hands out the same string object for the same short
 * ASCII bytes. Direct-mapped: `slots` (a power of two) bounds it for good, and a word
 * that hostile input pushed out is simply decoded again.
 */
export function createTextCache(slots: number): (bytes: Buffer, start: number, end: number) => string {
  const texts = new Array<string>(slots).fill('');
  return (bytes, start, end) => {
    const length = end - start;
    if (length > LONGEST_CACHED) return decodeText(bytes, start, end);
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (slots - 1);
    const known = texts[slot] ?? '';
    if (known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === bytes[start + i]) i++;
      if (i === length) return known;
    }
    const text = decodeText(bytes, start, end);
    // A non-ASCII text could be as long as other bytes of the same codes; it is left out.
    if (text.length === length && isAscii(text)) texts[slot] = text;
    return text;
  };
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}
