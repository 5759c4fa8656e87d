// Builds a command for a test and, where asked, really runs it.

import { spawnSync } from 'node:child_process';
import { buildCommand, type BuiltCommand, type CommandRequest } from '#checks/macros/build-command.ts';

export interface Given extends Partial<CommandRequest> {
  commandLine: string;
  /** Values of macros by name. */
  macros?: Record<string, string>;
}

export function build({ macros = {}, ...given }: Given): BuiltCommand {
  const lookup = (name: string): string | undefined => (Object.hasOwn(macros, name) ? macros[name] : undefined);
  return buildCommand({ args: [], lookup, ...given });
}

export function built(given: Given): Extract<BuiltCommand, { ok: true }> {
  const command = build(given);
  if (!command.ok) throw new Error(command.message);
  return command;
}

export const argvOf = (given: Given): string[] => built(given).argv;

/** What the command prints. `shell` stands in for /bin/sh. */
export function outputOf(given: Given, shell?: string): string {
  const [program = '', ...args] = argvOf(given);
  const run = spawnSync(program === '/bin/sh' && shell !== undefined ? shell : program, args, {
    encoding: 'utf8',
    timeout: 10_000,
    env: { PATH: '/usr/bin:/bin' },
  });
  if (run.error) throw run.error;
  return run.stdout;
}
