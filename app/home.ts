// The data directory: made on the first start, held by one server at a time.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startTicksOf } from '#agent/process-identity.ts';
import { AppError } from '#kernel/errors.ts';

export interface Home {
  readonly directory: string;
  file(...parts: string[]): string;
  /** Lets the next server in. */
  release(): void;
}

interface Holder {
  pid: number;
  /** Start time of the process in clock ticks since boot: a pid that was given to another is told apart. */
  startTicks: number;
}

function readHolder(file: string): Holder | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof holder !== 'object' || holder === null) return undefined;
    const { pid, startTicks } = holder as Partial<Holder>;
    return typeof pid === 'number' && typeof startTicks === 'number' ? { pid, startTicks } : undefined;
  } catch {
    return undefined;
  }
}

const isAlive = (holder: Holder): boolean => startTicksOf(holder.pid) === holder.startTicks;

/** The server that holds this home now, if any. */
export function runningServer(directory: string): number | undefined {
  const holder = readHolder(path.join(directory, 'server.lock'));
  return holder && isAlive(holder) ? holder.pid : undefined;
}

/** Throws `home_held` (exit code 2) when another server runs on it. */
export function openHome(directory: string): Home {
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const lock = path.join(directory, 'server.lock');
  const holder = runningServer(directory);
  if (holder !== undefined) {
    throw new AppError(
      'home_held',
      `Plexus already runs on ${directory} (pid ${holder}). Stop it, or set PLEXUS_HOME to another directory.`,
    );
  }
  const mine: Holder = { pid: process.pid, startTicks: startTicksOf(process.pid) ?? 0 };
  writePrivate(lock, JSON.stringify(mine));
  return {
    directory,
    file: (...parts) => path.join(directory, ...parts),
    release: () => rmSync(lock, { force: true }),
  };
}

/** Written beside and renamed, so that no reader sees half of it; readable by the owner only. */
export function writePrivate(file: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, file);
}

/** The secret key of this installation: made once, kept in the home. */
export function secretKeyOf(home: Home): string {
  const file = home.file('secret.key');
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    const key = randomBytes(32).toString('base64url');
    writePrivate(file, `${key}\n`);
    return key;
  }
}
