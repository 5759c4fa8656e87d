// The filter language of checks: state:critical host:web-* -is:handled output:"no route" disk. Pure.
//
//   filter = {term}       term = ["-"] [field ":"] value {"," value}      value = word | '"' … '"'
//   A term without a field is part of the name of the check, its host or its cluster; "," is part of it.
//   All terms must hold; of the values of one term any. "*" stands for anything, except in output and free text,
//   which are found anywhere. In quotes \" and \\ mean the character itself.

import type { Decoded } from '#kernel/errors.ts';

export const CHECK_STATE_WORDS = [
  'ok',
  'warning',
  'critical',
  'unknown',
  'up',
  'down',
  'unreachable',
  'pending',
] as const;

export const CHECK_TRAITS = [
  'problem',
  'unhandled',
  'handled',
  'soft',
  'hard',
  'flapping',
  'downtime',
  'acked',
  'muted',
  'stale',
  'passive',
  'active',
  'disabled',
] as const;
export type CheckTrait = (typeof CHECK_TRAITS)[number];

/** Fields whose values are a closed set. */
const CLOSED: Partial<Record<string, readonly string[]>> = {
  state: CHECK_STATE_WORDS,
  is: CHECK_TRAITS,
  object: ['host', 'service'],
};

export const CHECK_FIELDS = [
  'state',
  'is',
  'object',
  'host',
  'check',
  'kind',
  'group',
  'servicegroup',
  'cluster',
  'owner',
  'output',
  /** The set of documents that made the check. */
  'set',
  /** Hosts that are beneath one, and their services. */
  'under',
] as const;
export type CheckField = (typeof CHECK_FIELDS)[number];

export interface CheckTerm {
  field: CheckField | 'text';
  /** At least one; words of closed fields in lower case. */
  values: string[];
  isNegated: boolean;
}

const MOST_CHARACTERS = 1000;
const MOST_TERMS = 50;
const MOST_VALUES = 50;

class Misread extends Error {
  readonly at: number;
  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

/** `at` is the character at which the text stops making sense. Never throws. */
export function parseCheckQuery(text: string): Decoded<CheckTerm[]> {
  try {
    return { ok: true, value: readTerms(text) };
  } catch (error) {
    if (error instanceof Misread) return { ok: false, reason: error.message, at: error.at };
    throw error;
  }
}

function readTerms(text: string): CheckTerm[] {
  if (text.length > MOST_CHARACTERS)
    throw new Misread(MOST_CHARACTERS, `a filter has at most ${MOST_CHARACTERS} characters`);
  const terms: CheckTerm[] = [];
  let at = 0;
  for (;;) {
    while (isBlank(text[at])) at += 1;
    if (at >= text.length) return terms;
    if (terms.length === MOST_TERMS) throw new Misread(at, `a filter has at most ${MOST_TERMS} terms`);
    const read = readTerm(text, at);
    terms.push(read.term);
    at = read.end;
  }
}

const isBlank = (character: string | undefined): boolean => character !== undefined && /\s/.test(character);

const FIELD_AT = /([A-Za-z]+):/y;
const WORD_AT = /[^\s"]+/y;
const VALUE_AT = /[^\s",]+/y;

function readTerm(text: string, start: number): { term: CheckTerm; end: number } {
  // A lone "-" or "--x" is text: only "-x" negates.
  const isNegated = text[start] === '-' && /[^\s-]/.test(text[start + 1] ?? '');
  const from = isNegated ? start + 1 : start;
  const field = fieldAt(text, from);
  if (field === undefined) {
    const { value, end } = text[from] === '"' ? readQuoted(text, from) : readWord(text, from, WORD_AT);
    return { term: { field: 'text', values: [value], isNegated }, end: endOfTerm(text, end) };
  }
  const values: string[] = [];
  let at = from + field.length;
  do {
    at += 1;
    if (values.length === MOST_VALUES) throw new Misread(at, `a term has at most ${MOST_VALUES} values`);
    const { value, end } = text[at] === '"' ? readQuoted(text, at) : readWord(text, at, VALUE_AT);
    values.push(closedValue(field, value, at));
    at = end;
  } while (text[at] === ',');
  return { term: { field, values, isNegated }, end: endOfTerm(text, at) };
}

function fieldAt(text: string, at: number): CheckField | undefined {
  FIELD_AT.lastIndex = at;
  const word = FIELD_AT.exec(text)?.[1];
  if (word === undefined) return undefined;
  const field = CHECK_FIELDS.find((one) => one === word.toLowerCase());
  if (field) return field;
  throw new Misread(at, `“${word}” is no field. Known: ${CHECK_FIELDS.join(', ')}. Text with a colon stands in quotes`);
}

function readWord(text: string, at: number, pattern: RegExp): { value: string; end: number } {
  pattern.lastIndex = at;
  const value = pattern.exec(text)?.[0];
  if (value === undefined) throw new Misread(at, 'a value is expected');
  return { value, end: at + value.length };
}

function readQuoted(text: string, start: number): { value: string; end: number } {
  let value = '';
  let at = start + 1;
  for (; text[at] !== '"'; at += 1) {
    if (at >= text.length) throw new Misread(start, 'the closing " is missing');
    if (text[at] === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\')) at += 1;
    value += text[at];
  }
  if (value === '') throw new Misread(start, 'something between the quotes is expected');
  return { value, end: at + 1 };
}

function endOfTerm(text: string, at: number): number {
  if (at < text.length && !isBlank(text[at])) throw new Misread(at, 'a blank is expected between terms');
  return at;
}

function closedValue(field: CheckField, value: string, at: number): string {
  const known = CLOSED[field];
  if (!known) return value;
  const word = value.toLowerCase();
  if (known.includes(word)) return word;
  throw new Misread(at, `${field} is one of ${known.join(', ')}`);
}

const PLAIN_VALUE = /^[^\s",]+$/;
const PLAIN_TEXT = /^[^\s":-][^\s":]*$/;

/** The text of a filter; parseCheckQuery gives the terms back. */
export function printCheckQuery(terms: readonly CheckTerm[]): string {
  const quoted = (value: string): string => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return terms
    .map(({ field, values, isNegated }) => {
      const plain = field === 'text' ? PLAIN_TEXT : PLAIN_VALUE;
      const words = values.map((value) => (plain.test(value) ? value : quoted(value))).join(',');
      return `${isNegated ? '-' : ''}${field === 'text' ? '' : `${field}:`}${words}`;
    })
    .join(' ');
}
