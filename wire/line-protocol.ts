// InfluxDB line protocol: series keys and points to text, and series keys back.
// Pure. Source: InfluxDB documentation, "Line protocol reference".

import type { Decoded } from '#kernel/errors.ts';

/** Tags of one series, in the order they are written; InfluxDB wants them sorted by name. */
export type Tags = readonly (readonly [name: string, value: string])[];

/**
 * Text that line protocol can carry, from text that may hold anything. The protocol has no way to write a line
 * break, a backslash before a separator, an empty tag value, or a measurement that begins with '#': these become
 * %XX, and so does a '%' that would read as such. Everything else stays as it is, so usual names look usual.
 */
export function encodeLabel(text: string): string {
  if (text === '') return '%00';
  return text
    .replace(/%(?=[0-9A-F]{2})/g, '%25')
    .replace(/[\u0001-\u001f\u007f\\]/g, percent)
    .replace(/^#/, percent);
}

/** Undoes `encodeLabel`; text of other writers comes back as it is. */
export function decodeLabel(text: string): string {
  if (text === '%00') return '';
  return text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** `measurement,tag=value,…`; labels are encoded and separators escaped here. */
export function encodeSeriesKey(measurement: string, tags: Tags): string {
  const name = encodeLabel(measurement).replace(/[, ]/g, '\\$&');
  return [name, ...tags.map(([tag, value]) => `${escapeTag(tag)}=${escapeTag(encodeLabel(value))}`)].join(',');
}

const escapeTag = (text: string): string => text.replace(/[,= ]/g, '\\$&');

/** What all lines of a series begin with. */
export const encodePointStart = (seriesKey: string, field: string): string => `${seriesKey} ${escapeTag(field)}=`;

/**
 * One line, without its line break. The value is always written as a float: the first write fixes the type of a
 * field, and `1` and `1i` are different types. Not for NaN and infinities, which the protocol does not have.
 */
export const encodePoint = (start: string, value: number, atMs: number): string =>
  `${start}${value} ${Math.floor(atMs)}`;

/** Reads a series key as `SHOW SERIES` prints it. Labels come back decoded. */
export function parseSeriesKey(text: string): Decoded<{ measurement: string; tags: Map<string, string> }> {
  const [measurement = '', ...pairs] = splitUnescaped(text, ',');
  if (measurement === '') return { ok: false, reason: 'no_measurement', at: 0 };
  const tags = new Map<string, string>();
  for (const pair of pairs) {
    const [name = '', value, ...rest] = splitUnescaped(pair, '=');
    if (name === '' || value === undefined || rest.length > 0) {
      return { ok: false, reason: 'bad_tag', at: text.indexOf(pair) };
    }
    tags.set(unescape(name), decodeLabel(unescape(value)));
  }
  return { ok: true, value: { measurement: decodeLabel(unescape(measurement)), tags } };
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

const unescape = (text: string): string => text.replace(/\\([,= ])/g, '$1');
