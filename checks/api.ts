// The only door to checks for other parts: queries, and commands that write their
// audit entry and event in the same transaction.

import type { Actor } from '#kernel/domain/actor.ts';
import type { ServiceState, StateType } from '#kernel/domain/check-state.ts';
import type { PerfdataMetric } from '#wire/perfdata.ts';

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
  state: ServiceState | 'pending';
  stateType: StateType;
  attempt: number;
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
  strip: ServiceState[];
}

export interface CheckDetail extends CheckSummary {
  longOutput: string;
  /** With the name under which the history keeps each value. */
  perfdata: (PerfdataMetric & { metric: string })[];
}

export interface CheckFilter {
  hostId?: string;
  kind?: string;
  state?: ServiceState | 'pending';
  /** Only warning, critical and unknown. */
  problems?: boolean;
  /** Part of the name of the check or of its host, without case. */
  search?: string;
  cursor?: string;
  /** At most 1000. */
  limit: number;
}

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
}

export interface CheckChange extends Partial<Omit<NewCheck, 'hostId' | 'kind'>> {
  /** When given, must be the present one. */
  version?: number;
}

export interface CheckResultEntry {
  atMs: number;
  state: ServiceState;
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

/** Commands throw `not_found`, `name_taken` (409), `stale_version` (409) or `invalid_check` (400, all problems in one message). */
export interface ChecksApi {
  kinds(): CheckKindInfo[];
  /** Worst first, then by host and name. */
  list(filter: CheckFilter): Promise<{ items: CheckSummary[]; nextCursor: string | null }>;
  get(id: string): Promise<CheckDetail>;
  /** The last 90, oldest first. */
  results(id: string): Promise<CheckResultEntry[]>;
  create(actor: Actor, check: NewCheck): Promise<string>;
  update(actor: Actor, id: string, change: CheckChange): Promise<void>;
  remove(actor: Actor, id: string): Promise<void>;
  /** Asks for a run at once and returns the event that asks; `check.rechecked` with that cause follows. */
  runNow(actor: Actor, id: string): Promise<string>;
  /**
   * Makes the checks that this machine starts with: load, memory, disk, and the console at `consoleUrl`.
   * Each is made once: it may be changed and deleted, and does not come back.
   */
  ensureDefaultChecks(host: { id: string; name: string }, consoleUrl: string): Promise<void>;
}
