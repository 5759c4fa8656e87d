// From the settings of a plugin check to the words that are executed, and to what a person
// is shown of them. Command lines of Nagios are macros' business.

import { buildCommand } from '../macros/build-command.ts';
import { splitCommandLine } from '../macros/command-line.ts';
import { isSecretMacro } from '../macros/macro-origin.ts';
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

type ResolvedCommand = { ok: true; argv: string[]; masked: string } | { ok: false; reason: string };

export function resolveCommand(spec: PluginCommand, macro: MacroLookup): ResolvedCommand {
  if (spec.command) return { ok: true, argv: spec.command.map((word) => fillKnown(word, macro)), masked: '' };
  const { commandLine = '', arguments: args = [], shell = false } = spec;
  const built = buildCommand({ commandLine, args, lookup: macro, shell: shell ? 'always' : 'never' });
  return built.ok ? built : { ok: false, reason: built.message };
}

/** Why the line can never be run, or undefined. */
export function problemOfLine(commandLine: string, shell = false): string | undefined {
  const line = splitCommandLine(commandLine);
  if (line.kind === 'problem') return line.message;
  if (line.kind === 'direct' || shell) return undefined;
  return `needs a shell because of ${JSON.stringify(line.syntax)}; put it in quotes, or ask for a shell where the kind has one`;
}

const MACRO = /\$([A-Z_][^$]*)\$/g;

/** In words that are taken as they are only a macro that exists is one: a script may want `$$`, its pid. */
export const fillKnown = (text: string, macro: MacroLookup): string =>
  text.includes('$') ? text.replaceAll(MACRO, (all, name: string) => macro(name) ?? all) : text;

const MASK = '•••';
const PLAIN_WORD = /^[\w@%+=:,./•-]+$/;

/** The command as one could type it, without the values of `$USERn$` and of variables that are named as secrets. */
export function describeCommand(spec: PluginCommand, macro: MacroLookup): string {
  const masked: MacroLookup = (name) => (isSecretMacro(name) ? MASK : macro(name));
  const resolved = resolveCommand(spec, masked);
  if (!resolved.ok) return resolved.reason;
  if (!spec.command)
    return resolved.masked.replaceAll(MACRO, (all, name: string) => (isSecretMacro(name) ? MASK : all));
  return resolved.argv.map((word) => (PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
