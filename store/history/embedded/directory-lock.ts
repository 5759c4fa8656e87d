// One process, and in it one store, owns a history directory. The lock is a kernel
// lock: it goes with its holder, however that ends.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '#kernel/errors.ts';

export interface DirectoryLock {
  release(): void;
}

/**
 * Node has no file locks; an empty SQLite file that is locked for writing is one, and a second open in the same
 * process finds it held too. Throws AppError `history_locked` with the holder's pid.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const database = new DatabaseSync(path.join(directory, 'lock'), { timeout: 0 });
  const ownerFile = path.join(directory, 'owner');
  try {
    database.exec('pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    database.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) {
      throw locked(directory, readOwner(ownerFile));
    }
    throw error;
  }
  writeFileSync(ownerFile, String(process.pid), { mode: 0o600 });
  return { release: () => database.close() };
}

const SQLITE_BUSY = 5;

function readOwner(file: string): string {
  try {
    const pid = readFileSync(file, 'utf8');
    return pid === String(process.pid) ? 'this very process' : `process ${pid}`;
  } catch {
    // The holder has not written it yet.
    return 'another process';
  }
}

const locked = (directory: string, holder: string): AppError =>
  new AppError(
    'history_locked',
    `Metric history ${directory} is in use by ${holder}. One process owns it: stop that one, or give this one another PLEXUS_HOME or PLEXUS_INFLUX_URL.`,
    { retry: 'later', status: 503 },
  );
