// Checks as the console and the API read them. No commands.

import { sql, type ExpressionBuilder, type SelectQueryBuilder } from 'kysely';
import type { Clock } from '#kernel/clock.ts';
import { SERVICE_STATES, type ServiceState, type StateType } from '#kernel/domain/check-state.ts';
import { badRequest, notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { Db } from '#store/postgres.ts';
import type { DB } from '#store/schema.ts';
import { parsePerfdata } from '#wire/perfdata.ts';
import type { CheckFilter, CheckResultEntry, ChecksApi, CheckSummary } from './api.ts';
import type { CheckState } from './check-state.ts';
import { changePercent } from './flapping.ts';
import { perfdataMetricName } from './perfdata-samples.ts';

const STRIP_LENGTH = 24;

/** Worst first: what is broken, what cannot be told, what is about to break, what was never looked at. */
const RANK = sql<number>`case s.state when 'critical' then 0 when 'unknown' then 1 when 'warning' then 2
  when 'pending' then 3 else 4 end`;

type RingEntry = [atMs: number, code: number, type: StateType, output: string];

export function createCheckQueries(deps: { db: Db; clock: Clock }): Pick<ChecksApi, 'list' | 'get' | 'results'> {
  const { db, clock } = deps;

  const selectChecks = () =>
    db
      .selectFrom('check as c')
      .innerJoin('check_state as s', 's.check_id', 'c.id')
      .innerJoin('host as h', 'h.id', 'c.host_id')
      .leftJoin('check_ring as r', 'r.check_id', 'c.id')
      .selectAll('c')
      .select(['s.state', 's.state_type', 's.attempt', 's.machine', 's.output', 's.long_output', 's.perfdata'])
      .select(['s.last_check_at_ms', 's.last_change_at_ms', 's.last_hard_change_at_ms', 's.next_check_at_ms'])
      .select(['s.latency_ms', 's.execution_ms', 'r.ring', 'h.name as host_name', 'h.cluster', RANK.as('rank')]);

  type Row = Awaited<ReturnType<ReturnType<typeof selectChecks>['execute']>>[number];

  function toSummary(row: Row): CheckSummary {
    // `machine` and `ring` are written by saveStates only; '{}' before the first result.
    const machine = row.machine as unknown as Partial<CheckState>;
    const overdueMs = clock.nowMs() - (row.next_check_at_ms ?? Infinity);
    return {
      id: row.id,
      name: row.name,
      hostId: row.host_id,
      hostName: row.host_name,
      cluster: row.cluster,
      kind: row.kind,
      spec: row.spec as Record<string, unknown>,
      intervalSec: row.interval_sec,
      retryIntervalSec: row.retry_interval_sec,
      maxAttempts: row.max_attempts,
      timeoutSec: row.timeout_sec,
      enabled: row.enabled,
      origin: row.origin,
      version: row.version,
      createdAtMs: row.created_at_ms,
      updatedAtMs: row.updated_at_ms,
      state: row.state as CheckSummary['state'],
      stateType: row.state_type as StateType,
      attempt: row.attempt,
      isStale: row.enabled && overdueMs > row.interval_sec * 1000,
      isFlapping: machine.isFlapping ?? false,
      changePercent: changePercent(machine.history ?? []),
      output: row.output,
      lastCheckAtMs: row.last_check_at_ms,
      lastChangeAtMs: row.last_change_at_ms,
      lastHardChangeAtMs: row.last_hard_change_at_ms,
      nextCheckAtMs: row.next_check_at_ms,
      latencyMs: row.latency_ms,
      executionMs: row.execution_ms,
      strip: toEntries(row.ring)
        .slice(-STRIP_LENGTH)
        .map((entry) => entry.state),
    };
  }

  return {
    async list(filter) {
      const limit = Math.min(filter.limit, 1000);
      const rows = await narrow(selectChecks(), filter)
        .orderBy('rank')
        .orderBy('h.name')
        .orderBy('c.name')
        .orderBy('c.id')
        .limit(limit + 1)
        .execute();
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: page.map(toSummary),
        nextCursor: rows.length > limit && last ? toCursor([last.rank, last.host_name, last.name, last.id]) : null,
      };
    },
    async get(id) {
      const row = isUuid(id) ? await selectChecks().where('c.id', '=', id).executeTakeFirst() : undefined;
      if (!row) throw notFound('check', id);
      const perfdata = parsePerfdata(row.perfdata).metrics.map((metric) => ({
        ...metric,
        metric: perfdataMetricName(row.name, metric.label),
      }));
      return { ...toSummary(row), longOutput: row.long_output, perfdata };
    },
    async results(id) {
      const row = isUuid(id)
        ? await db.selectFrom('check_ring').select('ring').where('check_id', '=', id).executeTakeFirst()
        : undefined;
      if (!row) throw notFound('check', id);
      return toEntries(row.ring);
    },
  };
}

type CheckQuery<Output> = SelectQueryBuilder<
  DB & { c: DB['check']; s: DB['check_state']; h: DB['host'] },
  'c' | 's' | 'h',
  Output
>;

function narrow<Output>(query: CheckQuery<Output>, filter: CheckFilter): CheckQuery<Output> {
  const { hostId, kind, state, search, cursor } = filter;
  let narrowed = query;
  if (hostId !== undefined) narrowed = narrowed.where(sql<string>`c.host_id::text`, '=', hostId);
  if (kind !== undefined) narrowed = narrowed.where('c.kind', '=', kind);
  if (state !== undefined) narrowed = narrowed.where('s.state', '=', state);
  if (filter.problems) narrowed = narrowed.where('s.state', 'in', ['warning', 'critical', 'unknown']);
  if (search !== undefined && search !== '') {
    const pattern = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
    narrowed = narrowed.where(({ or, eb }: ExpressionBuilder<{ c: DB['check']; h: DB['host'] }, 'c' | 'h'>) =>
      or([eb('c.name', 'ilike', pattern), eb('h.name', 'ilike', pattern)]),
    );
  }
  if (cursor === undefined) return narrowed;
  const [rank, hostName, name, id] = fromCursor(cursor);
  return narrowed.where(sql<boolean>`(${RANK}, h.name, c.name, c.id) > (${rank}, ${hostName}, ${name}, ${id}::uuid)`);
}

type Place = [rank: number, hostName: string, name: string, id: string];

const toCursor = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url');

function fromCursor(cursor: string): Place {
  const bad = () => badRequest('bad_cursor', 'The cursor is not one that this list has given. Start without one.');
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw bad();
  }
  if (!Array.isArray(place)) throw bad();
  const [rank, hostName, name, id]: unknown[] = place;
  if (typeof rank !== 'number' || typeof hostName !== 'string' || typeof name !== 'string') throw bad();
  if (typeof id !== 'string' || !isUuid(id)) throw bad();
  return [rank, hostName, name, id];
}

function toEntries(ring: unknown): CheckResultEntry[] {
  return ((ring ?? []) as RingEntry[]).map(([atMs, code, stateType, output]) => ({
    atMs,
    state: SERVICE_STATES[code] ?? ('unknown' satisfies ServiceState),
    stateType,
    output,
  }));
}
