// What Livestatus needs to know of the site, in our own words; whoever holds the data
// implements it. Columns and their names are in tables/.

import type { HostState, ServiceState, StateType } from '#kernel/domain/check-state.ts';

/** What hosts and services have in common. Instants are epoch milliseconds, absent = never. */
export interface CheckedRow {
  displayName: string;
  stateType: StateType;
  hasBeenChecked: boolean;
  attempt: number;
  maxAttempts: number;
  output: string;
  longOutput: string;
  perfdata: string;
  lastCheckAtMs?: number;
  nextCheckAtMs?: number;
  lastStateChangeAtMs?: number;
  lastHardStateChangeAtMs?: number;
  /** When it was last found in each of its states. */
  lastSeenAtMs: Readonly<Partial<Record<HostState | ServiceState, number>>>;
  latencyMs: number;
  executionMs: number;
  /** The last result was pushed by somebody. */
  isPassive: boolean;
  isFlapping: boolean;
  percentStateChange: number;
  isAcknowledged: boolean;
  isAcknowledgementSticky: boolean;
  downtimeDepth: number;
  activeChecksEnabled: boolean;
  passiveChecksEnabled: boolean;
  notificationsEnabled: boolean;
  eventHandlerEnabled: boolean;
  flapDetectionEnabled: boolean;
  checkFreshness: boolean;
  /** With its arguments, as `check_http!80`. */
  checkCommand: string;
  eventHandler: string;
  checkPeriod: string;
  isInCheckPeriod: boolean;
  notificationPeriod: string;
  isInNotificationPeriod: boolean;
  checkIntervalMs: number;
  retryIntervalMs: number;
  notificationIntervalMs: number;
  firstNotificationDelayMs: number;
  lastNotificationAtMs?: number;
  nextNotificationAtMs?: number;
  notificationNumber: number;
  groups: readonly string[];
  contacts: readonly string[];
  contactGroups: readonly string[];
  /** Names in capitals, without the underscore. */
  variables: Readonly<Record<string, string>>;
  notes: string;
  notesUrl: string;
  actionUrl: string;
  iconImage: string;
}

export interface HostRow extends CheckedRow {
  name: string;
  alias: string;
  address: string;
  state: HostState;
  lastHardState: HostState;
  parents: readonly string[];
  children: readonly string[];
}

export interface ServiceRow extends CheckedRow {
  hostName: string;
  description: string;
  state: ServiceState;
  lastHardState: ServiceState;
}

export interface GroupRow {
  name: string;
  alias: string;
  notes: string;
  notesUrl: string;
  actionUrl: string;
}

export interface HostGroupRow extends GroupRow {
  hostNames: readonly string[];
}

export interface ServiceGroupRow extends GroupRow {
  members: readonly (readonly [hostName: string, description: string])[];
}

export interface ContactRow {
  name: string;
  alias: string;
  email: string;
  pager: string;
  hostNotificationPeriod: string;
  serviceNotificationPeriod: string;
  hostNotificationsEnabled: boolean;
  serviceNotificationsEnabled: boolean;
  canSubmitCommands: boolean;
  variables: Readonly<Record<string, string>>;
}

export interface ContactGroupRow {
  name: string;
  alias: string;
  members: readonly string[];
}

export interface CommandRow {
  name: string;
  line: string;
}

export interface TimePeriodRow {
  name: string;
  alias: string;
  isInNow: boolean;
}

/** What downtimes and comments have in common. */
interface RemarkRow {
  id: number;
  hostName: string;
  /** Absent = of the host itself. */
  description?: string;
  author: string;
  comment: string;
  entryAtMs: number;
}

export interface DowntimeRow extends RemarkRow {
  startAtMs: number;
  endAtMs: number;
  isFixed: boolean;
  durationMs: number;
  triggeredById?: number;
  isInEffect: boolean;
}

export interface CommentRow extends RemarkRow {
  kind: 'user' | 'downtime' | 'flapping' | 'acknowledgement';
  isPersistent: boolean;
  expiresAtMs?: number;
}

export interface LogRow {
  atMs: number;
  class: 'info' | 'alert' | 'program' | 'notification' | 'passive_check' | 'command' | 'initial_state';
  /** As `SERVICE ALERT`. */
  type: string;
  /** What stands behind the type, `;` between its parts. */
  options: string;
  hostName?: string;
  description?: string;
  state?: HostState | ServiceState;
  stateType?: StateType;
  attempt?: number;
  output?: string;
  contactName?: string;
  commandName?: string;
  comment?: string;
}

/** A stretch of time in one state. */
export interface StateSpanRow {
  hostName: string;
  description?: string;
  /** Undefined = not monitored then. */
  state?: HostState | ServiceState;
  fromMs: number;
  untilMs: number;
  isInDowntime: boolean;
  isHostDown: boolean;
  isFlapping: boolean;
  output: string;
}

export interface ProgramRow {
  version: string;
  startedAtMs: number;
  pid: number;
  notificationsEnabled: boolean;
  serviceChecksEnabled: boolean;
  hostChecksEnabled: boolean;
  passiveServiceChecksEnabled: boolean;
  passiveHostChecksEnabled: boolean;
  eventHandlersEnabled: boolean;
  flapDetectionEnabled: boolean;
  perfdataEnabled: boolean;
  /** Since the start, and per second over the last minute. */
  serviceChecks: number;
  serviceChecksPerSec: number;
  hostChecks: number;
  hostChecksPerSec: number;
  connections: number;
  requests: number;
}

export interface LivestatusCollections {
  hosts: HostRow;
  services: ServiceRow;
  hostGroups: HostGroupRow;
  serviceGroups: ServiceGroupRow;
  contacts: ContactRow;
  contactGroups: ContactGroupRow;
  commands: CommandRow;
  timePeriods: TimePeriodRow;
  downtimes: DowntimeRow;
  comments: CommentRow;
}
export type CollectionName = keyof LivestatusCollections;

/** `untilMs` is not in it. */
export interface TimeSpan {
  fromMs: number;
  untilMs: number;
}

type Rows<Row> = readonly Row[] | Promise<readonly Row[]>;

/** Each call gives the present state, in a stable order. */
export interface LivestatusSource {
  collection<Name extends CollectionName>(name: Name): Rows<LivestatusCollections[Name]>;
  /** Newest first, at most `maxRows`. */
  log(span: TimeSpan, maxRows: number): Rows<LogRow>;
  /** Every stretch that touches `span`, cut to it; at most `maxRows`. */
  stateSpans(span: TimeSpan, maxRows: number): Rows<StateSpanRow>;
  program(): ProgramRow | Promise<ProgramRow>;
}
