// Gives the macros of split words their values. A value can add words where the
// configuration wrote it without quotes; it can never be anything but words.

import { splitWords, tokensOf, type Quoting, type WordPart } from './command-words.ts';
import { macroValue, type ExpandOptions, type MacroLookup } from './expand-macros.ts';
import { argumentNumber, isConfiguredMacro } from './macro-origin.ts';

/** What one macro stands for. The first and last word grow together with what stands beside them, unless apart. */
export interface MacroWords {
  words: string[];
  startsApart: boolean;
  endsApart: boolean;
}

export interface FillContext {
  lookup: MacroLookup;
  options: ExpandOptions;
  /** Collects the names of macros that do not exist. */
  missing: Set<string>;
}

/** A word that is made only of macros without any word is none. */
export function fillWords(words: readonly WordPart[][], context: FillContext): string[] {
  const filled: string[] = [];
  let current: string | undefined;
  const endWord = (): void => {
    if (current !== undefined) filled.push(current);
    current = undefined;
  };
  for (const word of words) {
    for (const part of word) {
      const inner = typeof part === 'string' ? oneWord(part) : macroWords(part.macro, part.quoting, context);
      if (inner.startsApart) endWord();
      for (const [index, each] of inner.words.entries()) {
        if (index > 0) endWord();
        current = (current ?? '') + each;
      }
      if (inner.endsApart) endWord();
    }
    endWord();
  }
  return filled;
}

/**
 * The rule of splitting. Without quotes, values from the configuration ($ARGn$, $USERn$, custom variables) are words
 * with quotes and backslashes of their own, because people write `$_SERVICEEXTRA$` = `-e "200 OK"`; in double quotes they
 * lose the backslashes that double quotes take. All others (names, states, output, comments) are always one word, even an
 * empty one: what a plugin or a person wrote can neither split nor swallow an argument.
 */
export function macroWords(name: string, quoting: Quoting, context: FillContext): MacroWords {
  const { lookup, options, missing } = context;
  const value = withoutNul(macroValue(name, lookup, options, missing));
  if (!isConfiguredMacro(name)) return oneWord(value);
  if (quoting === 'double') return oneWord(value.replaceAll(/\\(["\\$`])/g, '$1'));
  if (quoting === 'single') return oneWord(value);

  const argument = argumentNumber(name);
  const isArgument = argument !== undefined && options.args !== undefined;
  // Only an argument may name macros; any other value is text to its last dollar.
  const split = splitWords(isArgument ? tokensOf(withoutNul(options.args?.[argument - 1] ?? '')) : Array.from(value));
  const { startsApart, endsApart } = split;
  // In `it's` there is no second quote: then quotes are characters, and only blanks split.
  if (split.openQuote !== undefined)
    return { words: value.split(/[ \t\r\n]+/).filter((each) => each !== ''), startsApart, endsApart };
  const { args: _, ...withoutArgs } = options;
  return { words: fillWords(split.words, { ...context, options: withoutArgs }), startsApart, endsApart };
}

const oneWord = (text: string): MacroWords => ({ words: [text], startsApart: false, endsApart: false });

// An argument of a program ends at its first NUL.
const withoutNul = (text: string): string => text.replaceAll('\0', '');
