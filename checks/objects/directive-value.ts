// Text of a directive → flag, number, letters of states, names of a list; or what is
// accepted instead. Numbers are read as C reads them, as Nagios does. Source: spec §7, [src].

import type { DirectiveDefinition } from './directive-table.ts';

/** Letters as the object cache of Nagios orders them, with the words that Nagios reads as well. */
const STATE_WORDS: Readonly<Record<string, readonly string[]>> = {
  o: ['ok', 'up'],
  r: ['recovery'],
  d: ['down'],
  w: ['warning'],
  u: ['unknown', 'unreachable'],
  c: ['critical'],
  f: ['flapping'],
  s: ['downtime'],
  p: ['pending'],
  N: ['notifications'],
};
const CACHE_ORDER = Object.keys(STATE_WORDS);

/** 'all' is more than every letter: it also holds what later versions add. */
export type StateLetters = 'all' | readonly string[];

/** Letters in the order of the object cache. `n` empties what stands before it, `a` is everything. */
export function readOptions(text: string, letters: string): StateLetters | { accepted: string } {
  let chosen: Set<string> | 'all' = new Set();
  for (const word of text.split(/[, ]+/)) {
    if (word === '') continue;
    const letter = readStateLetter(word, letters);
    if (word === 'n' || word === 'none') chosen = new Set();
    else if (word === 'a' || word === 'all') chosen = 'all';
    else if (letter === undefined) return { accepted: acceptedStates(letters, ['n (none)', 'a (all)']) };
    else if (chosen !== 'all') chosen.add(letter);
  }
  const set = chosen;
  return set === 'all' ? 'all' : CACHE_ORDER.filter((letter) => set.has(letter));
}

/** One letter of `letters`, also from its word. */
export const readStateLetter = (word: string, letters: string): string | undefined =>
  word.length === 1
    ? letters.includes(word)
      ? word
      : undefined
    : [...letters].find((letter) => STATE_WORDS[letter]?.includes(word));

const acceptedStates = (letters: string, more: string[] = []): string =>
  [...[...letters].map((letter) => `${letter} (${STATE_WORDS[letter]?.join(' or ')})`), ...more].join(', ');

/** Like C's atoi: what follows the number is ignored; undefined where there is none. */
export const readInteger = (text: string): number | undefined => {
  const digits = /^\s*[+-]?\d{1,15}/.exec(text)?.[0];
  return digits === undefined ? undefined : Number(digits);
};

/** Like C's strtod, for plain decimals. */
export const readDecimal = (text: string): number | undefined => {
  const digits = /^\s*[+-]?(?:\d{1,15}(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?/i.exec(text)?.[0];
  return digits === undefined ? undefined : Number(digits);
};

/** Anything above 0 is on, as in Nagios. */
export const readFlag = (text: string): boolean => (readInteger(text) ?? 0) > 0;

const UNIT_SEC: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of `90s`, `5m`, `1h`, `2d`, or of a number that counts in `unitSec`. */
export function readIntervalSec(text: string, unitSec = 1): number | undefined {
  const value = readDecimal(text);
  const unit = /^[\d.e+-]+\s*(?<unit>[smhd])$/i.exec(text.trim())?.groups?.['unit'];
  return value === undefined ? undefined : value * (unit === undefined ? unitSec : (UNIT_SEC[unit] ?? unitSec));
}

/** Names of a comma list, without blanks and without empty ones. */
export const readNames = (text: string): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** What is wrong with the text, as "… is accepted"; undefined for one that can be read. */
export function refuseValue(definition: DirectiveDefinition, text: string): string | undefined {
  switch (definition.kind) {
    case 'flag':
      return readInteger(text) === undefined ? '0 or 1' : undefined;
    case 'integer':
      return readInteger(text) === undefined ? 'a whole number' : undefined;
    case 'decimal':
      return readDecimal(text) === undefined ? 'a number' : undefined;
    case 'interval':
      return (readIntervalSec(text) ?? -1) < 0 ? 'a number from 0, or one with a unit such as 30s or 5m,' : undefined;
    case 'seconds':
      return (readIntervalSec(text) ?? -1) < 0 ? 'a number of seconds from 0' : undefined;
    case 'options': {
      const read = readOptions(text, definition.letters ?? '');
      return typeof read === 'object' && 'accepted' in read ? `any of ${read.accepted}` : undefined;
    }
    case 'state': {
      const letters = definition.letters ?? '';
      return readStateLetter(text, letters) === undefined ? `one of ${acceptedStates(letters)}` : undefined;
    }
    case 'coordinates':
      return readNames(text).every((part) => readDecimal(part) !== undefined) ? undefined : 'numbers with commas';
    case 'text':
    case 'reference':
    case 'list':
    case 'command':
      return undefined;
    default:
      return definition.kind satisfies never;
  }
}

/** True where C would stop before the end of the text: `5x` is 5 to Nagios. */
export const hasTail = (definition: DirectiveDefinition, text: string): boolean =>
  (definition.kind === 'flag' || definition.kind === 'integer' || definition.kind === 'decimal') &&
  !Number.isFinite(Number(text.trim()));
