// From a command line with macros to the arguments of a program. The line is split
// first and filled then, so that no value of a macro is ever read as syntax.

import { splitCommandLine, type CommandLine } from './command-line.ts';
import { tokensOf } from './command-words.ts';
import type { ExpandOptions, MacroLookup } from './expand-macros.ts';
import { fillWords, macroWords, type FillContext } from './fill-words.ts';
import { isSecretMacro } from './macro-origin.ts';
import { writeShellLine } from './shell-line.ts';

/** Linux takes no single argument of 128 KiB or more (MAX_ARG_STRLEN, execve(2)). */
const MAX_ARGUMENT_BYTES = 128 * 1024 - 1;

export interface CommandRequest {
  commandLine: string;
  /** Of the check, for $ARG1$ and so on; macros inside them are filled in once. */
  args: readonly string[];
  lookup: MacroLookup;
  /** As Nagios: `when_needed` (default) by syntax in the line. `never`: a line that needs one is refused. */
  shell?: 'when_needed' | 'never' | 'always';
  /** Removed from what plugins and people wrote before it is put in. */
  illegalOutputChars?: string;
}

export type BuiltCommand =
  | {
      ok: true;
      /** Program first; with a shell `/bin/sh -c …`. Free of NUL. */
      argv: string[];
      usesShell: boolean;
      /** Macros that do not exist; they stand as nothing. */
      missing: string[];
      /** The command for people, as one could type it; secrets ($USERn$, variables named so) stand as their names. */
      masked: string;
    }
  /** What is wrong with the line, and what to do. */
  | { ok: false; message: string };

/** Pure, and never throws. The same line means the same for every value; see `macroWords` and `writeShellLine`. */
export function buildCommand({
  commandLine,
  args,
  lookup,
  shell = 'when_needed',
  ...output
}: CommandRequest): BuiltCommand {
  const split = splitCommandLine(commandLine);
  if (split.kind === 'problem') return { ok: false, message: split.message };
  if (split.kind === 'shell' && shell === 'never')
    return {
      ok: false,
      message: `the line needs a shell because of ${JSON.stringify(split.syntax)}, and none is allowed here`,
    };
  const line: RunnableLine = shell === 'always' ? { kind: 'shell', tokens: tokensOf(commandLine), syntax: '' } : split;

  const options: ExpandOptions = { args, ...output };
  const missing = new Set<string>();
  const built = fillLine(line, { lookup, options, missing });
  if ('message' in built) return { ok: false, message: built.message };
  const tooLong = built.argv.find((argument) => Buffer.byteLength(argument) > MAX_ARGUMENT_BYTES);
  if (tooLong !== undefined)
    return {
      ok: false,
      message: `an argument would be ${Buffer.byteLength(tooLong)} bytes; at most ${MAX_ARGUMENT_BYTES} are accepted`,
    };
  if ((built.argv[0] ?? '') === '') return { ok: false, message: 'no program: the first word of the line is empty' };

  const maskedLookup: MacroLookup = (name) => (isSecretMacro(name) ? `$${name}$` : lookup(name));
  const shown = fillLine(line, { lookup: maskedLookup, options, missing: new Set() });
  return {
    ok: true,
    argv: built.argv,
    usesShell: line.kind === 'shell',
    missing: [...missing],
    masked: 'message' in shown ? '' : shown.shown,
  };
}

type RunnableLine = Exclude<CommandLine, { kind: 'problem' }>;

function fillLine(line: RunnableLine, context: FillContext): { argv: string[]; shown: string } | { message: string } {
  if (line.kind === 'direct') {
    const argv = fillWords(line.words, context);
    return { argv, shown: argv.map(quoteForPeople).join(' ') };
  }
  const values: string[] = [];
  const written = writeShellLine(
    line.tokens,
    (macro, quoting) => macroWords(macro, quoting, context),
    (value) => `plexus_${values.push(value)}`,
  );
  if (!written.ok) return { message: written.message };
  return {
    argv: ['/bin/sh', '-c', withVariables(written.line, values.length), 'sh', ...values],
    shown: shownLine(written.line, values),
  };
}

/**
 * Values arrive as $1, $2 … and move into variables that are not exported, so that the line keeps its own view of
 * $1 and $@ (there are none), and its programs see no environment they did not have.
 */
function withVariables(line: string, count: number): string {
  if (count === 0) return line;
  const assignments = Array.from({ length: count }, (_, index) => `plexus_${index + 1}=\${${index + 1}}`);
  return `${assignments.join(' ')}; set --\n${line}`;
}

/** The line with its values in place of the references, quoted so that it could be typed. */
const shownLine = (line: string, values: readonly string[]): string =>
  line.replaceAll(/"\$\{plexus_(\d+)\}"|\$\{plexus_(\d+)\}/g, (_, alone?: string, within?: string) => {
    if (alone !== undefined) return quoteForPeople(values[Number(alone) - 1] ?? '');
    return (values[Number(within) - 1] ?? '').replaceAll(/["\\$`]/g, '\\$&');
  });

const SECRET_NAME = /\$(?:USER\d+|_\w+)\$/g;

const quoteForPeople = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word.replaceAll(SECRET_NAME, '_')) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
