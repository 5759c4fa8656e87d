// The facts that macros are made of. The runtime fills them in; whatever costs more than
// a field is a function, called only when a command really names such a macro.

import type { HostState, ServiceState, StateType } from '#kernel/domain/check-state.ts';
import type { TimePeriod } from '../time-period/time-period.ts';
import type { TimeZone } from '../time-period/time-zone.ts';

interface ObjectFacts<State> {
  displayName: string;
  state: State;
  lastState: State;
  stateType: StateType;
  attempt: number;
  maxAttempts: number;
  latencySec: number;
  executionTimeSec: number;
  /** When the present state began. */
  stateSinceMs: number;
  /** 0 = never. */
  lastCheckMs: number;
  /** Latest instant in each state; absent = never. */
  lastInStateMs: Readonly<Partial<Record<State & string, number>>>;
  downtimeDepth: number;
  /** 0..100 */
  percentChange: number;
  output: string;
  longOutput: string;
  perfdata: string;
  checkCommand: string;
  notes: string;
  notesUrl: string;
  actionUrl: string;
  /** Names of groups, the first one first. */
  groups: readonly string[];
  importance: number;
  /** Of the last change of state, and of the present problem; '0' = none. */
  eventId: string;
  lastEventId: string;
  problemId: string;
  lastProblemId: string;
  acknowledgement?: { author: string; comment: string };
  /** Custom variables, named in upper case without the underscore: `SITE`. */
  customVariables: Readonly<Record<string, string>>;
}

export interface HostFacts extends ObjectFacts<HostState> {
  name: string;
  alias: string;
  address: string;
  /** States of the services of this host. */
  serviceStates(): readonly ServiceState[];
}

export interface ServiceFacts extends ObjectFacts<ServiceState> {
  hostName: string;
  description: string;
  isVolatile: boolean;
}

export interface GroupFacts {
  name: string;
  alias: string;
  notes: string;
  notesUrl: string;
  actionUrl: string;
}

/** Numbers of objects; unhandled = neither acknowledged nor in downtime. */
export interface TotalFacts {
  hosts: Readonly<Record<HostState, { all: number; unhandled: number }>>;
  services: Readonly<Record<ServiceState, { all: number; unhandled: number }>>;
}

export interface MacroFacts {
  /** What the command is run for; a service comes with its host. */
  host?: HostFacts;
  service?: ServiceFacts;
  findHost(name: string): HostFacts | undefined;
  findService(hostName: string, description: string): ServiceFacts | undefined;
  findHostGroup(name: string): (GroupFacts & { members: readonly HostFacts[] }) | undefined;
  findServiceGroup(name: string): (GroupFacts & { members: readonly ServiceFacts[] }) | undefined;
  totals(): TotalFacts;
  /** $USER1$ .. $USER256$. */
  resource(number: number): string | undefined;
  /** PROCESSSTARTTIME, ADMINEMAIL, MAINCONFIGFILE and the like by name; also what others add, such as contacts. */
  process(name: string): string | undefined;
  findTimePeriod(name: string): TimePeriod | undefined;
  nowMs: number;
  zone: TimeZone;
  /** `date_format` of Nagios; `us` there by default. */
  dateFormat: 'us' | 'euro' | 'iso8601' | 'strict-iso8601';
}
