// What metric checks ask of the rest of Plexus, in the shapes they need it.

import type { RangeQuery, SeriesPoints } from '#store/history/history.ts';

export interface LatestValue {
  value: number;
  /** When it was heard. */
  atMs: number;
  /** Seconds since it was heard, on the collector's own count. */
  tn: number;
}

/** Latest value of a metric of a host, from the live state of the collector; undefined when it was never heard. */
export type LatestMetric = (
  cluster: string,
  host: string,
  metric: string,
) => LatestValue | undefined | Promise<LatestValue | undefined>;

/** As `MetricHistory.query`; may reject when the history cannot be read. */
export type QueryHistory = (query: RangeQuery) => Promise<SeriesPoints[]>;

export interface HostGroups {
  /** Names of the groups that the host is in; none for a host that is gone. */
  groupsOf(hostId: string): Promise<readonly string[]>;
  /** Hosts in service, at most a thousand; empty for a name that nobody knows. */
  membersOf(whole: { group: string } | { cluster: string }): Promise<readonly Member[]>;
}

export interface Member {
  name: string;
  /** Where its metrics are kept. */
  series: { cluster: string; host: string };
}

export interface MetricSources extends HostGroups {
  latestMetric: LatestMetric;
  queryHistory: QueryHistory;
}

/** A number to be judged, or why there is none. */
export type Measured = Found | { ok: false; problem: string };

interface Found {
  ok: true;
  /** null = there is nothing to hold against the limits, and that is fine (no trend, nothing to compare with yet). */
  value: number | null;
  label: string;
  uom: string;
  /** What was found, such as "load_five is 6". */
  sentence: string;
  /** More for the history: values that have no limits. */
  beside?: { label: string; value: number; uom: string }[];
}
