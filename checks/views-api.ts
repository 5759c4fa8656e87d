// What screens read of checks beyond the list: counts, the overview, the map of
// dependencies, and what stands around one check. Part of checks/api.ts.

import type { HostState, ServiceState, StateType } from '#kernel/domain/check-state.ts';

export type AnyCheckState = ServiceState | HostState | 'pending';

export interface CheckFilter {
  hostId?: string;
  kind?: string;
  state?: AnyCheckState;
  /** Only what is not fine. */
  problems?: boolean;
  /** A filter as people write it, see checks/query-text.ts. Throws `bad_filter` (400) with the place. */
  search?: string;
}

/** How many checks a filter catches. A problem is handled when somebody has it or a cause above explains it. */
export interface CheckCounts {
  total: number;
  unhandled: number;
  handled: number;
  byState: Partial<Record<AnyCheckState, number>>;
}

/** Counts of one kind of object in one state. */
export interface StateCount {
  object: 'host' | 'service';
  state: AnyCheckState;
  isHandled: boolean;
  count: number;
}

export interface GroupCounts {
  name: string;
  states: StateCount[];
}

/** Milliseconds over all checks that have run; null while none has. */
export interface Spread {
  medianMs: number | null;
  p95Ms: number | null;
}

export interface CheckOverview {
  states: StateCount[];
  hostGroups: GroupCounts[];
  serviceGroups: GroupCounts[];
  active: number;
  passive: number;
  flapping: number;
  stale: number;
  disabled: number;
  inDowntime: number;
  latency: Spread;
  execution: Spread;
  /** Hosts that are down, by how much is beneath them; at most 20. */
  outages: { hostId: string; hostName: string; checkId: string; isHandled: boolean; hosts: number; services: number }[];
}

/** A host or check as a place in the map; `checkId` of a host is its own check, if it has one. */
export interface MapNode {
  /** `host:<id>`, `check:<id>`, or `leaves:<id of the first>` for hosts that are counted, not drawn. */
  id: string;
  kind: 'host' | 'check' | 'leaves';
  name: string;
  hostId: string | null;
  checkId: string | null;
  state: AnyCheckState;
  isHandled: boolean;
  /** Services that are not fine on the host, or hosts that are not up among the leaves. */
  problems: number;
  /** Hosts that a `leaves` node stands for; 1 otherwise. */
  count: number;
}

/** From what is needed to what needs it. */
export interface MapEdge {
  from: string;
  to: string;
  kind: 'parent' | 'execution' | 'notification';
}

export interface DependencyMap {
  nodes: MapNode[];
  edges: MapEdge[];
  /** Nodes that were left out to stay within the bound. */
  omitted: number;
}

/** Everything that needs a host or check, directly or through others. */
export interface BlastRadius {
  hosts: number;
  services: number;
  owners: { owner: string | null; hosts: number; services: number }[];
  /** Names of the first 50 hosts. */
  hostNames: string[];
}

/** A check that another one names. */
export interface CheckReference {
  id: string;
  name: string;
  hostId: string;
  hostName: string;
  object: 'host' | 'service';
  state: AnyCheckState;
}

export interface CheckLink extends CheckReference {
  purpose: 'execution' | 'notification';
  /** States of the master in which the dependent is held back. */
  states: string[];
  period: string | null;
  inheritsParent: boolean;
}

export interface HostLink {
  hostId: string;
  hostName: string;
  /** Null for a host that is not checked itself. */
  checkId: string | null;
  state: AnyCheckState;
}

export interface CheckRelations {
  /** At most 100 of each. */
  parents: HostLink[];
  children: HostLink[];
  /** What this check needs. */
  masters: CheckLink[];
  /** What needs this check. */
  dependents: CheckLink[];
  /** Pending and under way, of the check or of its host as such. */
  downtimes: CheckDowntime[];
}

export interface CheckDowntime {
  id: string;
  author: string;
  comment: string;
  startsAtMs: number;
  endsAtMs: number;
  isFixed: boolean;
  isActive: boolean;
  isOfHost: boolean;
}

/** A change of what availability is counted from. */
export interface CheckHistoryEntry {
  atMs: number;
  /** 'unwatched' = nobody looked from here on. */
  state: AnyCheckState | 'unwatched';
  stateType: StateType;
  inDowntime: boolean;
  output: string;
}

export interface CheckComment {
  id: string;
  kind: 'user' | 'acknowledgement' | 'flapping' | 'downtime';
  author: string;
  comment: string;
  atMs: number;
  expiresAtMs: number | null;
}

/** Each throws `not_found` for a check that does not exist. */
export interface CheckViewsApi {
  counts(filter: CheckFilter): Promise<CheckCounts>;
  /** Ids in the order of the list; throws `too_many` (400) when the filter catches more than `limit`. */
  idsOf(filter: CheckFilter, limit: number): Promise<string[]>;
  overview(): Promise<CheckOverview>;
  /** All parents and dependencies, or those around one host. At most 500 nodes. */
  dependencyMap(around?: { hostId: string }): Promise<DependencyMap>;
  blastRadius(of: { hostId: string } | { checkId: string }): Promise<BlastRadius>;
  relations(id: string): Promise<CheckRelations>;
  /** Newest first, at most 200. */
  history(id: string): Promise<CheckHistoryEntry[]>;
  /** Of the check and of its host as such, newest first, at most 200. */
  comments(id: string): Promise<CheckComment[]>;
}
