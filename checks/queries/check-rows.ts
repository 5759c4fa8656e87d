// A check with its state and last results, from the rows of the database.

import type { Clock } from '#kernel/clock.ts';
import { HOST_STATES, SERVICE_STATES, type StateType } from '#kernel/domain/check-state.ts';
import type { Db } from '#store/postgres.ts';
import { parsePerfdata } from '#wire/perfdata.ts';
import type { CheckDetail, CheckResultEntry, CheckSummary } from '../api.ts';
import type { StoredCheckSettings } from '../check-settings.ts';
import type { CheckState, ObjectState } from '../machine/check-state.ts';
import { changePercent } from '../machine/flapping.ts';
import type { CheckKind } from '../kinds/check-kind.ts';
import { maskSecrets } from '../kinds/spec-secrets.ts';
import { perfdataMetricName } from '../perfdata-samples.ts';

const STRIP_LENGTH = 24;

type RingEntry = [atMs: number, code: number, type: StateType, output?: string];

const selectChecks = (db: Db) =>
  db
    .selectFrom('check as c')
    .innerJoin('check_state as s', 's.check_id', 'c.id')
    .innerJoin('host as h', 'h.id', 'c.host_id')
    .leftJoin('check_ring as r', 'r.check_id', 'c.id')
    .selectAll('c')
    .select(['s.state', 's.state_type', 's.attempt', 's.machine', 's.output', 's.acknowledged', 's.downtime_depth'])
    .select(['s.is_flapping', 's.muted_by', 's.via', 's.checked_by', 's.latency_ms', 's.execution_ms'])
    .select(['s.last_check_at_ms', 's.last_change_at_ms', 's.last_hard_change_at_ms', 's.next_check_at_ms'])
    .select(['r.ring', 'h.name as host_name', 'h.cluster']);

type Row = Awaited<ReturnType<ReturnType<typeof selectChecks>['execute']>>[number];

export interface CheckRowDeps {
  db: Db;
  clock: Clock;
  kinds: ReadonlyMap<string, Pick<CheckKind, 'specSchema'>>;
}

/** In the order of `ids`; what was deleted meanwhile is left out. */
export async function summariesOf(deps: CheckRowDeps, ids: readonly string[]): Promise<CheckSummary[]> {
  if (ids.length === 0) return [];
  const rows = await selectChecks(deps.db).where('c.id', 'in', ids).execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const nowMs = deps.clock.nowMs();
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row ? [toSummary(row, deps.kinds, nowMs)] : [];
  });
}

export async function detailOf(deps: CheckRowDeps, id: string): Promise<CheckDetail | undefined> {
  const row = await selectChecks(deps.db)
    .select(['s.long_output', 's.perfdata'])
    .where('c.id', '=', id)
    .executeTakeFirst();
  if (!row) return undefined;
  return {
    ...toSummary(row, deps.kinds, deps.clock.nowMs()),
    longOutput: row.long_output,
    checkedBy: row.checked_by,
    // Written by check-commands.ts and apply only, in the shape of check-settings.ts.
    settings: row.settings as StoredCheckSettings,
    perfdata: parsePerfdata(row.perfdata).metrics.map((metric) => ({
      ...metric,
      metric: perfdataMetricName(row.name, metric.label),
    })),
  };
}

function toSummary(row: Row, kinds: CheckRowDeps['kinds'], nowMs: number): CheckSummary {
  const schema = kinds.get(row.kind)?.specSchema;
  // `machine` is written by saveStates only; '{}' before the first result.
  const machine = row.machine as unknown as Partial<Pick<CheckState<ObjectState>, 'history'>>;
  const overdueMs = nowMs - (row.next_check_at_ms ?? Infinity);
  const object = row.object as CheckSummary['object'];
  return {
    id: row.id,
    name: row.name,
    hostId: row.host_id,
    hostName: row.host_name,
    cluster: row.cluster,
    kind: row.kind,
    spec: (schema ? maskSecrets(schema, row.spec) : row.spec) as Record<string, unknown>,
    intervalSec: row.interval_sec,
    retryIntervalSec: row.retry_interval_sec,
    maxAttempts: row.max_attempts,
    timeoutSec: row.timeout_sec,
    enabled: row.enabled,
    origin: row.origin,
    version: row.version,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    object,
    state: row.state as CheckSummary['state'],
    stateType: row.state_type as StateType,
    attempt: row.attempt,
    acknowledged: row.acknowledged as CheckSummary['acknowledged'],
    downtimeDepth: row.downtime_depth,
    mutedBy: row.muted_by,
    via: row.via,
    serviceGroups: row.service_groups,
    owner: row.owner,
    isStale: row.enabled && overdueMs > row.interval_sec * 1000,
    isFlapping: row.is_flapping,
    changePercent: changePercent(machine.history ?? '', 'nagios'),
    output: row.output,
    lastCheckAtMs: row.last_check_at_ms,
    lastChangeAtMs: row.last_change_at_ms,
    lastHardChangeAtMs: row.last_hard_change_at_ms,
    nextCheckAtMs: row.next_check_at_ms,
    latencyMs: row.latency_ms,
    executionMs: row.execution_ms,
    strip: toEntries(object, row.ring)
      .slice(-STRIP_LENGTH)
      .map((entry) => entry.state),
  };
}

/** Empty for a check that has no ring yet. */
export function toEntries(object: CheckSummary['object'], ring: unknown): CheckResultEntry[] {
  return ((ring ?? []) as RingEntry[]).map(([atMs, code, stateType, output = '']) => ({
    atMs,
    state: object === 'host' ? (HOST_STATES[code] ?? 'down') : (SERVICE_STATES[code] ?? 'unknown'),
    stateType,
    output,
  }));
}
