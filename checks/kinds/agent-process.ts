// How many processes a host runs, by name, user and arguments; counted by its agent at
// that moment, since a report lists only the busiest. Ranges as those of check_procs.

import Type, { type Static } from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { judgeValue, parseThresholdRange, type ThresholdRange } from '#wire/threshold-range.ts';
import type { AskAgent } from '../agent/agent-requests.ts';
import { defineCheckKind, verdict, type CheckKind } from './check-kind.ts';
import { describeRange } from './metric/limits.ts';

const RangeText = Type.String({ maxLength: 100, description: 'Nagios range of how many there may be, such as 1:.' });

const AgentProcessSpec = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'Name of the program.' })),
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: 'Name or number of the user.' })),
    args: Type.Optional(Type.String({ minLength: 1, maxLength: 4096, description: 'Part of the command line.' })),
    warn: Type.Optional(RangeText),
    crit: Type.Optional(RangeText),
  },
  { additionalProperties: false },
);
type AgentProcessSpec = Static<typeof AgentProcessSpec>;

export const createAgentProcessKind = (askAgent: AskAgent): CheckKind =>
  defineCheckKind({
    kind: 'agent_process',
    title: 'Processes, counted by the agent',
    specSchema: AgentProcessSpec,
    specProblems: ({ warn, crit }) => [
      ...(warn === undefined && crit === undefined ? [{ path: '', message: 'needs warn, crit or both' }] : []),
      ...Object.entries({ warn, crit }).flatMap(([name, text]) => {
        const range = parseThresholdRange(text ?? '0');
        return range.ok ? [] : [{ path: `/${name}`, message: range.reason }];
      }),
    ],
    compile(spec) {
      const limits = { ...limit('warn', spec.warn), ...limit('crit', spec.crit) };
      const { warn, crit, ...wanted } = spec;
      return async ({ target }, signal) => {
        const { hostId, checkId, timeoutMs } = target;
        const answer = await askAgent(
          { hostId, action: 'count_processes', body: wanted, timeoutMs, askedBy: `check:${checkId}` },
          signal,
        );
        if (answer.how !== 'answered')
          return verdict(
            'unknown',
            `PROCS UNKNOWN - ${answer.how === 'away' ? answer.reason : 'no answer of the agent in time'}`,
          );
        const count = answer.outcome.result?.['count'];
        if (typeof count !== 'number')
          return verdict('unknown', `PROCS UNKNOWN - ${answer.outcome.reason ?? 'the agent gave no number'}`);
        const state = judgeValue(count, limits);
        const said = Object.entries(limits).map(
          ([name, range]) => `${name === 'warn' ? 'warning' : 'critical'} ${describeRange(range)}`,
        );
        return verdict(
          state,
          `PROCS ${state.toUpperCase()} - ${count} ${count === 1 ? 'process' : 'processes'}${nameOf(wanted)} (${said.join(', ')})`,
          formatPerfdata([
            { label: 'procs', value: count, uom: '', warn: warn ?? null, crit: crit ?? null, min: 0, max: null },
          ]),
        );
      };
    },
  });

const nameOf = ({ name, user, args }: AgentProcessSpec): string =>
  (name === undefined ? '' : ` named ${name}`) +
  (user === undefined ? '' : ` of ${user}`) +
  (args === undefined ? '' : ` with ${JSON.stringify(args)}`);

function limit<Name extends 'warn' | 'crit'>(name: Name, text: string | undefined): { [key in Name]?: ThresholdRange } {
  const range = text === undefined ? undefined : parseThresholdRange(text);
  return range?.ok ? ({ [name]: range.value } as { [key in Name]?: ThresholdRange }) : {};
}
