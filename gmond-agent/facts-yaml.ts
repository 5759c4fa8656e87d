// The part of YAML that facts are written in: mappings by indentation, scalars and
// lists of scalars. Whatever else YAML has is refused by line, never guessed.

import type { Decoded } from '#kernel/errors.ts';

export type Scalar = string | number | boolean | null;
export interface FactTree {
  [name: string]: Scalar | Scalar[] | FactTree;
}

interface Line {
  number: number;
  indent: number;
  text: string;
}

const DEEPEST = 10;
const KEY = /^(?:"([^"\\]*)"|'([^']*)'|([\w][\w.-]*))\s*:(?:\s+(.*))?$/;
const NUMBER = /^[-+]?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

class Refused extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/**
 * Numbers and booleans as in the core schema of YAML 1.2, but numbers that would not come back as they were written
 * ("007", beyond 2^53) stay text, as do "yes" and "no". `at` is the line, counted from 1.
 */
export function decodeFactsYaml(source: string): Decoded<FactTree> {
  try {
    const lines = readLines(source);
    const first = lines[0];
    if (first === undefined) return { ok: true, value: {} };
    const reader = { lines, next: 0 };
    const tree = readMapping(reader, first.indent, 1);
    const left = lines[reader.next];
    if (left !== undefined) throw new Refused(left.number, 'its indentation fits nothing above');
    return { ok: true, value: tree };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, reason: `line ${error.line}: ${error.message}`, at: error.line };
    throw error;
  }
}

function readLines(source: string): Line[] {
  const lines: Line[] = [];
  for (const [index, raw] of source.split(/\r?\n/).entries()) {
    const text = raw.trim();
    if (text === '' || text.startsWith('#')) continue;
    if (text === '---' && lines.length === 0) continue;
    if (/^(---|\.\.\.)(\s|$)/.test(raw)) throw new Refused(index + 1, 'only one document is accepted');
    const indent = /^[ \t]*/.exec(raw)?.[0] ?? '';
    if (indent.includes('\t')) throw new Refused(index + 1, 'is indented with a tab; blanks are accepted');
    lines.push({ number: index + 1, indent: indent.length, text });
  }
  return lines;
}

interface Reader {
  lines: readonly Line[];
  next: number;
}

function readMapping(reader: Reader, indent: number, depth: number): FactTree {
  const members = new Map<string, FactTree[string]>();
  for (let line = reader.lines[reader.next]; line?.indent === indent; line = reader.lines[reader.next]) {
    if (depth > DEEPEST) throw new Refused(line.number, `is more than ${DEEPEST} levels deep`);
    const [match, double, single, plain, rest = ''] = KEY.exec(line.text) ?? [];
    if (match === undefined) throw new Refused(line.number, 'is not "name: value"');
    const key = double ?? single ?? plain ?? '';
    if (members.has(key)) throw new Refused(line.number, `has the name ${JSON.stringify(key)} a second time`);
    reader.next++;
    const isOpen = rest === '' || rest.startsWith('#');
    members.set(key, isOpen ? readBlock(reader, indent, depth) : readValue(rest, line.number));
  }
  return Object.fromEntries(members);
}

/** What stands below "name:"; a list may stand as far left as its name. */
function readBlock(reader: Reader, indent: number, depth: number): FactTree[string] {
  const first = reader.lines[reader.next];
  if (first === undefined) return null;
  if (first.indent >= indent && isItem(first)) return readItems(reader, first.indent);
  return first.indent > indent ? readMapping(reader, first.indent, depth + 1) : null;
}

const isItem = ({ text }: Line): boolean => text === '-' || text.startsWith('- ');

function readItems(reader: Reader, indent: number): Scalar[] {
  const items: Scalar[] = [];
  for (let line = reader.lines[reader.next]; line?.indent === indent; line = reader.lines[reader.next]) {
    if (!isItem(line)) break;
    items.push(readScalar(line.text.slice(1).trim(), line.number));
    reader.next++;
  }
  return items;
}

function readValue(text: string, line: number): Scalar | Scalar[] {
  if (!text.startsWith('[')) return readScalar(text, line);
  const inner = /^\[([^[\]{}"'#]*)\]\s*(?:#.*)?$/.exec(text)?.[1];
  if (inner === undefined) throw new Refused(line, 'is a list of other than plain values on one line');
  const items = inner.trim() === '' ? [] : inner.split(',');
  return items.map((item) => readScalar(item.trim(), line));
}

function readScalar(text: string, line: number): Scalar {
  if (text.startsWith('"')) return readDouble(text, line);
  if (text.startsWith("'")) {
    const quoted = /^'((?:[^']|'')*)'\s*(?:\s#.*)?$/.exec(text)?.[1];
    if (quoted === undefined) throw new Refused(line, 'has a quoted value that does not end on its line');
    return quoted.replaceAll("''", "'");
  }
  const plain = text.replace(/(^|\s+)#.*$/, '').trim();
  if (/^([&*!|>%@`{}[\],]|[?:-](\s|$))/.test(plain))
    throw new Refused(
      line,
      `has ${JSON.stringify(plain.slice(0, 20))}, which is not accepted here; quote it if it is text`,
    );
  if (/:(\s|$)/.test(plain)) throw new Refused(line, 'has ": " within a value; quote it');
  if (/^(null|Null|NULL|~|)$/.test(plain)) return null;
  if (/^(true|True|TRUE)$/.test(plain)) return true;
  if (/^(false|False|FALSE)$/.test(plain)) return false;
  const number = Number(plain);
  const isExact = Number.isInteger(number) ? Number.isSafeInteger(number) : Number.isFinite(number);
  return NUMBER.test(plain) && isExact ? number : plain;
}

function readDouble(text: string, line: number): string {
  const quoted = /^("(?:[^"\\]|\\.)*")\s*(?:\s#.*)?$/.exec(text)?.[1];
  try {
    // The escapes that YAML shares with JSON; others are refused.
    const value: unknown = JSON.parse(quoted ?? '');
    if (typeof value === 'string') return value;
  } catch {
    // Said below.
  }
  throw new Refused(line, 'has a quoted value that does not end on its line, or an escape that JSON does not have');
}
