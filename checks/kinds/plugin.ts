// Runs a Nagios plugin: an argument array, no shell unless asked for, a process group of
// its own. The exit code is the state; how it is run is plugin-runner's business.

import Type, { type Static } from 'typebox';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { parsePluginOutput } from '#wire/plugin-output.ts';
import { serviceStateOfExit } from '../exit-code.ts';
import type { ProcessEnd } from '../plugin-runner/process-end.ts';
import type { PluginRunner } from '../plugin-runner/plugin-runner.ts';
import { defineCheckKind, type CheckKind, type CheckResult, type CheckTarget } from './check-kind.ts';
import { describeCommand, fillKnown, problemOfLine, resolveCommand } from './plugin-command.ts';

const Word = Type.String({ maxLength: 8192, pattern: '^[^\\u0000]*$' });

const PluginSpec = Type.Object(
  {
    command: Type.Optional(
      Type.Array(Word, {
        minItems: 1,
        maxItems: 256,
        description: 'Program by full path and its arguments. $HOSTADDRESS$ and other macros are filled in.',
      }),
    ),
    commandLine: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 65_536,
        pattern: '^[^\\u0000]*$',
        description: 'A command_line of Nagios, in place of command; it is split into words as a shell would.',
      }),
    ),
    arguments: Type.Optional(
      Type.Array(Word, { maxItems: 32, description: 'What $ARG1$ to $ARG32$ of the command line stand for.' }),
    ),
    shell: Type.Optional(
      Type.Boolean({ description: 'Gives the command line to /bin/sh: for pipes and the like. Default false.' }),
    ),
    env: Type.Optional(
      Type.Record(Type.String(), Word, {
        maxProperties: 512,
        description: 'Variables the plugin gets besides PATH and LC_CTYPE. Macros in values are filled in.',
      }),
    ),
    failureState: Type.Union([Type.Literal('unknown'), Type.Literal('critical')], {
      default: 'unknown',
      description: 'State when the plugin gives none: no start, no exit in time, a flood, an exit code above 3.',
    }),
  },
  { additionalProperties: false },
);
type PluginSpec = Static<typeof PluginSpec>;

export const createPluginKind = (runner: Pick<PluginRunner, 'run'>): CheckKind =>
  defineCheckKind({
    kind: 'plugin',
    title: 'Nagios plugin',
    specSchema: PluginSpec,
    specProblems,
    compile:
      (spec) =>
      async ({ target }, signal) => {
        const resolved = resolveCommand(spec, target.macro);
        if (!resolved.ok) return judge({ how: 'not_started', detail: resolved.reason, ...NOTHING_SAID }, spec, target);
        const end = await runner.run({ argv: resolved.argv, env: filledEnv(spec, target) }, signal);
        return judge(end, spec, target);
      },
    describe: (spec, target) => describeCommand(spec, target.macro),
  });

function specProblems({ command, commandLine, arguments: args, shell, env = {} }: PluginSpec) {
  const problem = (path: string, message: string) => [{ path, message }];
  const badName = Object.keys(env).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (badName !== undefined) return problem('/env', `${JSON.stringify(badName)} is not the name of a variable`);
  if (command && commandLine !== undefined) return problem('/commandLine', 'stands beside command; give one of them');
  if (commandLine !== undefined) {
    const message = problemOfLine(commandLine, shell);
    return message === undefined ? [] : problem('/commandLine', message);
  }
  if (!command) return problem('', 'needs a command, or a commandLine');
  if (shell) return problem('/shell', 'is for a commandLine; words of a command are never read by a shell');
  if (args) return problem('/arguments', 'are for a commandLine; command holds its own');
  return command[0]?.startsWith('/') ? [] : problem('/command/0', 'must be the full path of a program');
}

const NO_ENV: Record<string, string> = {};

const filledEnv = ({ env }: PluginSpec, target: CheckTarget): Record<string, string> =>
  env ? Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fillKnown(value, target.macro)])) : NO_ENV;

type Judged = Pick<ProcessEnd, 'how' | 'code' | 'detail' | 'stdout' | 'stderr'>;

const NOTHING_SAID = { code: -1, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

/** What a check makes of the end of its plugin (spec §1.1). */
export function judge(
  end: Judged,
  { failureState }: Pick<PluginSpec, 'failureState'>,
  { timeoutMs }: Pick<CheckTarget, 'timeoutMs'>,
): CheckResult {
  const parsed = parsePluginOutput(end.stdout);
  // Nagios shows the error text when the plugin kept its output empty.
  const said = end.stdout.length > 0 ? parsed.short : `(No output on stdout) stderr: ${errorText(end.stderr)}`.trim();
  const give = (state: ServiceState, output: string): CheckResult => ({
    state,
    output,
    longOutput: parsed.long,
    perfdata: parsed.perfdata,
  });
  switch (end.how) {
    case 'exited':
      return give(serviceStateOfExit(end.code, failureState), `${exitRemark(end.code)}${said}`);
    case 'signalled':
      // Never from the exit code: a plugin that was shot has judged nothing.
      return give('unknown', `(Plugin was killed by ${end.detail}) ${said}`);
    case 'timed_out':
      return give(failureState, `(Check timed out after ${timeoutMs / 1000} seconds) ${said}`);
    case 'flooded':
      return give(failureState, `(Plugin was killed: it wrote more than 4 MB) ${said}`);
    case 'not_started':
      return give(failureState, `(Plugin could not be started: ${end.detail})`);
    case 'lost':
      return give('unknown', `(Plugin could not be run to its end: ${end.detail})`);
    default:
      return end.how satisfies never;
  }
}

const errorText = (stderr: Buffer): string => (stderr.length > 0 ? parsePluginOutput(stderr).short : '');

function exitRemark(code: number): string {
  if (code <= 3) return '';
  if (code === 126) return '(Exit code 126: the plugin may not be executable) ';
  if (code === 127) return '(Exit code 127: the plugin or what it calls may not exist) ';
  return `(Exit code ${code} is out of bounds) `;
}
