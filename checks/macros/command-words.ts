// Splits a command line into the words of its arguments, with macros as opaque parts, by
// the rules of Nagios 4 (lib/runcmd.c), which are those of the shell without its syntax.

import { parseMacroText } from './macro-text.ts';

export type Quoting = 'none' | 'single' | 'double';

export type WordPart = string | { macro: string; quoting: Quoting };

interface SplitWords {
  words: WordPart[][];
  /** Blanks before the first and after the last word, which matter for a value that is put into a longer word. */
  startsApart: boolean;
  endsApart: boolean;
  /** A quote that is never closed. */
  openQuote?: string;
  /** First character that only a shell understands, in a place where it would. */
  shellSyntax?: string;
}

export type CommandToken = string | { macro: string };

/** Single characters and macros; `$$` is the character `$`, which is the shell's. */
export const tokensOf = (line: string): CommandToken[] =>
  parseMacroText(line).flatMap((part): CommandToken[] => (typeof part === 'string' ? Array.from(part) : [part]));

const BLANKS = new Set([' ', '\t', '\r', '\n']);
const SYNTAX_UNQUOTED = new Set('|<>&;()*?`$');
const SYNTAX_IN_DOUBLE = new Set('`$');
const ESCAPED_IN_DOUBLE = new Set(['"', '\\', '$', '`']);

export function splitWords(tokens: readonly CommandToken[]): SplitWords {
  const words: WordPart[][] = [];
  let word: WordPart[] | undefined;
  let quoting: Quoting = 'none';
  let shellSyntax: string | undefined;

  const append = (part: WordPart): void => {
    word ??= [];
    const last = word.at(-1);
    if (typeof part === 'string' && typeof last === 'string') word[word.length - 1] = last + part;
    else word.push(part);
  };
  const endWord = (): void => {
    if (word) words.push(word);
    word = undefined;
  };

  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    const next = tokens[index + 1];
    if (typeof token !== 'string') append({ macro: token.macro, quoting });
    else if (quoting === 'single') {
      if (token === "'") quoting = 'none';
      else append(token);
    } else if (quoting === 'double') {
      if (token === '"') quoting = 'none';
      else if (token === '\\' && typeof next === 'string' && ESCAPED_IN_DOUBLE.has(next)) {
        append(next);
        index++;
      } else {
        if (SYNTAX_IN_DOUBLE.has(token)) shellSyntax ??= token;
        append(token);
      }
    } else if (BLANKS.has(token)) endWord();
    else if (token === '\\') {
      // A backslash takes the syntax from whatever follows; before a macro there is none to take, but no splitting either.
      if (next !== undefined) append(typeof next === 'string' ? next : { macro: next.macro, quoting: 'single' });
      else append(token);
      index++;
    } else if (token === "'" || token === '"') {
      quoting = token === "'" ? 'single' : 'double';
      // Quotes around nothing are a word, too.
      append('');
    } else {
      if (SYNTAX_UNQUOTED.has(token)) shellSyntax ??= token;
      append(token);
    }
  }
  endWord();
  return {
    words,
    startsApart: isBlank(tokens[0]),
    endsApart: isBlank(tokens.at(-1)),
    ...(quoting !== 'none' && { openQuote: quoting === 'single' ? "'" : '"' }),
    ...(shellSyntax !== undefined && { shellSyntax }),
  };
}

const isBlank = (token: CommandToken | undefined): boolean => typeof token === 'string' && BLANKS.has(token);
