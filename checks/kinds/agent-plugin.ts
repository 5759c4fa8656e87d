// A Nagios plugin that the host's own agent runs: what NRPE was for, over the agent's
// signed channel. The policy of the host decides whether it may (action `check`).

import Type from 'typebox';
import type { RequestOutcome } from '#kernel/domain/event.ts';
import type { AgentAnswer, AskAgent } from '../agent/agent-requests.ts';
import { defineCheckKind, verdict, type CheckKind, type CheckResult, type CheckTarget } from './check-kind.ts';
import { describeCommand, problemOfLine, resolveCommand } from './plugin-command.ts';
import { judge } from './plugin.ts';

const Word = Type.String({ maxLength: 8192, pattern: '^[^\\u0000]*$' });

const AgentPluginSpec = Type.Object(
  {
    command: Type.Optional(
      Type.Array(Word, {
        minItems: 1,
        maxItems: 256,
        description: 'Program on the host and its arguments. $HOSTADDRESS$ and other macros are filled in.',
      }),
    ),
    commandLine: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 65_536,
        pattern: '^[^\\u0000]*$',
        description: 'In place of command: a command_line of Nagios; split into words, never read by a shell.',
      }),
    ),
    arguments: Type.Optional(
      Type.Array(Word, { maxItems: 32, description: 'What $ARG1$ to $ARG32$ of the command line stand for.' }),
    ),
    failureState: Type.Union([Type.Literal('unknown'), Type.Literal('critical')], {
      default: 'unknown',
      description: 'State when the plugin gives none: no start, no exit in time, an exit code above 3.',
    }),
  },
  { additionalProperties: false },
);

export const createAgentPluginKind = (askAgent: AskAgent): CheckKind =>
  defineCheckKind({
    kind: 'agent_plugin',
    title: 'Nagios plugin, run by the agent',
    specSchema: AgentPluginSpec,
    specProblems({ command, commandLine, arguments: args }) {
      if (command && commandLine !== undefined)
        return [{ path: '/commandLine', message: 'stands beside command; give one of them' }];
      if (!command && commandLine === undefined) return [{ path: '', message: 'needs a command, or a commandLine' }];
      if (command && args) return [{ path: '/arguments', message: 'are for a commandLine; command holds its own' }];
      const message = commandLine === undefined ? undefined : problemOfLine(commandLine);
      return message === undefined ? [] : [{ path: '/commandLine', message }];
    },
    compile:
      (spec) =>
      async ({ target }, signal) => {
        const resolved = resolveCommand(spec, target.macro);
        if (!resolved.ok) return verdict(spec.failureState, `(Plugin could not be started: ${resolved.reason})`);
        const { hostId, timeoutMs } = target;
        const answer = await askAgent(
          { hostId, action: 'check', body: { argv: resolved.argv }, timeoutMs, askedBy: `check:${target.checkId}` },
          signal,
        );
        return judgeAnswer(answer, spec, target);
      },
    describe: (spec, target) => describeCommand(spec, target.macro),
  });

function judgeAnswer(
  answer: AgentAnswer,
  spec: { failureState: 'unknown' | 'critical' },
  target: CheckTarget,
): CheckResult {
  if (answer.how === 'away') return verdict('unknown', `UNKNOWN - ${answer.reason}`);
  if (answer.how === 'late')
    return verdict(
      spec.failureState,
      `(Check timed out after ${target.timeoutMs / 1000} seconds: no answer of the agent)`,
    );
  const { outcome } = answer;
  const detail = outcome.signal ?? outcome.reason ?? '';
  return judge({ how: howOf(outcome), code: outcome.exitCode ?? -1, detail, ...said(outcome) }, spec, target);
}

function howOf(outcome: RequestOutcome): Parameters<typeof judge>[0]['how'] {
  if (outcome.exitCode !== undefined) return 'exited';
  if (outcome.status === 'timed_out') return 'timed_out';
  if (outcome.signal !== undefined) return 'signalled';
  // Denied by the host's policy, cut off, of a version that does not know the action: nobody knows how it is.
  return outcome.status === 'interpreter_missing' || outcome.status === 'failed' ? 'not_started' : 'lost';
}

function said({ result }: RequestOutcome): { stdout: Buffer; stderr: Buffer } {
  const text = (name: string): Buffer => {
    const value = result?.[name];
    return Buffer.from(typeof value === 'string' ? value : '');
  };
  return { stdout: text('stdout'), stderr: text('stderr') };
}
