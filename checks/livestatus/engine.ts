// Answers one Livestatus query over a source: finds table and columns, loads what they need,
// waits if asked to, filters, groups and lays out.

import type { Clock } from '#kernel/clock.ts';
import type { Decoded } from '#kernel/errors.ts';
import { formatLivestatusRows, type LivestatusCell } from '#wire/livestatus-response.ts';
import type { LivestatusCode, LivestatusQuery } from '#wire/livestatus-query.ts';
import type { Column, Table } from './column.ts';
import { columnsIn, compileFilter, timeSpanOf, type RowTest } from './filter.ts';
import type { CollectionName, LivestatusSource } from './source.ts';
import { statistics, type CompiledStat } from './statistics.ts';
import { TABLES } from './tables/all-tables.ts';
import { loadWorld, type World } from './world.ts';

export type LivestatusAnswer =
  { ok: true; pieces: Iterable<string> } | { ok: false; code: LivestatusCode; reason: string };

export interface EngineDeps {
  clock: Clock;
  source: LivestatusSource;
}

/** How often a waiting query looks again, and for how long at most. */
const LOOK_EVERY_MS = 250;
export const LONGEST_WAIT_MS = 60_000;

/** Rejects only when the source fails. `signal` ends a wait, which then answers with what is there. */
export async function answerLivestatus(
  deps: EngineDeps,
  query: LivestatusQuery,
  signal: AbortSignal,
): Promise<LivestatusAnswer> {
  const table = TABLES.get(query.table);
  if (!table) return { ok: false, code: 404, reason: `Table '${query.table}' does not exist.` };
  return table.open((opened) => answerFrom(opened, deps, query, signal));
}

interface Plan<Row> {
  table: Table<Row>;
  columns: readonly Column<Row>[];
  test: RowTest<Row>;
  stats: CompiledStat<Row>[];
  /** Undefined = nothing to wait for. */
  waitTest: RowTest<Row> | undefined;
  needs: ReadonlySet<CollectionName>;
}

async function answerFrom<Row>(
  table: Table<Row>,
  deps: EngineDeps,
  query: LivestatusQuery,
  signal: AbortSignal,
): Promise<LivestatusAnswer> {
  const planned = planOf(table, query);
  if (!planned.ok) {
    const [, missing] = /^no_column (.*)$/.exec(planned.reason) ?? [];
    return missing === undefined
      ? { ok: false, code: 400, reason: `Invalid filter: ${planned.reason}.` }
      : { ok: false, code: 450, reason: `Table '${table.name}' has no column '${missing}'.` };
  }
  const plan = planned.value;
  if (plan.waitTest) await waitFor(plan, plan.waitTest, deps, query, signal);
  const { world, rows } = await look(plan, deps, query);
  return { ok: true, pieces: formatLivestatusRows(outputRows(plan, rows, world, query), query) };
}

function planOf<Row>(table: Table<Row>, query: LivestatusQuery): Decoded<Plan<Row>> {
  const find = columnFinder(table);
  const used: Column<Row>[] = [];
  const names = query.columns ?? (query.stats.length > 0 ? [] : table.columns.map(({ name }) => name));
  for (const name of names) {
    const column = find(name);
    if (!column) return { ok: false, reason: `no_column ${name.slice(0, 100)}`, at: 0 };
    used.push(column);
  }
  const columns = [...used];
  const test = compileFilter(query.filter, find);
  if (!test.ok) return test;
  const stats: CompiledStat<Row>[] = [];
  for (const stat of query.stats) {
    if (stat.kind === 'aggregate') {
      const column = find(stat.column);
      if (!column) return { ok: false, reason: `no_column ${stat.column.slice(0, 100)}`, at: 0 };
      used.push(column);
      stats.push({ ...stat, column });
      continue;
    }
    const counted = compileFilter(stat.filter, find);
    if (!counted.ok) return counted;
    stats.push({ kind: 'count', test: counted.value });
  }
  const wait = query.wait && compileFilter(query.wait.condition, find);
  if (wait && !wait.ok) return wait;
  const filters = [query.filter, ...query.stats.flatMap((stat) => (stat.kind === 'count' ? [stat.filter] : []))];
  if (query.wait) filters.push(query.wait.condition);
  for (const filter of filters)
    for (const name of columnsIn(filter)) {
      const column = find(name);
      if (column) used.push(column);
    }
  const needs = new Set<CollectionName>([
    ...table.needs,
    ...used.flatMap((column) => column.needs),
    ...(query.authUser === undefined ? [] : (table.contactNeeds ?? [])),
  ]);
  return { ok: true, value: { table, columns, test: test.value, stats, waitTest: wait?.value, needs } };
}

function columnFinder<Row>({ columns, prefix }: Table<Row>): (name: string) => Column<Row> | undefined {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return (name) => byName.get(name) ?? (name.startsWith(prefix) ? byName.get(name.slice(prefix.length)) : undefined);
}

async function look<Row>(
  { table, needs }: Plan<Row>,
  { clock, source }: EngineDeps,
  query: LivestatusQuery,
): Promise<{ world: World; rows: readonly Row[] }> {
  const nowMs = clock.nowMs();
  const world = await loadWorld(source, needs, nowMs);
  const all = await table.rows({ source, world, span: timeSpanOf(query.filter, nowMs) });
  const { authUser } = query;
  const isSeenBy = table.isSeenBy?.bind(table);
  const rows = authUser === undefined || !isSeenBy ? all : all.filter((row) => isSeenBy(row, authUser, world));
  return { world, rows };
}

/** Until the condition holds for the named row, or for any when none is named, or the time is over. */
async function waitFor<Row>(
  plan: Plan<Row>,
  isFulfilled: RowTest<Row>,
  deps: EngineDeps,
  query: LivestatusQuery,
  signal: AbortSignal,
): Promise<void> {
  const { object, timeoutMs = 0 } = query.wait ?? {};
  const endTick = deps.clock.monotonicMs() + Math.min(timeoutMs || LONGEST_WAIT_MS, LONGEST_WAIT_MS);
  const { table } = plan;
  while (!signal.aborted) {
    const { world, rows } = await look(plan, deps, query);
    const named = object === undefined ? rows : rows.filter((row) => table.isNamed?.(row, object) ?? false);
    if (named.some((row) => isFulfilled(row, world))) return;
    const leftMs = endTick - deps.clock.monotonicMs();
    if (leftMs <= 0) return;
    await deps.clock.sleep(Math.min(LOOK_EVERY_MS, leftMs), signal);
  }
}

function* outputRows<Row>(
  { columns, test, stats }: Plan<Row>,
  rows: readonly Row[],
  world: World,
  query: LivestatusQuery,
): Generator<readonly LivestatusCell[]> {
  if (query.columnHeaders ?? (query.columns === undefined && stats.length === 0))
    yield [...(query.columns ?? columns.map(({ name }) => name)), ...stats.map((_, index) => `stats_${index + 1}`)];
  let left = query.limit ?? Infinity;
  if (stats.length > 0) {
    const matching = rows.values().filter((row) => test(row, world));
    for (const group of statistics(matching, columns, stats, world)) if (left-- > 0) yield group;
    return;
  }
  for (const row of rows) {
    if (left <= 0) return;
    if (!test(row, world)) continue;
    left--;
    yield columns.map((column) => column.read(row, world));
  }
}
