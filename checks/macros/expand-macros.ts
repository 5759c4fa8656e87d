// Fills macros into text that no shell will read: messages, URLs, single arguments,
// the environment of a program.

import { argumentNumber, isOutputMacro } from './macro-origin.ts';
import { parseMacroText } from './macro-text.ts';

/** Value of a macro named without its dollars; undefined for one that does not exist. */
export type MacroLookup = (name: string) => string | undefined;

/** What the sample configuration of Nagios removes from output; its compiled default is nothing. */
export const ILLEGAL_OUTPUT_CHARS = '`~$&|\'"<>';

export interface ExpandOptions {
  /** Values of $ARG1$ and so on, as written: macros inside them are filled in, once. */
  args?: readonly string[];
  /** Removed from what plugins and people wrote (spec §1.6); nothing by default. */
  illegalOutputChars?: string;
  /** Encodes values as parts of a URL, by RFC 3986. */
  isUrl?: boolean;
}

interface Expanded {
  text: string;
  /** Macros that do not exist; they stand as nothing. */
  missing: string[];
}

/** Values are put in as they are: a dollar inside one is never looked at again. */
export function expandMacros(text: string, lookup: MacroLookup, options: ExpandOptions = {}): Expanded {
  const missing = new Set<string>();
  const expanded = parseMacroText(text).map((part) => {
    if (typeof part === 'string') return part;
    const value = macroValue(part.macro, lookup, options, missing);
    return options.isUrl ? encodeForUrl(value) : value;
  });
  return { text: expanded.join(''), missing: [...missing] };
}

/** One value, cleaned; '' and a name in `missing` for one that does not exist. An argument that was not given is empty. */
export function macroValue(name: string, lookup: MacroLookup, options: ExpandOptions, missing: Set<string>): string {
  const argument = argumentNumber(name);
  if (argument !== undefined && options.args) {
    const { args, ...nested } = options;
    const inner = expandMacros(args[argument - 1] ?? '', lookup, { ...nested, isUrl: false });
    for (const each of inner.missing) missing.add(each);
    return inner.text;
  }
  const value = lookup(name);
  if (value === undefined) missing.add(name);
  return isOutputMacro(name) ? cleanOutput(value ?? '', options.illegalOutputChars ?? '') : (value ?? '');
}

function cleanOutput(value: string, illegalChars: string): string {
  if (illegalChars === '') return value;
  const illegal = new Set(illegalChars);
  return Array.from(value)
    .filter((char) => !illegal.has(char))
    .join('');
}

// encodeURIComponent leaves five characters that Nagios encodes, and refuses halves of surrogate pairs.
const encodeForUrl = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * Macros as a Nagios with `enable_environment_macros=1` exports them: NAGIOS_HOSTNAME, NAGIOS_ARG1, NAGIOS__HOSTSITE.
 * $USERn$ never leaves the server this way. Names without a value are left out, NUL is removed.
 */
export function environmentMacros(
  names: Iterable<string>,
  lookup: MacroLookup,
  options: ExpandOptions = {},
): Record<string, string> {
  const environment: Record<string, string> = {};
  const argumentNames = (options.args ?? []).map((_, index) => `ARG${index + 1}`);
  for (const name of [...names, ...argumentNames]) {
    if (/^USER\d+$/.test(name) || !/^\w+$/.test(name)) continue;
    const missing = new Set<string>();
    const value = macroValue(name, lookup, options, missing);
    if (!missing.has(name)) environment[`NAGIOS_${name}`] = value.replaceAll('\0', '');
  }
  return environment;
}
