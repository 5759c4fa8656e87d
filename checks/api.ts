// The only door to checks for other parts: queries, and commands that write their
// audit entry and event in the same transaction.

import type { Actor } from '#kernel/domain/actor.ts';
import type { HostState, ServiceState, StateType } from '#kernel/domain/check-state.ts';
import type { PerfdataMetric } from '#wire/perfdata.ts';
import type { StoredCheckSettings } from './check-settings.ts';
import type { AvailabilityApi } from './availability-api.ts';
import type { DowntimesApi } from './downtime-api.ts';
import type { CheckFilter, CheckViewsApi } from './views-api.ts';

export type * from './heartbeat/heartbeats-api.ts';
export type * from './objects-api.ts';
export type * from './passive/outside-api.ts';
export type * from './availability-api.ts';
export type * from './downtime-api.ts';
export type * from './views-api.ts';

export interface CheckSummary {
  id: string;
  name: string;
  hostId: string;
  hostName: string;
  cluster: string;
  kind: string;
  spec: Record<string, unknown>;
  intervalSec: number;
  retryIntervalSec: number;
  maxAttempts: number;
  timeoutSec: number;
  enabled: boolean;
  origin: string | null;
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
  /** 'host' = the check of the host itself, whose states are up, down and unreachable. */
  object: 'host' | 'service';
  state: ServiceState | HostState | 'pending';
  stateType: StateType;
  attempt: number;
  acknowledged: 'none' | 'normal' | 'sticky';
  /** Downtimes of the check itself that are under way. */
  downtimeDepth: number;
  /** Why a problem that stands is not told to anybody. */
  mutedBy: string | null;
  /** 'active', or where the last result came from. */
  via: string;
  serviceGroups: string[];
  /** The set of documents that made it; such a check is changed there. */
  owner: string | null;
  /** Enabled, and its next run is overdue by more than an interval. */
  isStale: boolean;
  isFlapping: boolean;
  changePercent: number;
  output: string;
  lastCheckAtMs: number | null;
  lastChangeAtMs: number | null;
  lastHardChangeAtMs: number | null;
  nextCheckAtMs: number | null;
  latencyMs: number | null;
  executionMs: number | null;
  /** States of the last 24 results, newest last. */
  strip: (ServiceState | HostState)[];
}

export interface CheckDetail extends CheckSummary {
  longOutput: string;
  /** Name of the checker that stored the last result. */
  checkedBy: string;
  /** What differs from the defaults. */
  settings: StoredCheckSettings;
  /** With the name under which the history keeps each value. */
  perfdata: (PerfdataMetric & { metric: string })[];
}

export interface CheckPage extends CheckFilter {
  /** 'worst' (the default): what nobody has taken first; 'host': by host, then the worst. */
  sort?: CheckSort;
  cursor?: string;
  /** At most 1000. */
  limit: number;
}

export type CheckSort = 'worst' | 'host';

export interface NewCheck {
  name: string;
  hostId: string;
  kind: string;
  spec: Record<string, unknown>;
  /** Default 60. */
  intervalSec?: number;
  /** Default 15, at most the interval. */
  retryIntervalSec?: number;
  /** Default 3. */
  maxAttempts?: number;
  /** Default 10, at most both intervals. */
  timeoutSec?: number;
  enabled?: boolean;
  /** How results are counted and told; what is not given has its default. */
  settings?: StoredCheckSettings;
}

export interface CheckChange extends Partial<Omit<NewCheck, 'hostId' | 'kind'>> {
  /** When given, must be the present one. */
  version?: number;
}

export interface CheckResultEntry {
  atMs: number;
  state: ServiceState | HostState;
  stateType: StateType;
  /** First words of the first line. */
  output: string;
}

interface CheckKindInfo {
  kind: string;
  title: string;
  /** JSON Schema of the spec. */
  specSchema: Record<string, unknown>;
}

/** What an engineer would like to try before it is saved. */
export interface CheckDraft {
  hostId: string;
  name: string;
  kind: string;
  spec: Record<string, unknown>;
  /** Default 10. */
  timeoutSec?: number;
  /** The saved check that is being edited: its secrets are meant where the draft says "[secret]". */
  checkId?: string;
}

export interface CheckTrial {
  /** What was run, secrets masked; null for kinds that run nothing one could name. */
  command: string | null;
  state: ServiceState;
  output: string;
  longOutput: string;
  perfdata: PerfdataMetric[];
  /** Items of the perfdata that could not be read. */
  perfdataSkipped: number;
  executionMs: number;
}

export interface Acknowledgement {
  comment: string;
  /** Kept over changes between problem states; ends with the recovery. */
  sticky: boolean;
  untilMs?: number;
}

export interface PassiveResult {
  state: ServiceState | 'up' | 'down' | 'unreachable';
  /** As a plugin would print it: first line, long text, perfdata. */
  output: string;
}

/** One line of a trace: what was asked, the answer, and what it rests on. */
export interface ExplanationLine {
  /** Closed set of words that the console translates, such as "state.soft" or "next.grid". */
  topic: string;
  text: string;
  facts: Record<string, string | number | boolean | null>;
}

export interface Explanation {
  /** Why it is in this state. */
  state: ExplanationLine[];
  /** When it runs next, and why then. */
  schedule: ExplanationLine[];
  /** Why the last problem or recovery was told or not. */
  notification: ExplanationLine[];
  /** Which template, group or document gave each value. */
  values: { name: string; value: string; from: string }[];
}

/** Commands throw `not_found`, `name_taken` (409), `stale_version` (409) or `invalid_check` (400, all problems in one message). */
export interface ChecksApi extends CheckViewsApi {
  downtimes: DowntimesApi;
  availability: AvailabilityApi;
  kinds(): CheckKindInfo[];
  list(page: CheckPage): Promise<{ items: CheckSummary[]; nextCursor: string | null }>;
  get(id: string): Promise<CheckDetail>;
  /** The last 90, oldest first. */
  results(id: string): Promise<CheckResultEntry[]>;
  create(actor: Actor, check: NewCheck): Promise<string>;
  update(actor: Actor, id: string, change: CheckChange): Promise<void>;
  remove(actor: Actor, id: string): Promise<void>;
  /** What a run would do, secrets masked; null for kinds that run nothing one could name. */
  command(id: string): Promise<string | null>;
  /** Asks for a run at once and returns the event that asks; `check.rechecked` with that cause follows. */
  runNow(actor: Actor, id: string): Promise<string>;
  /** Runs once, saves nothing. Throws `invalid_check` as `create` does. */
  test(actor: Actor, draft: CheckDraft): Promise<CheckTrial>;
  /** Throws `no_problem` (409) for a check that is fine. */
  acknowledge(actor: Actor, id: string, acknowledgement: Acknowledgement): Promise<void>;
  removeAcknowledgement(actor: Actor, id: string): Promise<void>;
  /** A result from outside; resolves when it is committed. Throws `passive_off` (409). */
  submitResult(actor: Actor, id: string, result: PassiveResult): Promise<void>;
  comment(actor: Actor, id: string, comment: string): Promise<void>;
  explain(id: string): Promise<Explanation>;
  /**
   * Makes the checks that this machine starts with: load, memory, disk, and the console at `consoleUrl`.
   * Each is made once: it may be changed and deleted, and does not come back.
   */
  ensureDefaultChecks(host: { id: string; name: string }, consoleUrl: string): Promise<void>;
}
