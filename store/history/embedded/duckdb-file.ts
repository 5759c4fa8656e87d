// Opens and closes the database file. Turns what DuckDB says about a locked,
// damaged or foreign file into errors that tell the operator what to do.

import path from 'node:path';
import { mkdirSync } from 'node:fs';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { AppError } from '#kernel/errors.ts';

export interface DuckdbFile {
  /** Appends and everything that must not run beside an append. */
  writer: DuckDBConnection;
  reader: DuckDBConnection;
  /** Sorting and roll-ups, which may take seconds. */
  background: DuckDBConnection;
  close(): void;
}

const FILE_NAME = 'history.duckdb';

// Raised when tables change their meaning; another number is refused rather than guessed at.
const LAYOUT_VERSION = 1;

/** Throws AppError `history_locked` or `history_unreadable`; creates directory and file when they are not there. */
export async function openDuckdbFile(options: { directory: string; memoryLimitMb: number }): Promise<DuckdbFile> {
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const file = path.join(path.resolve(options.directory), FILE_NAME);
  const instance = await DuckDBInstance.create(file, {
    memory_limit: `${options.memoryLimitMb}MB`,
    // One core belongs to the collector; a second thread would also double the sort buffers.
    threads: '1',
    temp_directory: `${file}.tmp`,
    max_temp_directory_size: '4GB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  }).catch((cause: unknown) => {
    throw openFailure(file, cause);
  });
  try {
    const connections: DuckDBConnection[] = [];
    for (let count = 0; count < 3; count++) connections.push(await instance.connect());
    const [writer, reader, background] = connections;
    if (!writer || !reader || !background) throw new Error('DuckDB gave no connection');
    await prepareLayout(writer, file);
    return {
      writer,
      reader,
      background,
      close() {
        // The file is released only when every connection is gone.
        for (const connection of connections) connection.closeSync();
        instance.closeSync();
      },
    };
  } catch (error) {
    instance.closeSync();
    throw error instanceof AppError ? error : openFailure(file, error);
  }
}

async function prepareLayout(connection: DuckDBConnection, file: string): Promise<void> {
  const tables = (await connection.runAndReadAll('select table_name from duckdb_tables()')).getRows().flat();
  if (tables.length === 0) {
    await connection.run('begin');
    await connection.run('create table layout (version integer not null)');
    await connection.run('insert into layout values ($1)', [LAYOUT_VERSION]);
    await connection.run(
      'create table series (id integer not null, cluster varchar, host varchar, metric varchar, seen_day integer)',
    );
    await connection.run('commit');
    return;
  }
  if (!tables.includes('layout')) throw unreadable(file, 'it is a DuckDB file of another program');
  const version = (await connection.runAndReadAll('select version from layout')).getRows()[0]?.[0];
  if (version !== LAYOUT_VERSION) {
    throw unreadable(file, `it has layout ${String(version)} and this program reads layout ${LAYOUT_VERSION}`);
  }
}

function openFailure(file: string, cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!message.includes('Could not set lock')) return unreadable(file, message.split('\n')[0] ?? message, cause);
  const holder = /\(PID (\d+)\)/.exec(message)?.[1];
  return historyLocked(file, holder === undefined ? 'another process' : `process ${holder}`);
}

export const historyLocked = (file: string, holder: string): AppError =>
  new AppError(
    'history_locked',
    `Metric history ${file} is in use by ${holder}. One process owns it: stop that one, or give this one another PLEXUS_HOME or PLEXUS_INFLUX_URL.`,
    { retry: 'later', status: 503 },
  );

const unreadable = (file: string, why: string, cause?: unknown): AppError =>
  new AppError(
    'history_unreadable',
    `Metric history ${file} cannot be opened: ${why}. Move the file away to start with an empty history, or restore it from a backup.`,
    { ...(cause !== undefined && { cause }) },
  );
