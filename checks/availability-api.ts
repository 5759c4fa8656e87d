// Availability of hosts and services over a time, from the history of their states. Part of
// checks/api.ts.

import type { StateTime } from './availability/availability.ts';
import type { Outage, OutageSummary } from './availability/outages.ts';
import type { Bucket } from './availability/report-window.ts';
import type { DowntimeRule, TargetVerdict } from './availability/shares.ts';
import type { CountedStates } from './availability/state-history.ts';

export type BucketSize = 'day' | 'week' | 'month';

export interface StateFigures extends StateTime {
  /** Percent of the time that counts; all states together are 100.000. Undefined when no time counts. */
  percent: number | undefined;
  percentWithoutDowntime: number | undefined;
}

export interface AvailabilityFigures {
  /** Of the kind of object, and 'undetermined'. */
  states: Readonly<Record<string, StateFigures>>;
  /** Percent of the time of which the state is known, rounded down to a thousandth; undefined while nothing is. */
  available: number | undefined;
  availableWithoutDowntime: number | undefined;
}

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

export interface ObjectAvailability extends AvailabilityFigures {
  checkId: string;
  checkName: string;
  hostId: string;
  hostName: string;
  object: 'host' | 'service';
  outages: OutageFigures;
  /** Without what lay in downtime. */
  unplannedOutages: OutageFigures;
  /** The last 200, oldest first; empty in a report about more than 50 objects. */
  outageList: (Outage & { isPlanned: boolean })[];
  verdict: TargetVerdict;
  /** Empty when none were asked for. */
  buckets: (Bucket & AvailabilityFigures)[];
}

/** All objects of a kind together: the average, weighted by the time that counted of each. */
export interface AvailabilityRollUp extends AvailabilityFigures {
  object: 'host' | 'service';
  objects: number;
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

export interface AvailabilitySpan extends AvailabilityFigures {
  fromMs: number;
  toMs: number;
}

/** Each throws `invalid_report` (400) with what is accepted. */
export interface AvailabilityApi {
  /**
   * The worst `limit` of at most 10,000 objects; more are refused with `too_many` (400), and so are more than 20,000
   * buckets.
   */
  report(question: AvailabilityQuestion, limit: number): Promise<AvailabilityReport>;
  /** All objects by host and name with all buckets, as a table that is written while they are measured. */
  csv(question: AvailabilityQuestion): AsyncGenerator<string>;
  /** The last 24 h, 7 d, 30 d and 365 d of one check, in this order. Throws `not_found`. */
  spans(checkId: string): Promise<AvailabilitySpan[]>;
  /** Names of the time periods by which a report can be limited. */
  periods(): Promise<string[]>;
}
