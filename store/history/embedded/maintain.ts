// Sorts hours that are over, rolls them up into every tier, and drops what
// retention no longer covers. Appends and reads go on meanwhile.

import type { DuckDBConnection } from '@duckdb/node-api';
import type { MaintainRequest, MaintenanceReport } from './protocol.ts';
import { rawRowsSql, tableNames } from './read-range.ts';
import type { Serial } from '../serial.ts';
import {
  expiredTables,
  HOUR_MS,
  HOUR_SEC,
  rawTable,
  readCatalogue,
  TIERS,
  tierIndexOf,
  tierTable,
  unsealedHours,
  type Catalogue,
  type Tier,
} from './tiers.ts';

// A sort of so many rows stays far below the memory limit; larger hours are sorted slice by slice.
const ROWS_PER_SLICE = 1_000_000;

export interface MaintainDeps {
  writer: DuckDBConnection;
  background: DuckDBConnection;
  /** Orders the renames between the appends. */
  writes: Serial;
  /** Ends the work between two statements; the statement that runs is interrupted by whoever aborts. */
  signal: AbortSignal;
}

/** Crash-safe: each hour changes in one transaction, and a half-done one is found and finished next time. */
export async function maintain(deps: MaintainDeps, request: MaintainRequest): Promise<MaintenanceReport> {
  const due = unsealedHours(readCatalogue(await tableNames(deps.background))).filter(
    (hour) => (hour + 1) * HOUR_MS + request.sealDelayMs <= request.nowMs,
  );
  for (const hour of due) {
    deps.signal.throwIfAborted();
    await sealHour(deps, hour);
  }
  const expired = expiredTables(readCatalogue(await tableNames(deps.background)), request.retention, request.nowMs);
  for (const table of expired) await deps.background.run(`drop table ${table}`);
  return { sealedHours: due.length, droppedTables: expired.length };
}

async function sealHour(deps: MaintainDeps, hour: number): Promise<void> {
  await deps.writes(async () => {
    const kinds = readCatalogue(await tableNames(deps.writer)).raw.get(hour);
    // From here on late samples start a new live table, so nobody writes to the one being sorted.
    if (!kinds?.has('sealing')) {
      await deps.writer.run(`alter table ${rawTable('live', hour)} rename to ${rawTable('sealing', hour)}`);
    }
  });
  await inTransaction(deps.background, () => sortAndRollUp(deps, hour));
}

async function sortAndRollUp({ background: connection, signal }: MaintainDeps, hour: number): Promise<void> {
  const catalogue = withoutLive(readCatalogue(await tableNames(connection)), hour);
  const wasSealed = catalogue.raw.get(hour)?.has('raw') === true;
  const sorted = `sorted_${hour}`;
  await connection.run(`create table ${sorted} (s integer, t integer, v double)`);
  const slices = await seriesSlices(connection, hour);
  for (const where of slices) {
    signal.throwIfAborted();
    await connection.run(`insert into ${sorted} ${rawRowsSql(catalogue, hour, where)} order by s, t`);
  }
  for (const tier of TIERS) {
    signal.throwIfAborted();
    await rollUp(connection, tier, hour, { sorted, slices, replace: wasSealed });
  }
  if (wasSealed) await connection.run(`drop table ${rawTable('raw', hour)}`);
  await connection.run(`drop table ${rawTable('sealing', hour)}`);
  await connection.run(`alter table ${sorted} rename to ${rawTable('raw', hour)}`);
  const day = Math.floor((hour * HOUR_SEC) / 86_400);
  await connection.run(
    `update series set seen_day = ${day} where seen_day < ${day} and id in (select s from ${rawTable('raw', hour)})`,
  );
}

/** Conditions on `s` that cut the hour into parts of bearable size, in ascending order. */
async function seriesSlices(connection: DuckDBConnection, hour: number): Promise<string[]> {
  const result = await connection.runAndReadAll(`select count(*)::double, max(s) from ${rawTable('sealing', hour)}`);
  const [rows, maxId] = (result.getRows()[0] ?? []).map(Number);
  const count = Math.max(1, Math.ceil((rows ?? 0) / ROWS_PER_SLICE));
  const width = Math.ceil(((maxId ?? 0) + 1) / count);
  return Array.from({ length: count }, (_, index) =>
    // The last slice has no upper bound: the sorted table may know series that the late samples do not.
    index === count - 1 ? `s >= ${index * width}` : `s >= ${index * width} and s < ${(index + 1) * width}`,
  );
}

async function rollUp(
  connection: DuckDBConnection,
  tier: Tier,
  hour: number,
  source: { sorted: string; slices: string[]; replace: boolean },
): Promise<void> {
  const table = tierTable(tier, tierIndexOf(tier, hour));
  const [fromSec, toSec] = [hour * HOUR_SEC, (hour + 1) * HOUR_SEC];
  await connection.run(
    `create table if not exists ${table} (s integer, t uinteger, avg double, n uinteger, lo double, hi double, latest double)`,
  );
  // Without the hour's old raw rows its old buckets cannot be made again: they stay, and reading adds both up.
  if (source.replace) await connection.run(`delete from ${table} where t >= ${fromSec} and t < ${toSec}`);
  for (const where of source.slices) {
    await connection.run(
      `insert into ${table}
       select s, ${fromSec} + t // ${tier.stepSec * 1000} * ${tier.stepSec} as bucket,
              least(max(v), greatest(min(v), avg(v))), count(*), min(v), max(v), arg_max(v, t)
       from ${source.sorted} where ${where} group by s, bucket order by s, bucket`,
    );
  }
}

function withoutLive(catalogue: Catalogue, hour: number): Catalogue {
  const kinds = new Set(catalogue.raw.get(hour));
  kinds.delete('live');
  return { ...catalogue, raw: new Map(catalogue.raw).set(hour, kinds) };
}

async function inTransaction(connection: DuckDBConnection, run: () => Promise<void>): Promise<void> {
  await connection.run('begin');
  try {
    await run();
    await connection.run('commit');
  } catch (error) {
    await connection.run('rollback');
    throw error;
  }
}
