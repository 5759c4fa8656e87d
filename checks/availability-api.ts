// Availability of hosts and services over a time, from the history of their states. Part of
// checks/api.ts.

import type { StateTimes } from './availability/availability.ts';
import type { Outage, OutageSummary } from './availability/outages.ts';
import type { Bucket } from './availability/report-window.ts';
import type { DowntimeRule, TargetVerdict } from './availability/shares.ts';
import type { CountedStates } from './availability/state-history.ts';

export type BucketSize = 'day' | 'week' | 'month';

/** Any state of a host or of a service; those of the other kind are absent. */
export type ObjectTimes = StateTimes<string>;

export interface AvailabilityQuestion {
  /** Whose; all given hold together. */
  hostId?: string;
  checkId?: string;
  /** Name of a host group. */
  group?: string;
  serviceGroup?: string;
  /** See checks/query-text.ts. Throws `bad_filter` (400). */
  search?: string;
  fromMs: number;
  /** Excluded; what lies in the future is cut off. */
  toMs: number;
  bucket?: BucketSize;
  /** IANA name; default UTC. */
  zone?: string;
  /** Name of a time period: only time inside counts. */
  period?: string;
  counted: CountedStates;
  /** Such as 99.9; default 99. */
  targetPercent: number;
  /** Whether downtime is part of what the target is judged by. 'excluded' is usual in contracts. */
  downtime: DowntimeRule;
}

export interface OutageFigures extends Omit<OutageSummary, 'outages'> {
  count: number;
}

export interface ObjectAvailability {
  checkId: string;
  checkName: string;
  hostId: string;
  hostName: string;
  object: 'host' | 'service';
  times: ObjectTimes;
  outages: OutageFigures;
  /** Without what lay in downtime. */
  unplannedOutages: OutageFigures;
  /** The last 200, oldest first; empty in a report about more than 50 objects. */
  outageList: (Outage & { isPlanned: boolean })[];
  verdict: TargetVerdict;
  /** Empty when none were asked for. */
  buckets: (Bucket & { times: ObjectTimes })[];
}

/** All objects of a kind together. */
export interface AvailabilityRollUp {
  object: 'host' | 'service';
  objects: number;
  /** Sum over all: its shares are the average. */
  times: ObjectTimes;
  met: number;
  missed: number;
  undetermined: number;
  /** The least available one of which something is known. */
  worst: { checkId: string; name: string; availablePercent: number } | null;
}

export interface AvailabilityReport {
  fromMs: number;
  toMs: number;
  /** Worst first; those of which nothing is known last. */
  rows: ObjectAvailability[];
  total: number;
  rollUps: AvailabilityRollUp[];
}

export interface AvailabilitySpan {
  fromMs: number;
  toMs: number;
  times: ObjectTimes;
  /** 0..100, with downtime counted and without; undefined while nothing is known. */
  availablePercent: number | undefined;
  availablePercentWithoutDowntime: number | undefined;
}

/** Each throws `invalid_report` (400) with what is accepted. */
export interface AvailabilityApi {
  /**
   * The worst `limit` of at most 10,000 objects; more are refused with `too_many` (400), and so are more than 20,000
   * buckets: `each` has no such bounds.
   */
  report(question: AvailabilityQuestion, limit: number): Promise<AvailabilityReport>;
  /** All objects by host and name, as they are measured, some hundreds at a time. */
  each(question: AvailabilityQuestion): AsyncGenerator<ObjectAvailability[]>;
  /** The last 24 h, 7 d, 30 d and 365 d of one check, in this order. Throws `not_found`. */
  spans(checkId: string): Promise<AvailabilitySpan[]>;
  /** Names of the time periods by which a report can be limited. */
  periods(): Promise<string[]>;
}
