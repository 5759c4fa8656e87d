// Answers a range query: reads the table names, plans, and lets DuckDB aggregate.
// Every part is brought to the same row shape, so raw and rolled-up rows mix freely.

import type { DuckDBConnection } from '@duckdb/node-api';
import type { RangeQuery } from '../history.ts';
import type { ReadRequest } from './protocol.ts';
import { planRead, type ReadPart } from './read-plan.ts';
import { HOUR_MS, HOUR_SEC, RAW_KINDS, rawTable, readCatalogue, type Catalogue } from './tiers.ts';

export async function tableNames(connection: DuckDBConnection): Promise<string[]> {
  const result = await connection.runAndReadAll('select table_name from duckdb_tables()');
  return result.getRows().map((row) => String(row[0]));
}

/** Flat points per id, in the order of `ids`. The read sees one snapshot, also while tables are being replaced. */
export async function readRange(
  connection: DuckDBConnection,
  request: ReadRequest,
): Promise<Float64Array<ArrayBuffer>[]> {
  const pointsById = new Map<number, number[]>(request.ids.map((id) => [id, []]));
  await connection.run('begin transaction read only');
  try {
    const catalogue = readCatalogue(await tableNames(connection));
    const parts = planRead(catalogue, request);
    if (parts.length > 0 && request.ids.length > 0) {
      const result = await connection.run(rangeSql(catalogue, parts, request));
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        const [ids = [], steps = [], values = [], lows = [], highs = []] = chunk.getColumns();
        for (const [row, id] of ids.entries()) {
          const atMs = Number(steps[row]) * request.stepSec * 1000;
          pointsById.get(Number(id))?.push(atMs, Number(values[row]), Number(lows[row]), Number(highs[row]));
        }
      }
    }
  } finally {
    await connection.run('commit');
  }
  return [...pointsById.values()].map((points) => Float64Array.from(points));
}

const VALUE_SQL: Record<RangeQuery['agg'], string> = {
  // Rounding must not push an average out of its own envelope.
  avg: 'least(max(hi), greatest(min(lo), sum(avg * n) / sum(n)))',
  min: 'min(lo)',
  max: 'max(hi)',
  last: 'arg_max(latest, ms)',
};

// The SQL holds numbers and our own table names only; labels never come near it.
function rangeSql(catalogue: Catalogue, parts: ReadPart[], request: ReadRequest): string {
  const inSeries = `s in (${request.ids.join(',')})`;
  const sources = parts.map((part) =>
    part.kind === 'raw' ? rawSource(catalogue, part, inSeries) : tierSource(part, inSeries),
  );
  return `select s, (ms // ${request.stepSec * 1000})::integer as step, ${VALUE_SQL[request.agg]}, min(lo), max(hi)
    from (${sources.join(' union all ')}) group by s, step order by s, step`;
}

function rawSource(catalogue: Catalogue, part: ReadPart & { kind: 'raw' }, inSeries: string): string {
  const baseMs = part.hour * HOUR_MS;
  const where = `${inSeries} and t >= ${part.fromMs - baseMs} and t < ${part.toMs - baseMs}`;
  const rows = rawRowsSql(catalogue, part.hour, where);
  return `select s, ${baseMs}::bigint + t as ms, v as avg, 1 as n, v as lo, v as hi, v as latest from (${rows})`;
}

/** Rows (s, t, v) of one hour in which each series has at most one value per instant: the one that came last. */
export function rawRowsSql(catalogue: Catalogue, hour: number, where: string): string {
  const kinds = RAW_KINDS.filter((kind) => catalogue.raw.get(hour)?.has(kind));
  if (kinds.length === 1 && kinds[0] === 'raw') return `select s, t, v from ${rawTable('raw', hour)} where ${where}`;
  const arrivals = kinds.map(
    (kind, rank) =>
      `select s, t, v, ${rank}::bigint * (1::bigint << 48) + rowid as arrival from ${rawTable(kind, hour)} where ${where}`,
  );
  return `select s, t, arg_max(v, arrival) as v from (${arrivals.join(' union all ')}) group by s, t`;
}

function tierSource(part: ReadPart & { kind: 'tier' }, inSeries: string): string {
  const except = part.exceptHours.map((hour) => ` and not (t >= ${hour * HOUR_SEC} and t < ${(hour + 1) * HOUR_SEC})`);
  return `select s, t::bigint * 1000 as ms, avg, n, lo, hi, latest from ${part.table}
    where ${inSeries} and t >= ${part.fromSec} and t < ${part.toSec}${except.join('')}`;
}
