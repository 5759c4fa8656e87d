// Decides how a command line runs: its words directly, or the line by a shell, as
// Nagios 4 does. Macros have no say in it: the line is split before they have values.

import { splitWords, tokensOf, type CommandToken, type WordPart } from './command-words.ts';
import { writeShellLine } from './shell-line.ts';

export type CommandLine =
  | { kind: 'direct'; words: WordPart[][] }
  /** `syntax`: the character that needs the shell. */
  | { kind: 'shell'; tokens: CommandToken[]; syntax: string }
  | { kind: 'problem'; message: string };

/** A line without problems here is filled without problems for every value that is not too long. */
export function splitCommandLine(line: string): CommandLine {
  if (line.includes('\0')) return { kind: 'problem', message: 'the command line has a NUL in it' };
  const tokens = tokensOf(line);
  const { words, openQuote, shellSyntax } = splitWords(tokens);
  if (words.length === 0) return { kind: 'problem', message: 'the command line is empty' };
  if (shellSyntax === undefined)
    return openQuote === undefined ? { kind: 'direct', words } : problem(`a ${openQuote} is never closed`);
  const anyWord = () => ({ words: [''], startsApart: false, endsApart: false });
  const written = writeShellLine(tokens, anyWord, () => 'x');
  return written.ok ? { kind: 'shell', tokens, syntax: shellSyntax } : problem(written.message);
}

const problem = (message: string): CommandLine => ({
  kind: 'problem',
  message: message.endsWith('never closed')
    ? `${message} (in a Nagios file, a ";" that is not written "\\;" cuts the line off, also inside quotes)`
    : message,
});
