// The only door to inventory for other parts: queries, and commands that write
// their audit entry and event in the same transaction.

import type { Actor } from '#kernel/domain/actor.ts';
import type { Trx } from '#store/postgres.ts';
import type { Catalog, DesiredState, NewDesiredState } from './desired-state.ts';
import type {
  DriftEntry,
  DriftStatus,
  GroupChange,
  HostChange,
  HostDetail,
  HostFilter,
  HostGroup,
  HostSeries,
  HostSummary,
  NewHost,
  NewObjectHost,
  ObjectGroup,
  Page,
  ReportingHost,
  RuleHost,
  Targets,
} from './host.ts';

export type * from './desired-state.ts';
export type * from './host.ts';

/** Commands throw `not_found`, `stale_version` (409), `name_taken` (409) or a 400 that says what is accepted. */
export interface InventoryApi {
  /**
   * The host of an agent, made when there is none; called by the gateway in the
   * transaction of an enrolment. Idempotent by agent id. A known host is joined by
   * equal cluster and case-folded name when it has no agent yet, or has the same address.
   */
  ensureAgentHost(
    trx: Trx,
    agent: { agentId: string; name: string; ip: string | undefined; cluster: string },
  ): Promise<string>;

  /** By name, then id. */
  listHosts(filter: HostFilter): Promise<Page<HostSummary>>;
  getHost(hostId: string): Promise<HostDetail>;
  /** The host whose metrics are kept under this cluster and display name; retired ones too. */
  findHostIdBySeries(cluster: string, hostName: string): Promise<string | undefined>;
  /** Where the host's metrics are kept; its cluster and name when none was heard yet. */
  seriesOfHost(hostId: string): Promise<HostSeries>;
  /** Hosts in service or maintenance that were heard last and not told quiet since. */
  reportingHosts(): Promise<ReportingHost[]>;
  /** Resolves targets to hosts in service or maintenance, each once, by name. Unknown ids are left out. */
  hostIdsOf(targets: Targets): Promise<{ id: string; name: string }[]>;
  /** Names of any hosts, retired ones too; unknown ids are absent. */
  namesOf(hostIds: readonly string[]): Promise<Map<string, string>>;

  createHost(actor: Actor, host: NewHost): Promise<string>;
  updateHost(actor: Actor, hostId: string, change: HostChange): Promise<void>;
  /** Hides the host and keeps its history. Packets do not bring it back; `reviveHost` does. */
  retireHost(actor: Actor, hostId: string): Promise<void>;
  reviveHost(actor: Actor, hostId: string): Promise<void>;
  /** Gives names, groups and series of `fromId` to `intoId` and retires `fromId`. */
  mergeHosts(actor: Actor, intoId: string, fromId: string): Promise<void>;

  listGroups(): Promise<HostGroup[]>;
  getGroup(groupId: string): Promise<HostGroup>;
  createGroup(actor: Actor, group: GroupChange & { name: string }): Promise<string>;
  updateGroup(actor: Actor, groupId: string, change: GroupChange & { version: number }): Promise<void>;
  deleteGroup(actor: Actor, groupId: string): Promise<void>;

  /** For sets of monitoring objects, in the transaction that applies them; see object-hosts.ts. */
  objects: {
    listRuleHosts(trx: Trx): Promise<RuleHost[]>;
    createHosts(trx: Trx, hosts: readonly NewObjectHost[]): Promise<string[]>;
    nameHosts(trx: Trx, names: readonly { hostId: string; name: string }[]): Promise<void>;
    updateHosts(
      trx: Trx,
      actor: Actor,
      hosts: readonly { hostId: string; name: string; ip: string | null; description: string }[],
    ): Promise<void>;
    putGroups(trx: Trx, actor: Actor, groups: readonly ObjectGroup[]): Promise<number>;
  };

  listDesiredStates(): Promise<DesiredState[]>;
  getDesiredState(id: string): Promise<DesiredState>;
  createDesiredState(actor: Actor, state: NewDesiredState): Promise<string>;
  updateDesiredState(actor: Actor, id: string, change: Partial<NewDesiredState> & { version: number }): Promise<void>;
  deleteDesiredState(actor: Actor, id: string): Promise<void>;

  /** Worst first: drifted and failed, then pending, then in sync. */
  listDrift(filter: {
    hostId?: string;
    desiredStateId?: string;
    statuses?: readonly DriftStatus[];
    limit: number;
  }): Promise<DriftEntry[]>;
  /** What the host should be like, rendered; only the named definitions when `desiredStateIds` is given. */
  catalogFor(hostId: string, desiredStateIds?: readonly string[]): Promise<Catalog>;
}
