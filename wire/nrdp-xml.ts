// Reads the small XML that NRDP clients post: elements with text, one level of records. No
// document types, no entities but the five of XML itself, so nothing in it can grow.

import type { Decoded } from '#kernel/errors.ts';

export interface XmlRecord {
  attributes: Readonly<Record<string, string>>;
  /** Text of each child element, by its name in lower case; the last of equal names. */
  fields: Readonly<Record<string, string>>;
}

const MAX_CHARS = 4 * 1024 * 1024;
const MAX_DEPTH = 8;
const MAX_RECORDS = 10_000;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
/** A name and its attributes; no two parts can match the same characters, so it is linear. */
const TAG = /^([A-Za-z_][\w.:-]{0,63})((?:\s+[A-Za-z_][\w.:-]{0,63}\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)$/;
const ATTRIBUTE = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const REFERENCE = /&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|([a-z]{2,4}));/g;

/**
 * Every element called `recordName`, wherever it stands. Never throws; time and memory are linear in
 * the text, of which at most 4 MB are accepted.
 */
export function readXmlRecords(text: string, recordName: string): Decoded<XmlRecord[]> {
  const refuse = (reason: string, at: number): Decoded<XmlRecord[]> => ({ ok: false, reason, at });
  if (text.length > MAX_CHARS) return refuse('too_large', MAX_CHARS);
  const records: XmlRecord[] = [];
  const open: string[] = [];
  let record: { attributes: Record<string, string>; fields: Record<string, string>; depth: number } | undefined;
  let said = '';
  let hasElement = false;

  for (let at = 0; at < text.length;) {
    const begin = text.indexOf('<', at);
    if (open.length > 0) said += decodeReferences(text.slice(at, begin === -1 ? text.length : begin));
    else if (text.slice(at, begin === -1 ? text.length : begin).trim() !== '') return refuse('not_xml', at);
    if (begin === -1) break;
    const skipped = skip(text, begin);
    if (skipped === 'unclosed') return refuse('unclosed', begin);
    if (skipped) {
      said += skipped.text;
      at = skipped.end;
      continue;
    }
    if (text.startsWith('<!', begin)) return refuse('document_type', begin);
    const end = text.indexOf('>', begin);
    if (end === -1) return refuse('unclosed', begin);
    at = end + 1;
    if (text[begin + 1] === '/') {
      const name = text.slice(begin + 2, end).trim();
      if (open.pop() !== name) return refuse('wrong_nesting', begin);
      if (record && open.length === record.depth) {
        records.push({ attributes: record.attributes, fields: record.fields });
        record = undefined;
      } else if (record && open.length === record.depth + 1) record.fields[name.toLowerCase()] = said.trim();
      continue;
    }
    const tag = TAG.exec(text.slice(begin + 1, end));
    if (!tag) return refuse('wrong_tag', begin);
    const [, name = '', attributes = '', selfClosing] = tag;
    if (open.length === 0 && hasElement) return refuse('two_documents', begin);
    hasElement = true;
    said = '';
    const isRecord = !record && name.toLowerCase() === recordName;
    if (isRecord && records.length >= MAX_RECORDS) return refuse('too_many', begin);
    if (selfClosing === '/') {
      if (isRecord) records.push({ attributes: readAttributes(attributes), fields: {} });
      continue;
    }
    if (isRecord) record = { attributes: readAttributes(attributes), fields: fieldsByName(), depth: open.length };
    open.push(name);
    if (open.length > MAX_DEPTH) return refuse('too_deep', begin);
  }
  if (open.length > 0) return refuse('unclosed', text.length);
  return hasElement ? { ok: true, value: records } : refuse('not_xml', 0);
}

/** Names come from outside: none of them may be a member that every object has. */
const fieldsByName = (): Record<string, string> => Object.create(null) as Record<string, string>;

/** Comments and instructions are left out, CDATA is text; undefined when none of them begins here. */
function skip(text: string, at: number): { text: string; end: number } | 'unclosed' | undefined {
  for (const [opening, closing, isText] of [
    ['<!--', '-->', false],
    ['<?', '?>', false],
    ['<![CDATA[', ']]>', true],
  ] as const) {
    if (!text.startsWith(opening, at)) continue;
    const end = text.indexOf(closing, at + opening.length);
    if (end === -1) return 'unclosed';
    return { text: isText ? text.slice(at + opening.length, end) : '', end: end + closing.length };
  }
  return undefined;
}

function readAttributes(text: string): Record<string, string> {
  const attributes = fieldsByName();
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE))
    attributes[name.toLowerCase()] = decodeReferences(double ?? single ?? '');
  return attributes;
}

/** What is no reference stays as it is: clients paste plugin output in unescaped. */
const decodeReferences = (text: string): string =>
  text.includes('&')
    ? text.replaceAll(REFERENCE, (whole, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return ENTITIES[name] ?? whole;
        const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex ?? '', 16);
        const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        return isCharacter ? String.fromCodePoint(code) : whole;
      })
    : text;
