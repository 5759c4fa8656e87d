// Macros of one host, one service, one group, and the totals, each as its name and where
// its value comes from. On-demand macros ask the same tables about another object.

import { HOST_STATES, SERVICE_STATES } from '#kernel/domain/check-state.ts';
import type { GroupFacts, HostFacts, ServiceFacts, TotalFacts } from './macro-facts.ts';
import { epochSec } from './time-macros.ts';

type Reader<Facts> = (facts: Facts, nowMs: number) => string;
export type MacroTable<Facts> = Readonly<Record<string, Reader<Facts>>>;

/** Those that hosts and services share, for `kind` HOST or SERVICE. */
function sharedMacros<Facts extends HostFacts | ServiceFacts>(
  kind: 'HOST' | 'SERVICE',
  states: readonly string[],
): MacroTable<Facts> {
  const seconds = ({ stateSinceMs }: Facts, nowMs: number): number =>
    Math.max(0, Math.floor((nowMs - stateSinceMs) / 1000));
  return {
    [`${kind}DISPLAYNAME`]: ({ displayName }) => displayName,
    [`${kind}STATE`]: ({ state }) => state.toUpperCase(),
    [`${kind}STATEID`]: ({ state }) => String(states.indexOf(state)),
    [`LAST${kind}STATE`]: ({ lastState }) => lastState.toUpperCase(),
    [`LAST${kind}STATEID`]: ({ lastState }) => String(states.indexOf(lastState)),
    [`${kind}STATETYPE`]: ({ stateType }) => stateType.toUpperCase(),
    [`${kind}ATTEMPT`]: ({ attempt }) => String(attempt),
    [`MAX${kind}ATTEMPTS`]: ({ maxAttempts }) => String(maxAttempts),
    [`${kind}LATENCY`]: ({ latencySec }) => latencySec.toFixed(3),
    [`${kind}EXECUTIONTIME`]: ({ executionTimeSec }) => executionTimeSec.toFixed(3),
    [`${kind}DURATION`]: (facts, nowMs) => {
      const sec = seconds(facts, nowMs);
      return `${Math.floor(sec / 86_400)}d ${Math.floor(sec / 3600) % 24}h ${Math.floor(sec / 60) % 60}m ${sec % 60}s`;
    },
    [`${kind}DURATIONSEC`]: (facts, nowMs) => String(seconds(facts, nowMs)),
    [`${kind}DOWNTIME`]: ({ downtimeDepth }) => String(downtimeDepth),
    [`${kind}PERCENTCHANGE`]: ({ percentChange }) => percentChange.toFixed(2),
    [`${kind}GROUPNAME`]: ({ groups }) => groups[0] ?? '',
    [`${kind}GROUPNAMES`]: ({ groups }) => groups.join(','),
    [`${kind}OUTPUT`]: ({ output }) => output,
    [`LONG${kind}OUTPUT`]: ({ longOutput }) => longOutput,
    [`${kind}PERFDATA`]: ({ perfdata }) => perfdata,
    [`${kind}CHECKCOMMAND`]: ({ checkCommand }) => checkCommand,
    [`LAST${kind}CHECK`]: ({ lastCheckMs }) => epochSec(lastCheckMs),
    [`${kind}EVENTID`]: ({ eventId }) => eventId,
    [`LAST${kind}EVENTID`]: ({ lastEventId }) => lastEventId,
    [`${kind}PROBLEMID`]: ({ problemId }) => problemId,
    [`LAST${kind}PROBLEMID`]: ({ lastProblemId }) => lastProblemId,
    [`${kind}IMPORTANCE`]: ({ importance }) => String(importance),
    [`${kind}ACKAUTHOR`]: ({ acknowledgement }) => acknowledgement?.author ?? '',
    [`${kind}ACKCOMMENT`]: ({ acknowledgement }) => acknowledgement?.comment ?? '',
    ...Object.fromEntries(
      states.map((state) => [
        `LAST${kind}${state.toUpperCase()}`,
        ({ lastInStateMs }: Facts) =>
          epochSec((lastInStateMs as Readonly<Record<string, number | undefined>>)[state] ?? 0),
      ]),
    ),
  };
}

export const HOST_MACROS: MacroTable<HostFacts> = {
  HOSTNAME: ({ name }) => name,
  HOSTALIAS: ({ alias }) => alias,
  HOSTADDRESS: ({ address }) => address,
  TOTALHOSTSERVICES: ({ serviceStates }) => String(serviceStates().length),
  ...Object.fromEntries(
    SERVICE_STATES.map((state) => [
      `TOTALHOSTSERVICES${state.toUpperCase()}`,
      (host: HostFacts) => String(host.serviceStates().filter((each) => each === state).length),
    ]),
  ),
  ...sharedMacros<HostFacts>('HOST', HOST_STATES),
};

export const SERVICE_MACROS: MacroTable<ServiceFacts> = {
  SERVICEDESC: ({ description }) => description,
  SERVICEISVOLATILE: ({ isVolatile }) => (isVolatile ? '1' : '0'),
  ...sharedMacros<ServiceFacts>('SERVICE', SERVICE_STATES),
};

/** Notes and links have macros in them, which are filled in by whoever knows the object. */
export const NOTE_MACROS: Readonly<Record<string, 'notes' | 'notesUrl' | 'actionUrl'>> = {
  NOTES: 'notes',
  NOTESURL: 'notesUrl',
  ACTIONURL: 'actionUrl',
};

export const GROUP_MACROS: MacroTable<GroupFacts & { members: readonly string[] }> = {
  ALIAS: ({ alias }) => alias,
  NOTES: ({ notes }) => notes,
  NOTESURL: ({ notesUrl }) => notesUrl,
  ACTIONURL: ({ actionUrl }) => actionUrl,
  /** `host,host`, or `host,service,host,service`. */
  MEMBERS: ({ members }) => members.join(','),
};

export const TOTAL_MACROS: MacroTable<TotalFacts> = {
  ...countsOf('TOTALHOSTS', HOST_STATES, ({ hosts }) => hosts),
  ...countsOf('TOTALSERVICES', SERVICE_STATES, ({ services }) => services),
  TOTALHOSTPROBLEMS: ({ hosts }) => String(hosts.down.all + hosts.unreachable.all),
  TOTALHOSTPROBLEMSUNHANDLED: ({ hosts }) => String(hosts.down.unhandled + hosts.unreachable.unhandled),
  TOTALSERVICEPROBLEMS: ({ services: { warning, critical, unknown } }) =>
    String(warning.all + critical.all + unknown.all),
  TOTALSERVICEPROBLEMSUNHANDLED: ({ services: { warning, critical, unknown } }) =>
    String(warning.unhandled + critical.unhandled + unknown.unhandled),
};

/** The first state is no problem, and so is never unhandled. */
function countsOf<State extends string>(
  prefix: string,
  states: readonly State[],
  counts: (totals: TotalFacts) => Readonly<Record<State, { all: number; unhandled: number }>>,
): MacroTable<TotalFacts> {
  const table: Record<string, Reader<TotalFacts>> = {};
  for (const [index, state] of states.entries()) {
    table[prefix + state.toUpperCase()] = (totals) => String(counts(totals)[state].all);
    if (index > 0)
      table[`${prefix}${state.toUpperCase()}UNHANDLED`] = (totals) => String(counts(totals)[state].unhandled);
  }
  return table;
}
