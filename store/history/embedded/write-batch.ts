// Writes one batch of samples into the live tables, in one transaction.

import { DOUBLE, DuckDBDataChunk, INTEGER, VARCHAR, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import type { SampleColumns, SeriesRow, WriteRequest } from './protocol.ts';
import { HOUR_MS, hourOf, rawTable } from './tiers.ts';

// DuckDB's own vector size; a chunk cannot hold more.
const CHUNK_ROWS = 2048;
const DAY_MS = 86_400_000;

type Column = (string | number)[];

/** Commits the batch, which includes the sync to disk. On failure nothing of it is stored. */
export async function writeBatch(connection: DuckDBConnection, batch: WriteRequest): Promise<number> {
  await connection.run('begin');
  try {
    if (batch.series.length > 0) await addSeries(connection, batch.series, dayOf(batch.samples));
    for (const [hour, rows] of rowsByHour(batch.samples)) {
      const table = rawTable('live', hour);
      await connection.run(`create table if not exists ${table} (s integer, t integer, v double)`);
      await appendColumns(connection, table, [INTEGER, INTEGER, DOUBLE], rows);
    }
    await connection.run('commit');
    return batch.samples.ids.length;
  } catch (error) {
    await connection.run('rollback');
    throw error;
  }
}

const dayOf = (samples: SampleColumns): number => Math.floor((samples.atMs[0] ?? 0) / DAY_MS);

/** A batch that is sent again after a failure may name series that were already stored. */
async function addSeries(connection: DuckDBConnection, series: SeriesRow[], day: number): Promise<void> {
  const known = await connection.runAndReadAll('select coalesce(max(id), 0)::integer from series');
  const lastId = Number(known.getRows()[0]?.[0]);
  const fresh = series.filter((row) => row.id > lastId);
  await appendColumns(
    connection,
    'series',
    [INTEGER, VARCHAR, VARCHAR, VARCHAR, INTEGER],
    [
      fresh.map((row) => row.id),
      fresh.map((row) => row.cluster),
      fresh.map((row) => row.host),
      fresh.map((row) => row.metric),
      fresh.map(() => day),
    ],
  );
}

function rowsByHour(samples: SampleColumns): Map<number, [s: number[], t: number[], v: number[]]> {
  const hours = new Map<number, [number[], number[], number[]]>();
  let hour = NaN;
  let rows: [number[], number[], number[]] = [[], [], []];
  for (const [index, atMs] of samples.atMs.entries()) {
    if (hourOf(atMs) !== hour) {
      hour = hourOf(atMs);
      rows = hours.get(hour) ?? [[], [], []];
      hours.set(hour, rows);
    }
    rows[0].push(samples.ids[index] ?? 0);
    rows[1].push(atMs - hour * HOUR_MS);
    rows[2].push(samples.values[index] ?? 0);
  }
  return hours;
}

async function appendColumns(
  connection: DuckDBConnection,
  table: string,
  types: DuckDBType[],
  columns: Column[],
): Promise<void> {
  const rows = columns[0]?.length ?? 0;
  if (rows === 0) return;
  // Not kept from batch to batch: an open appender would pin a table that is about to be renamed.
  const appender = await connection.createAppender(table);
  try {
    for (let start = 0; start < rows; start += CHUNK_ROWS) {
      const part = columns.map((column) => column.slice(start, start + CHUNK_ROWS));
      const chunk = DuckDBDataChunk.create(types, part[0]?.length ?? 0);
      chunk.setColumns(part);
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}
