// Comma lists of names: `*`, `!name`, regular expressions where the site turned them on.
// The order is that of Nagios, which shows in its object cache. Source: spec §7.3, [src].

import { RE2JS } from 're2js';
import { readNames } from './directive-value.ts';

/** `special`: names with `* ? + \.` are expressions; `all`: every name is. */
export type RegexMode = 'off' | 'special' | 'all';

export interface ExpandedNames {
  /** Each once. */
  accepted: string[];
  /** Named with `!`. */
  rejected: string[];
  /** Named, and not there. */
  unknown: string[];
}

/** Names that exist, in the order in which they were defined; members of `*` and of expressions. */
export interface NamePool {
  has(name: string): boolean;
  readonly names: readonly string[];
}

export interface NameExpander {
  expand(text: string, pool: NamePool): ExpandedNames;
  /** What a name that is an expression matches; undefined for a plain name. */
  expression(name: string): ((name: string) => boolean) | undefined;
}

/** Remembers the expressions it has compiled; one serves one resolving. */
export function createNameExpander(mode: RegexMode): NameExpander {
  const compiled = new Map<string, (name: string) => boolean>();

  const expression = (name: string): ((name: string) => boolean) | undefined => {
    if (!isExpression(name, mode)) return undefined;
    let matcher = compiled.get(name);
    if (matcher === undefined) {
      matcher = compileExpression(name);
      compiled.set(name, matcher);
    }
    return matcher;
  };

  return {
    expression,
    expand(text, pool) {
      const accepted = new Set<string>();
      const rejected = new Set<string>();
      const unknown: string[] = [];
      for (const word of readNames(text)) {
        const isRejection = word.startsWith('!');
        const name = isRejection ? word.slice(1).trim() : word;
        const into = isRejection ? rejected : accepted;
        const matcher = name === '*' ? () => true : expression(name);
        if (matcher === undefined) {
          if (pool.has(name)) into.add(name);
          else unknown.push(word);
          continue;
        }
        // Nagios walks its list from the last definition back.
        const found = pool.names.toReversed().filter(matcher);
        for (const each of found) into.add(each);
        if (found.length === 0 && name !== '*') unknown.push(word);
      }
      return { accepted: [...accepted], rejected: [...rejected], unknown };
    },
  };
}

const isExpression = (name: string, mode: RegexMode): boolean =>
  mode === 'all' || (mode === 'special' && /[*?+]|\\\./.test(name));

const LONGEST_EXPRESSION = 1000;

/**
 * A POSIX extended expression, unanchored, matched in linear time. One that does not compile matches nothing:
 * back-references, which no linear engine has, among them.
 */
function compileExpression(expression: string): (name: string) => boolean {
  if (expression.length > LONGEST_EXPRESSION) return () => false;
  try {
    const regex = RE2JS.compile(fromPosix(expression));
    return (name) => regex.matcher(name).find();
  } catch {
    return () => false;
  }
}

/** `\d` is no class in POSIX but a plain `d`; an operator with nothing before it is skipped (glibc). */
const fromPosix = (expression: string): string =>
  expression
    .replace(/^[*+?]+/, '')
    .replaceAll(/\\(?<letter>[A-Za-z])/g, (whole, letter: string) => ('wWsSbB'.includes(letter) ? whole : letter));
