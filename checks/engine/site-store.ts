// The SQL of the engine's memory: definitions and states of all objects, or of some hosts,
// with what ties them together. Reads only.

import { sql } from 'kysely';
import type { HostState, ServiceState, StateType } from '#kernel/domain/check-state.ts';
import type { Db } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import type { CheckDefinition } from '../check-definition.ts';
import type { CheckDetails } from '../check-details.ts';
import { checkSettings, type StoredCheckSettings } from '../check-settings.ts';

/** State of an object as the table has it; `machine` is what the state machine stored. */
export interface LoadedState {
  state: ServiceState | HostState | 'pending';
  stateType: StateType;
  machine: unknown;
  output: string;
  longOutput: string;
  perfdata: string;
  mutedBy: string | null;
  lastCheckAtMs: number | null;
  lastOkAtMs: number | null;
  nextCheckAtMs: number | null;
}

export interface LoadedCheck {
  definition: CheckDefinition;
  state: LoadedState;
}

export interface LoadedHost {
  id: string;
  name: string;
  address: string;
  cluster: string;
  alias: string;
  /** false = its metrics have stopped coming. */
  isReporting: boolean | null;
  isInMaintenance: boolean;
}

export interface LoadedDependency {
  masterId: string;
  dependentId: string;
  purpose: 'execution' | 'notification';
  states: string[];
  period: string | null;
  inheritsParent: boolean;
}

export interface LoadedPeriod {
  name: string;
  definition: Record<string, string>;
}

export interface LoadedTies {
  parents: { hostId: string; parentId: string }[];
  dependencies: LoadedDependency[];
  periods: LoadedPeriod[];
  /** Resource macros by name ("USER1"), opened. */
  resources: ReadonlyMap<string, string>;
}

export interface LoadedSite extends LoadedTies {
  hosts: LoadedHost[];
  checks: LoadedCheck[];
}

interface Deps {
  db: Db;
  sealer: Sealer;
}

interface Row {
  id: string;
  name: string;
  object: 'host' | 'service';
  host_id: string;
  host_name: string;
  ip: string | null;
  kind: string;
  spec: unknown;
  interval_sec: number;
  retry_interval_sec: number;
  max_attempts: number;
  timeout_sec: number;
  settings: StoredCheckSettings;
  details: Omit<CheckDetails, 'values'>;
  service_groups: string[];
  state: LoadedState['state'];
  state_type: StateType;
  machine: unknown;
  output: string;
  long_output: string;
  perfdata: string;
  muted_by: string | null;
  last_check_at_ms: number | null;
  last_ok_at_ms: number | null;
  next_check_at_ms: number | null;
}

/** Enabled checks of hosts that are not retired: all, or only those of these hosts. */
export async function loadChecks(db: Db, hostIds?: readonly string[]): Promise<LoadedCheck[]> {
  const { rows } = await sql<Row>`
    select c.id, c.name, c.object, c.host_id, h.name as host_name, h.ip, c.kind, c.spec, c.interval_sec,
      c.retry_interval_sec, c.max_attempts, c.timeout_sec, c.settings, c.details - 'values' as details,
      c.service_groups, s.state, s.state_type, s.machine, s.output, s.long_output, s.perfdata,
      s.muted_by, s.last_check_at_ms, s.last_ok_at_ms, s.next_check_at_ms
    from "check" c join host h on h.id = c.host_id join check_state s on s.check_id = c.id
    where c.enabled and h.lifecycle <> 'retired'
      and (${hostIds === undefined} or c.host_id = any(${hostIds ?? []}::uuid[]))`.execute(db);
  return rows.map(toLoadedCheck);
}

const toLoadedCheck = (row: Row): LoadedCheck => ({
  definition: {
    id: row.id,
    name: row.name,
    object: row.object,
    hostId: row.host_id,
    hostName: row.host_name,
    address: row.ip ?? row.host_name,
    kind: row.kind,
    spec: row.spec,
    intervalMs: row.interval_sec * 1000,
    retryIntervalMs: row.retry_interval_sec * 1000,
    maxAttempts: row.max_attempts,
    timeoutMs: row.timeout_sec * 1000,
    settings: checkSettings(row.object, row.settings),
    details: row.details,
    serviceGroups: row.service_groups,
  },
  state: {
    state: row.state,
    stateType: row.state_type,
    machine: row.machine,
    output: row.output,
    longOutput: row.long_output,
    perfdata: row.perfdata,
    mutedBy: row.muted_by,
    lastCheckAtMs: row.last_check_at_ms,
    lastOkAtMs: row.last_ok_at_ms,
    nextCheckAtMs: row.next_check_at_ms,
  },
});

export async function loadHosts(db: Db, hostIds?: readonly string[]): Promise<LoadedHost[]> {
  const rows = await db
    .selectFrom('host')
    .select(['id', 'name', 'ip', 'cluster', 'description', 'reporting', 'lifecycle'])
    .where('lifecycle', '<>', 'retired')
    .$if(hostIds !== undefined, (query) => query.where(sql<boolean>`id = any(${hostIds ?? []}::uuid[])`))
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    address: row.ip ?? row.name,
    cluster: row.cluster,
    alias: row.description,
    isReporting: row.reporting,
    isInMaintenance: row.lifecycle === 'maintenance',
  }));
}

export async function loadTies({ db, sealer }: Deps): Promise<LoadedTies> {
  const [parents, dependencies, periods, resources] = await Promise.all([
    db.selectFrom('host_parent').select(['host_id', 'parent_id']).execute(),
    db.selectFrom('check_dependency').selectAll().execute(),
    db.selectFrom('time_period').select(['name', 'definition']).execute(),
    db.selectFrom('resource_macro').selectAll().execute(),
  ]);
  return {
    parents: parents.map((row) => ({ hostId: row.host_id, parentId: row.parent_id })),
    dependencies: dependencies.map((row) => ({
      masterId: row.master_id,
      dependentId: row.dependent_id,
      purpose: row.purpose as LoadedDependency['purpose'],
      states: row.states,
      period: row.period,
      inheritsParent: row.inherits_parent,
    })),
    // Written by the compiler of objects only.
    periods: periods.map((row) => ({ name: row.name, definition: row.definition as Record<string, string> })),
    resources: new Map(resources.map(({ name, sealed }) => [name, sealer.open(sealed, resourcePurpose(name))])),
  };
}

/** What a resource macro is sealed for. */
export const resourcePurpose = (name: string): string => `checks:resource:${name}`;

export async function loadSite(deps: Deps): Promise<LoadedSite> {
  const { db } = deps;
  const [hosts, checks, ties] = await Promise.all([loadHosts(db), loadChecks(db), loadTies(deps)]);
  return { hosts, checks, ...ties };
}
