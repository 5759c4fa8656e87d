// The data directory: made on the first start, held by one server at a time.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readIfThere, writeDurably } from '#agent/durable-file.ts';
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

const SHORTEST_KEY = 32;

/**
 * The secret key of this installation: made once, kept in the home. Throws `secret_key_unreadable` rather than make
 * a new one, which would lose every secret that the old one sealed.
 */
export function secretKeyOf(home: Home): string {
  const file = home.file('secret.key');
  let kept: string | undefined;
  try {
    kept = readIfThere(file)?.trim();
  } catch (cause) {
    throw new AppError('secret_key_unreadable', `${file} cannot be read. Mend its permissions, or restore it.`, {
      cause,
    });
  }
  if (kept === undefined) {
    kept = randomBytes(32).toString('base64url');
    writeDurably(file, `${kept}\n`);
  }
  if (kept.length < SHORTEST_KEY)
    throw new AppError('secret_key_unreadable', `${file} is damaged. Restore it from a backup.`);
  return kept;
}
