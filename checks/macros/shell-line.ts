// Writes a line for /bin/sh in which macros are references to variables, never text: the
// shell reads the line of the configuration, and the values only as values.

import type { CommandToken, Quoting } from './command-words.ts';
import type { MacroWords } from './fill-words.ts';

/** What the shell is reading at one place of the line; quotes and substitutions hold one another. */
type Place = 'single' | 'double' | 'backtick' | 'substitution' | 'arithmetic' | 'parenthesis' | 'brace';

type ShellLine = { ok: true; line: string } | { ok: false; message: string };

/**
 * A macro becomes `${name}`: in double quotes bare, elsewhere within double quotes of its own (single quotes are left and
 * entered again), one for each word it stands for. Whatever this function might misread of the line, what it puts in are
 * quotes and references only, and a shell never reads the result of a reference as syntax. Two places are different and
 * refused: arithmetic, where some shells evaluate values, and backticks within double quotes, where quotes nest in no
 * defined way. What a program makes of its argument (`sh -c`, `ssh`, `eval`, `awk`) is not this line's to decide.
 */
export function writeShellLine(
  tokens: readonly CommandToken[],
  wordsOf: (macro: string, quoting: Quoting) => MacroWords,
  refer: (value: string) => string,
): ShellLine {
  const places: Place[] = [];
  let line = '';
  /** What the line has outside of quotes. */
  let unquoted = '';
  const charAt = (index: number): string => {
    const token = tokens[index];
    return typeof token === 'string' ? token : '';
  };

  const putMacro = (macro: string, isEscaped: boolean): string | undefined => {
    if (places.includes('arithmetic'))
      return `$${macro}$ stands in ((arithmetic)), where a shell may evaluate its value`;
    if (/(?:^|[\s;|&(!])\[\[\s|\$\[/.test(unquoted))
      return `$${macro}$ comes after [[ or $[, where some shells evaluate values as arithmetic; write [ … ] instead`;
    const backtickAt = places.indexOf('backtick');
    if (backtickAt >= 0 && places.slice(0, backtickAt).includes('double'))
      return `$${macro}$ stands in backticks within double quotes; write $$(…) instead of the backticks`;
    const place = places.at(-1);
    const isInDouble = isDoubleQuoted(places);
    const quoting: Quoting = isInDouble ? 'double' : place === 'single' || isEscaped ? 'single' : 'none';
    const { words, startsApart, endsApart } = wordsOf(macro, quoting);
    const references = words.map((word) => `\${${refer(word)}}`);
    if (isInDouble) line += (isEscaped ? '\\\\' : '') + references.join('');
    else if (place === 'single') line += `'"${references.join('')}"'`;
    else line += (startsApart ? ' ' : '') + references.map((each) => `"${each}"`).join(' ') + (endsApart ? ' ' : '');
    return undefined;
  };

  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    const place = places.at(-1);
    if (typeof token !== 'string') {
      const message = putMacro(token.macro, false);
      if (message !== undefined) return { ok: false, message };
      continue;
    }
    if (place !== 'single' && token === '\\' && index + 1 < tokens.length) {
      index++;
      const escaped = tokens[index] ?? '';
      const message = typeof escaped === 'string' ? undefined : putMacro(escaped.macro, true);
      if (message !== undefined) return { ok: false, message };
      if (typeof escaped === 'string') line += token + escaped;
      continue;
    }
    line += token;
    if (place !== 'single' && place !== 'double') unquoted += token;
    const opened = token === '$' ? openedByDollar(charAt(index + 1), charAt(index + 2), place) : [];
    if (opened.length > 0) {
      line += charAt(index + 1) + (opened.length > 1 ? charAt(index + 2) : '');
      index += opened.length;
      places.push(...opened);
    } else if (unquoted.endsWith('((') && token === '(' && place === 'parenthesis') places.push('arithmetic');
    else changePlace(places, token);
  }
  const open = places.find((place) => place === 'single' || place === 'double' || place === 'backtick');
  if (open !== undefined)
    return { ok: false, message: `a ${open === 'backtick' ? open : `${open} quote`} is never closed` };
  return { ok: true, line };
}

function openedByDollar(first: string, second: string, place: Place | undefined): Place[] {
  if (place === 'single') return [];
  if (first === '(') return second === '(' ? ['arithmetic', 'parenthesis'] : ['substitution'];
  return first === '{' ? ['brace'] : [];
}

/** In double quotes, or in a ${…} that is. */
const isDoubleQuoted = (places: readonly Place[]): boolean =>
  places.findLast((place) => place !== 'brace') === 'double';

/** What one character of the line's own changes; the closing one of a place leaves it. */
function changePlace(places: Place[], char: string): void {
  const place = places.at(-1);
  if (place === 'single') {
    if (char === "'") places.pop();
  } else if (char === '"') {
    if (place === 'double') places.pop();
    else places.push('double');
  } else if (char === '`') {
    const openAt = places.lastIndexOf('backtick');
    if (openAt >= 0) places.length = openAt;
    else places.push('backtick');
  } else if (char === "'" && !isDoubleQuoted(places)) places.push('single');
  else if (char === '(' && place !== 'double' && place !== 'brace') places.push('parenthesis');
  else if (char === ')' && (place === 'parenthesis' || place === 'substitution' || place === 'arithmetic'))
    places.pop();
  else if (char === '}' && place === 'brace') places.pop();
}
