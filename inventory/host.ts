// What inventory says of a host, in the shapes its readers get. No SQL and no rules.

import type { AgentReport } from '#kernel/domain/event.ts';

export type Lifecycle = 'in_service' | 'maintenance' | 'retired';

/** Whether metrics arrive: 'unknown' until anything was heard of the host. */
export type Reporting = 'up' | 'down' | 'unknown';

export type Variables = Record<string, unknown>;
export type Facts = AgentReport['facts'];

export interface GroupRef {
  id: string;
  name: string;
}

export interface HostSummary {
  id: string;
  name: string;
  cluster: string;
  ip: string | undefined;
  lifecycle: Lifecycle;
  reporting: Reporting;
  reportingSinceMs: number | undefined;
  owner: string | undefined;
  description: string;
  groups: GroupRef[];
  /** Agents joined to the host; newest last. Empty for hosts known by their metrics only. */
  agentIds: string[];
  facts: Facts;
  /** Desired states that the host does not match, or whose comparison failed. */
  driftCount: number;
  /** When the agent's last report came. */
  reportedAtMs: number | undefined;
  createdAtMs: number;
  version: number;
}

export interface HostAlias {
  kind: 'agent' | 'gmond' | 'nagios';
  value: string;
}

/** Identity of the host's series in the metric history. */
export interface HostSeries {
  cluster: string;
  host: string;
}

/** A host as the collector knows it: every cluster and gmond key it was heard under, the latest first. */
export interface ReportingHost {
  name: string;
  keys: { cluster: string; hostKey: string }[];
}

export interface HostDetail extends HostSummary {
  variables: Variables;
  /** The host's own variables over those of its groups. */
  mergedVariables: Variables;
  packages: AgentReport['packages'];
  services: AgentReport['services'];
  processes: AgentReport['processes'];
  aliases: HostAlias[];
  series: HostSeries[];
  drift: DriftEntry[];
  retiredAtMs: number | undefined;
  mergedInto: string | undefined;
}

export interface HostFilter {
  /** Part of the name or of the address, without case. */
  search?: string;
  cluster?: string;
  groupId?: string;
  reporting?: Reporting;
  hostIds?: readonly string[];
  /** Retired hosts are left out unless this is true. */
  includeRetired?: boolean;
  cursor?: string;
  limit: number;
}

export interface Page<Entry> {
  items: Entry[];
  nextCursor: string | undefined;
}

export interface NewHost {
  name: string;
  cluster: string;
  ip?: string;
  owner?: string;
  description?: string;
}

/** Absent keys stay as they are. `version` is what the editor saw. */
export interface HostChange {
  version: number;
  name?: string;
  description?: string;
  owner?: string | null;
  lifecycle?: Exclude<Lifecycle, 'retired'>;
  variables?: Variables;
  groupIds?: readonly string[];
}

export interface HostGroup {
  id: string;
  name: string;
  description: string;
  /** Where two groups set the same key, the higher priority wins; equal ones by name. */
  priority: number;
  variables: Variables;
  hostIds: string[];
  createdAtMs: number;
  version: number;
}

export interface GroupChange {
  name?: string;
  description?: string;
  priority?: number;
  variables?: Variables;
  hostIds?: readonly string[];
}

/** Hosts named one by one and by group; the union counts. */
export interface Targets {
  hostIds: readonly string[];
  groupIds: readonly string[];
}

/** A host as rules ask of it. */
export interface RuleHost {
  id: string;
  name: string;
  cluster: string;
  ip: string | null;
  description: string;
  isRetired: boolean;
  /** Groups that it was put into by hand. */
  groups: string[];
  /** Its own over those of its groups. */
  variables: Variables;
  facts: Facts;
  /** What monitoring objects call it. */
  objectNames: string[];
  /** Neither an agent nor metrics are known of it. */
  isOnlyObject: boolean;
}

export interface NewObjectHost {
  name: string;
  cluster: string;
  ip: string | null;
  description: string;
}

/** A group that a set of monitoring objects asks for. */
export interface ObjectGroup {
  name: string;
  description: string;
  /** Name of the set. */
  owner: string;
  hostIds: string[];
}

export type DriftStatus = 'in_sync' | 'drifted' | 'failed' | 'pending';

export interface DriftEntry {
  desiredStateId: string;
  desiredStateName: string;
  hostId: string;
  hostName: string;
  status: DriftStatus;
  summary: string;
  /** Unified diff from what is to what should be; at most 64 KiB. */
  diff: string;
  desiredVersion: number;
  sinceMs: number;
  checkedAtMs: number | undefined;
}
