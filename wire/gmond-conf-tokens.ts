// Cuts the text of a gmond.conf into words and marks, with environment variables
// expanded. Knows nothing of sections and options.

export interface ConfPosition {
  file: string;
  /** Both count from 1. */
  line: number;
  column: number;
}

export type ConfMark = '{' | '}' | '(' | ')' | '=' | '+=' | ',';

export type ConfToken =
  | { kind: 'word'; text: string; at: ConfPosition }
  | { kind: ConfMark; at: ConfPosition }
  /** A string that does not end; it was reported. */
  | { kind: 'broken'; at: ConfPosition }
  | { kind: 'end'; at: ConfPosition };

/** What is wrong with the text itself. `unset`: a variable that the environment does not have. */
export interface TokenFault {
  kind: 'wrong' | 'unset';
  at: ConfPosition;
  given: string;
  expected: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const BLANKS = new Set([' ', '\t', '\n', '\r', '\f', '\v']);
// Where a bare word ends (spec/ganglia.md §4). libconfuse also stops at '*'; no file that it reads has one there.
const WORD_ENDS = new Set([...BLANKS, '"', "'", '{', '}', '(', ')', '=', ',', '+', '#']);
const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
};

/** Tokens in order, the last of kind 'end'. Never throws; time and memory are linear in the text. */
export function tokenizeConf(
  text: string,
  file: string,
  environment: Environment,
): { tokens: ConfToken[]; faults: TokenFault[] } {
  const whole = cutTokens(text, file, { environment, stringsMaySpanLines: true });
  // A string may span lines, so a forgotten quote turns everything after it inside out and shows only
  // at the end of the file. Then no string is taken to span lines: the one that was left open is found.
  if (!whole.endsOpen) return whole;
  const byLine = cutTokens(text, file, { environment, stringsMaySpanLines: false });
  return byLine.faults.length <= whole.faults.length ? byLine : whole;
}

interface Cut {
  tokens: ConfToken[];
  faults: TokenFault[];
  /** In a string or a comment that is not closed. */
  endsOpen: boolean;
}

function cutTokens(
  text: string,
  file: string,
  options: { environment: Environment; stringsMaySpanLines: boolean },
): Cut {
  const tokens: ConfToken[] = [];
  const faults: TokenFault[] = [];
  let index = 0;
  let line = 1;
  let lineStart = 0;
  let endsOpen = false;

  const here = (): ConfPosition => ({ file, line, column: index - lineStart + 1 });
  const fault = (at: ConfPosition, given: string, expected: string) =>
    faults.push({ kind: 'wrong', at, given, expected });

  function step(count = 1): void {
    for (let i = 0; i < count; i++) {
      if (text[index] === '\n') {
        line++;
        lineStart = index + 1;
      }
      index++;
    }
  }

  function skipLine(): void {
    const end = text.indexOf('\n', index);
    index = end === -1 ? text.length : end;
  }

  function skipComment(): void {
    const at = here();
    const end = text.indexOf('*/', index + 2);
    if (end === -1) {
      endsOpen = true;
      fault(at, '/*', 'a comment that is closed by */');
    }
    step((end === -1 ? text.length : end + 2) - index);
  }

  /** `${NAME}` or `${NAME:-default}` at the index; undefined when the line has no closing brace. */
  function variable(): string | undefined {
    const found = /^\$\{([^}\n]*)\}/.exec(text.slice(index, index + 1024));
    if (found === null) return undefined;
    const at = here();
    step(found[0].length);
    const inside = found[1] ?? '';
    const dash = inside.indexOf(':-');
    const name = dash === -1 ? inside : inside.slice(0, dash);
    const known = Object.hasOwn(options.environment, name) ? options.environment[name] : undefined;
    const value = known ?? (dash === -1 ? undefined : inside.slice(dash + 2));
    if (value === undefined)
      faults.push({ kind: 'unset', at, given: found[0], expected: `${name} in the environment; it counts as empty` });
    return value ?? '';
  }

  function escape(): string {
    const rest = text.slice(index + 1, index + 4);
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
    const hex = /^x[0-9a-fA-F]{1,2}/.exec(rest)?.[0];
    if (octal !== undefined && Number.parseInt(octal, 8) <= 0xff) {
      step(1 + octal.length);
      return String.fromCharCode(Number.parseInt(octal, 8));
    }
    if (hex !== undefined) {
      step(1 + hex.length);
      return String.fromCharCode(Number.parseInt(hex.slice(1), 16));
    }
    const letter = rest[0] ?? '';
    if (/\d/.test(letter)) fault(here(), `\\${octal ?? letter}`, 'an octal escape from \\0 to \\377');
    step(2);
    return letter === '\n' ? '' : (SIMPLE_ESCAPES[letter] ?? letter);
  }

  /** In '…' a backslash only guards ' and \, and continues a line. */
  function rawEscape(): string {
    const letter = text[index + 1] ?? '';
    step(2);
    if (letter === '\n') return '';
    return letter === "'" || letter === '\\' ? letter : `\\${letter}`;
  }

  function string(quote: '"' | "'"): void {
    const at = here();
    const start = index;
    const parts: string[] = [];
    step();
    for (;;) {
      const character = text[index];
      if (character === undefined || (character === '\n' && !options.stringsMaySpanLines)) {
        endsOpen = true;
        fault(at, text.slice(start, Math.min(index, start + 40)), `a closing ${quote} on this line`);
        tokens.push({ kind: 'broken', at });
        return;
      }
      if (character === quote) {
        step();
        tokens.push({ kind: 'word', text: parts.join(''), at });
        return;
      }
      if (character === '\\') parts.push(quote === '"' ? escape() : rawEscape());
      else if (character === '$' && quote === '"') parts.push(variable() ?? take());
      else parts.push(take());
    }
  }

  function take(): string {
    const character = text[index] ?? '';
    step();
    return character;
  }

  function bareWord(): void {
    const at = here();
    const parts: string[] = [];
    for (;;) {
      const character = text[index];
      if (character === undefined || WORD_ENDS.has(character)) break;
      if (character === '/' && text[index + 1] === '*') break;
      parts.push((character === '$' ? variable() : undefined) ?? take());
    }
    tokens.push({ kind: 'word', text: parts.join(''), at });
  }

  while (index < text.length) {
    const character = text[index] ?? '';
    const next = text[index + 1];
    if (BLANKS.has(character)) step();
    else if (character === '#' || (character === '/' && next === '/')) skipLine();
    else if (character === '/' && next === '*') skipComment();
    else if (character === '"' || character === "'") string(character);
    else if (character === '+') {
      tokens.push({ kind: '+=', at: here() });
      step(next === '=' ? 2 : 1);
    } else if (isMark(character)) {
      tokens.push({ kind: character, at: here() });
      step();
    } else bareWord();
  }
  tokens.push({ kind: 'end', at: here() });
  return { tokens, faults, endsOpen };
}

const isMark = (character: string): character is '{' | '}' | '(' | ')' | '=' | ',' => '{}()=,'.includes(character);
