// The SQL of the engine's memory: definitions and states of all objects, or of some hosts,
// with what ties them together. Reads only.

import { sql } from 'kysely';
import type { HostState, ServiceState, StateType } from '#kernel/domain/check-state.ts';
import type { Db } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import type { CheckDefinition } from '../check-definition.ts';
import type { CheckDetails } from '../check-details.ts';
import type { Downtime } from '../machine/downtime-window.ts';
import { checkSettings, type StoredCheckSettings } from '../check-settings.ts';
import { openHostDowntimes } from './downtime-rows.ts';
import { createSharedValues, type SharedValues } from './shared-values.ts';

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
  /** Open ones of the host as such: without a check of its own it has no state that remembers them. */
  downtimes: readonly Downtime[];
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

/** Some hosts as they are now, with all their checks; one of `hostIds` that is not among `hosts` is gone. */
export interface LoadedPart {
  hostIds: string[];
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
  /** These four as the text of their JSON. */
  spec: string;
  interval_sec: number;
  retry_interval_sec: number;
  max_attempts: number;
  timeout_sec: number;
  settings: string;
  details: string;
  service_groups: string;
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

/** Enabled checks of these hosts, unless they are retired. Equal parts of them are one object each. */
export async function loadChecks(
  db: Db,
  hostIds: readonly string[],
  shared = createSharedValues(),
): Promise<LoadedCheck[]> {
  const { rows } = await sql<Row>`
    select c.id, c.name, c.object, c.host_id, h.name as host_name, h.ip, c.kind, c.spec::text as spec, c.interval_sec,
      c.retry_interval_sec, c.max_attempts, c.timeout_sec, c.settings::text as settings,
      (c.details - 'values')::text as details, to_json(c.service_groups)::text as service_groups,
      s.state, s.state_type, s.machine, s.output, s.long_output, s.perfdata,
      s.muted_by, s.last_check_at_ms, s.last_ok_at_ms, s.next_check_at_ms
    from "check" c join host h on h.id = c.host_id join check_state s on s.check_id = c.id
    where c.enabled and h.lifecycle <> 'retired' and c.host_id = any(${hostIds}::uuid[])`.execute(db);
  return rows.map((row) => toLoadedCheck(row, shared));
}

// Written by the compiler of objects and by the commands of checks only.
const parsed = <Value>(text: string): Value => JSON.parse(text) as Value;

const toLoadedCheck = (row: Row, shared: SharedValues): LoadedCheck => ({
  definition: {
    id: row.id,
    name: shared.text(row.name),
    object: row.object,
    hostId: shared.text(row.host_id),
    hostName: shared.text(row.host_name),
    address: shared.text(row.ip ?? row.host_name),
    kind: shared.text(row.kind),
    spec: shared.of('spec', row.spec, parsed<unknown>),
    timeoutMs: row.timeout_sec * 1000,
    settings: shared.of(
      'settings',
      [row.object, row.interval_sec, row.retry_interval_sec, row.max_attempts, row.settings].join(' '),
      () => ({
        ...checkSettings(row.object, parsed<StoredCheckSettings>(row.settings)),
        intervalMs: row.interval_sec * 1000,
        retryIntervalMs: row.retry_interval_sec * 1000,
        maxAttempts: row.max_attempts,
      }),
    ),
    details: shared.of('details', row.details, parsed<Omit<CheckDetails, 'values'>>),
    serviceGroups: shared.of('groups', row.service_groups, parsed<string[]>),
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

const NONE: readonly Downtime[] = [];

export async function loadHosts(db: Db, hostIds: readonly string[]): Promise<LoadedHost[]> {
  const downtimes = await openHostDowntimes(db, hostIds);
  const rows = await db
    .selectFrom('host')
    .select(['id', 'name', 'ip', 'cluster', 'description', 'reporting', 'lifecycle'])
    .where('lifecycle', '<>', 'retired')
    .where(sql<boolean>`id = any(${hostIds}::uuid[])`)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    address: row.ip ?? row.name,
    cluster: row.cluster,
    alias: row.description,
    isReporting: row.reporting,
    isInMaintenance: row.lifecycle === 'maintenance',
    downtimes: downtimes.get(row.id) ?? NONE,
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

/** Enough for one query to be worth its way, few enough that a large site is not in memory twice. */
const HOSTS_AT_ONCE = 250;

/** These hosts with all their checks, part by part; the next part is asked for when this one has been taken. */
export async function* loadParts(db: Db, hostIds: readonly string[], shared: SharedValues): AsyncGenerator<LoadedPart> {
  for (let at = 0; at < hostIds.length; at += HOSTS_AT_ONCE) {
    const some = hostIds.slice(at, at + HOSTS_AT_ONCE);
    const [hosts, checks] = await Promise.all([loadHosts(db, some), loadChecks(db, some, shared)]);
    yield { hostIds: some, hosts, checks };
  }
}

export async function loadHostIds(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('host').select('id').where('lifecycle', '<>', 'retired').execute();
  return rows.map(({ id }) => id);
}
