// From the settings of a plugin check to the words that are executed: macros filled in,
// a command line of Nagios split. What comes from outside never becomes a word or a command.

import type { CheckTarget } from './check-kind.ts';

type MacroLookup = CheckTarget['macro'];

export interface PluginCommand {
  /** Words, taken as they are. */
  command?: string[];
  /** `command_line` of Nagios, and `$ARG1$` … of it. */
  commandLine?: string;
  arguments?: string[];
  shell?: boolean;
}

type ResolvedCommand = { ok: true; argv: string[] } | { ok: false; reason: string };

const MACRO = /\$\$|\$([A-Z_][^$]*)\$/g;
/** Written by whoever writes commands: such a value may hold several words. */
const IS_CONFIGURED = /^(ARG\d+|USER\d+|_(HOST|SERVICE|CONTACT).+)$/;
/** `illegal_macro_output_chars` of Nagios (spec §1.6), and what else a shell reads. */
const SHELL_SIGNS = /[`~$&|'"<>;()\\\r\n]/g;

export function resolveCommand(spec: PluginCommand, macro: MacroLookup): ResolvedCommand {
  const { command, commandLine = '', arguments: args = [], shell = false } = spec;
  if (command) return { ok: true, argv: command.map((word) => fillKnown(word, macro)) };

  const configured = (name: string): string | undefined => {
    const arg = /^ARG(\d+)$/.exec(name)?.[1];
    return arg === undefined ? macro(name) : fillKnown(args[Number(arg) - 1] ?? '', macro);
  };
  if (shell) {
    const value = (name: string) =>
      IS_CONFIGURED.test(name) ? configured(name) : macro(name)?.replace(SHELL_SIGNS, '');
    return { ok: true, argv: ['/bin/sh', '-c', fill(commandLine, value)] };
  }
  // `$$` and values from outside wait until the line is in words.
  const line = commandLine.replaceAll(MACRO, (all, name: string | undefined) =>
    name !== undefined && IS_CONFIGURED.test(name) ? (configured(name) ?? all) : all,
  );
  const words = splitWords(line);
  return words ? { ok: true, argv: words.map((word) => fill(word, macro)) } : { ok: false, reason: UNTERMINATED };
}

export const UNTERMINATED = 'the command line has a quote that is not closed';

/** As Nagios: `$$` is a dollar, a macro that does not exist stays as it is written. */
const fill = (text: string, macro: MacroLookup): string =>
  text.includes('$')
    ? text.replaceAll(MACRO, (all, name: string | undefined) => (name === undefined ? '$' : (macro(name) ?? all)))
    : text;

/** In words that are taken as they are `$$` has no meaning of its own: a script may want its pid. */
export const fillKnown = (text: string, macro: MacroLookup): string =>
  text.includes('$')
    ? text.replaceAll(MACRO, (all, name: string | undefined) => (name === undefined ? all : (macro(name) ?? all)))
    : text;

/** Quotes and backslashes as the shell reads them (POSIX 2.2), nothing else of it; undefined for an open quote. */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const sign = line.charAt(at);
    if (quote === '' && /\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word ??= '';
    if (quote === '' && (sign === "'" || sign === '"')) quote = sign;
    else if (sign === quote) quote = '';
    else if (sign === '\\' && quote !== "'" && (quote === '' || /["\\$`]/.test(line.charAt(at + 1)))) {
      word += line.charAt(++at);
    } else word += sign;
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(word);
  return words;
}

const PLAIN_WORD = /^[\w@%+=:,./•-]+$/;

/** The words as one line that a shell would read back as these words. `$USERn$` often hold passwords and are masked. */
export function describeCommand(spec: PluginCommand, macro: MacroLookup): string {
  const masked: MacroLookup = (name) => (/^USER\d+$/.test(name) ? '•••' : macro(name));
  const resolved = resolveCommand(spec, masked);
  if (!resolved.ok) return resolved.reason;
  return resolved.argv.map((word) => (PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
