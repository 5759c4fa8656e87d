// Reads a gmond.conf into sections and typed options. What cannot be read is told
// with its place, and the rest is used. Opens no file and gives no option a meaning.
// Source: spec/ganglia.md §4 (libconfuse), put to a real gmond 3.7.2.

import { GMOND_CONF_GRAMMAR, type OptionKind, type SectionGrammar } from './gmond-conf-grammar.ts';
import { tokenizeConf, type ConfPosition, type ConfToken, type Environment } from './gmond-conf-tokens.ts';

export type ConfValue = string | number | boolean;

export interface ConfOption {
  value: ConfValue;
  at: ConfPosition;
}

export interface ConfSection {
  /** Lower case, as all names here; '' for the file itself. */
  name: string;
  title: string;
  at: ConfPosition;
  options: Map<string, ConfOption>;
  sections: ConfSection[];
}

/**
 * `unknown`: gmond has no such name and would not start; it is left out. `wrong`: a value or a mark that
 * cannot be read. `unset`: an environment variable that does not exist and counts as empty.
 */
export interface ConfFinding {
  kind: 'unknown' | 'wrong' | 'unset';
  at: ConfPosition;
  /** Such as `globals.mute`; '' at the top level. */
  where: string;
  given: string;
  expected: string;
}

export interface ConfSource {
  file: string;
  text: string;
}

export interface ConfSurroundings {
  environment: Environment;
  /**
   * The files that an include names, in order; [] when a wildcard matches nothing. A string says why
   * there are none when there should be.
   */
  include(pattern: string): ConfSource[] | string;
}

export interface GmondConf {
  root: ConfSection;
  findings: ConfFinding[];
  /** Every file that was read, in order. */
  files: string[];
}

// libconfuse's own limit, and bounds that no honest configuration meets.
const MAX_INCLUDE_DEPTH = 10;
const MAX_FILES = 1000;
const MAX_FINDINGS = 1000;

/** Never throws and never calls `include` for a file that is being read already. */
export function parseGmondConf(source: ConfSource, surroundings: ConfSurroundings): GmondConf {
  const root = newSection('', '', { file: source.file, line: 1, column: 1 });
  const findings: ConfFinding[] = [];
  const files: string[] = [];

  function report(kind: ConfFinding['kind'], at: ConfPosition, where: string, given: string, expected: string): void {
    if (findings.length < MAX_FINDINGS) findings.push({ kind, at, where, given, expected });
  }

  function readFile(from: ConfSource, open: readonly string[]): void {
    files.push(from.file);
    const { tokens, faults } = tokenizeConf(from.text, from.file, surroundings.environment);
    for (const { kind, at, given, expected } of faults) report(kind, at, '', given, expected);
    createFileParser(tokens, { report, include: (pattern, at) => include(pattern, at, open) }).parse(root);
  }

  function include(pattern: string, at: ConfPosition, open: readonly string[]): void {
    const found = surroundings.include(pattern);
    if (typeof found === 'string') return report('wrong', at, 'include', pattern, found);
    for (const file of found) {
      if (open.includes(file.file)) report('wrong', at, 'include', file.file, 'a file that does not include itself');
      else if (open.length >= MAX_INCLUDE_DEPTH)
        report('wrong', at, 'include', file.file, `at most ${MAX_INCLUDE_DEPTH} files in one another`);
      else if (files.length >= MAX_FILES) report('wrong', at, 'include', file.file, `at most ${MAX_FILES} files`);
      else readFile(file, [...open, file.file]);
    }
  }

  readFile(source, [source.file]);
  return { root, findings, files };
}

/** Such as `gmond.conf:7:3 globals.mute: "1" is not what belongs here: yes or no …`. */
export function findingText({ kind, at, where, given, expected }: ConfFinding): string {
  const place = `${at.file}:${at.line}:${at.column}${where === '' ? '' : ` ${where}`}`;
  const said = given === '' ? 'nothing given' : `${JSON.stringify(given)} given`;
  return kind === 'unknown'
    ? `${place}: ${JSON.stringify(given)} is no name that gmond knows, and is left out; known: ${expected}`
    : `${place}: ${said}, expected ${expected}`;
}

interface FileParserDeps {
  report(kind: ConfFinding['kind'], at: ConfPosition, where: string, given: string, expected: string): void;
  include(pattern: string, at: ConfPosition): void;
}

interface Level {
  section: ConfSection;
  grammar: SectionGrammar;
  path: string;
}

function createFileParser(tokens: readonly ConfToken[], deps: FileParserDeps): { parse(root: ConfSection): void } {
  const { report } = deps;
  let index = 0;

  const end: ConfToken = tokens.at(-1) ?? { kind: 'end', at: { file: '', line: 1, column: 1 } };
  const peek = (ahead = 0): ConfToken => tokens[index + ahead] ?? end;
  const next = (): ConfToken => tokens[index++] ?? end;
  const textOf = (token: ConfToken): string => (token.kind === 'word' ? token.text : markText(token));

  /** A section of the top level at the start of a line: what comes before it has ended, however it looks. */
  function beginsAnew(): boolean {
    const token = peek();
    const isOpening = token.kind === 'word' && token.at.column === 1 && peek(1).kind === '{';
    return isOpening && own(GMOND_CONF_GRAMMAR.sections, token.text.toLowerCase()) !== undefined;
  }

  /** The index is behind the opening brace. */
  function skipBlock(): void {
    for (let depth = 1; depth > 0 && peek().kind !== 'end' && !beginsAnew();) {
      const { kind } = next();
      if (kind === '{') depth++;
      if (kind === '}') depth--;
    }
  }

  function value(level: Level, name: string, kind: OptionKind | undefined): void {
    const token = peek();
    const path = joined(level.path, name);
    if ((token.kind !== 'word' && token.kind !== 'broken') || beginsAnew()) {
      // The mark may well belong to what follows.
      if (kind !== undefined) report('wrong', token.at, path, textOf(token), EXPECTED[kind]);
      return;
    }
    next();
    if (kind === undefined || token.kind === 'broken') return;
    const decoded = decodeValue(token.text, kind);
    if (decoded === undefined) report('wrong', token.at, path, token.text, EXPECTED[kind]);
    else level.section.options.set(name, { value: decoded, at: token.at });
  }

  function option(level: Level, name: string, at: ConfPosition): void {
    const mark = next();
    if (mark.kind === '+=')
      report('wrong', mark.at, joined(level.path, name), '+=', '"=": gmond has no option that is a list');
    const kind = own(level.grammar.options, name);
    if (kind === undefined && own(level.grammar.sections, name) !== undefined)
      report('wrong', mark.at, joined(level.path, name), textOf(mark), '"{": this is a section');
    else if (kind === undefined) report('unknown', at, level.path, name, knownNames(level.grammar));
    value(level, name, kind);
  }

  function section(levels: readonly Level[], level: Level, name: string, at: ConfPosition): void {
    const title = peek().kind === 'word' ? textOf(next()) : undefined;
    next();
    const grammar = own(level.grammar.sections, name);
    const path = joined(level.path, name);
    if (grammar === undefined) {
      if (own(level.grammar.options, name) === undefined)
        report('unknown', at, level.path, name, knownNames(level.grammar));
      else report('wrong', at, path, '{', '"=" and a value: this is no section');
      return skipBlock();
    }
    if (title === undefined && grammar.titled) report('wrong', at, path, '{', `a title, such as ${name} NAME { … }`);
    if (title !== undefined && !grammar.titled) report('wrong', at, path, title, '"{": this section has no title');
    const known = grammar.repeats ? undefined : level.section.sections.find((one) => one.name === name);
    const target = known ?? newSection(name, (grammar.titled && title) ?? '', at);
    const isUsed = title !== undefined || grammar.titled === undefined;
    if (known === undefined && isUsed) level.section.sections.push(target);
    body([...levels, { section: target, grammar, path }]);
  }

  function call(level: Level, name: string, at: ConfPosition): void {
    next();
    const given: string[] = [];
    while (['word', ',', 'broken'].includes(peek().kind)) {
      const token = next();
      if (token.kind === 'word') given.push(token.text);
    }
    if (peek().kind === ')') next();
    else report('wrong', peek().at, joined(level.path, name), textOf(peek()), '")"');
    const [pattern] = given;
    if (name !== 'include') report('unknown', at, level.path, `${name} (…)`, 'include ("file")');
    else if (level.path !== '') report('wrong', at, level.path, 'include', 'include outside all sections');
    else if (pattern === undefined || given.length > 1)
      report('wrong', at, 'include', given.join(', '), 'one file name or pattern');
    else deps.include(pattern, at);
  }

  /** A name that only an outer section knows, before a brace: the closing brace of this one is missing. */
  function belongsOutside(levels: readonly Level[], name: string): boolean {
    const opens = peek(1).kind === '{' || (peek(1).kind === 'word' && peek(2).kind === '{');
    const [level, ...outer] = [...levels].reverse();
    if (!opens || level === undefined || own(level.grammar.sections, name) !== undefined) return false;
    return outer.some(({ grammar }) => own(grammar.sections, name) !== undefined);
  }

  function statement(levels: readonly Level[], level: Level): void {
    const token = next();
    const at = token.at;
    if (token.kind !== 'word') {
      if (token.kind !== 'broken') report('wrong', at, level.path, textOf(token), 'the name of an option or a section');
      if (token.kind === '{') skipBlock();
      return;
    }
    const name = token.text.toLowerCase();
    const mark = peek();
    if (mark.kind === '=' || mark.kind === '+=') return option(level, name, at);
    const isTitled = mark.kind === 'word' && mark.at.line === at.line && peek(1).kind === '{';
    if (mark.kind === '{' || isTitled) return section(levels, level, name, at);
    if (mark.kind === '(') return call(level, name, at);
    report('wrong', at, joined(level.path, name), token.text, '"=" and a value, or "{", behind the name');
    // What stands behind it on the same line was meant as its value.
    if (mark.kind === 'word' && mark.at.line === at.line && peek(1).kind !== '=') next();
  }

  function body(levels: readonly Level[]): void {
    const level = levels.at(-1);
    if (level === undefined) return;
    for (;;) {
      const token = peek();
      const isInside = levels.length > 1;
      if (token.kind === 'end' && !isInside) return;
      if (token.kind === 'end' || (token.kind === 'word' && belongsOutside(levels, token.text.toLowerCase())))
        return report('wrong', token.at, level.path, textOf(token), `"}" for the "{" of line ${level.section.at.line}`);
      if (token.kind === '}' && isInside) return void next();
      statement(levels, level);
    }
  }

  return { parse: (root) => body([{ section: root, grammar: GMOND_CONF_GRAMMAR, path: '' }]) };
}

const newSection = (name: string, title: string, at: ConfPosition): ConfSection => ({
  name,
  title,
  at,
  options: new Map(),
  sections: [],
});

// A file may well say `constructor`.
const own = <Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

const markText = ({ kind }: ConfToken): string => (kind === 'end' ? 'the end of the file' : kind);

const knownNames = (grammar: SectionGrammar): string =>
  [...Object.keys(grammar.options), ...Object.keys(grammar.sections)].join(', ');

const EXPECTED: Readonly<Record<OptionKind, string>> = {
  text: 'a word or a string',
  integer: 'a whole number, such as 20, 0x14 or 024',
  number: 'a number, such as 1.0',
  boolean: 'yes, no, true, false, on or off',
};

const BOOLEANS: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  on: true,
  no: false,
  false: false,
  off: false,
};

function decodeValue(text: string, kind: OptionKind): ConfValue | undefined {
  switch (kind) {
    case 'text':
      return text;
    case 'boolean': {
      const word = text.toLowerCase();
      return own(BOOLEANS, word);
    }
    case 'number':
      return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? finite(Number(text)) : undefined;
    case 'integer':
      return decodeInteger(text);
    default:
      return kind satisfies never;
  }
}

/** As C's strtol with base 0: 0x is hexadecimal, a leading 0 octal. */
function decodeInteger(text: string): number | undefined {
  const found = /^\s*([+-]?)(0x[\da-f]+|\d+)$/i.exec(text);
  const digits = found?.[2];
  if (digits === undefined) return undefined;
  if (/^0\d/.test(digits) && /[89]/.test(digits)) return undefined;
  const size = /^0\d/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  if (!Number.isSafeInteger(size)) return undefined;
  return found?.[1] === '-' && size !== 0 ? -size : size;
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined);
