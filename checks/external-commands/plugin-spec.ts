// What `check_command` of an order runs: a command that the documents or the imported
// configuration define, with its arguments. A program that nobody defined cannot be named.

import { badRequest } from '#kernel/errors.ts';
import type { Db } from '#store/postgres.ts';
import { splitCommandLine } from '../macros/command-line.ts';
import { parseCheckCommand } from '../macros/parse-check-command.ts';
import type { ObjectBody } from '../objects-store/object-body.ts';

/** Settings of a check of kind `plugin`. Throws `unknown_command` (400). */
export async function findPluginSpec(db: Db, call: string): Promise<Record<string, unknown>> {
  const { command, args } = parseCheckCommand(call);
  const commandLine = await commandLineOf(db, command);
  if (commandLine === undefined)
    throw badRequest('unknown_command', `There is no command ${JSON.stringify(command.slice(0, 200))}.`);
  const line = splitCommandLine(commandLine);
  if (line.kind === 'problem')
    throw badRequest('unknown_command', `The command line of ${command} cannot be run: ${line.message}.`);
  return {
    commandLine,
    ...(args.length > 0 && { arguments: args }),
    ...(line.kind === 'shell' && { shell: true }),
    failureState: 'critical',
  };
}

async function commandLineOf(db: Db, name: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('monitoring_object')
    .select('body')
    .where('type', '=', 'command')
    .where('name', '=', name)
    .orderBy('owner')
    .executeTakeFirst();
  return row && lineIn(row.body as unknown as ObjectBody);
}

const lineIn = ({ values }: ObjectBody): string | undefined =>
  values.find(([directive]) => directive === 'command_line')?.[1] ?? undefined;
