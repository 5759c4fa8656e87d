// Builds the console in a child process when its sources changed. The server does
// not wait for it: until then "/" says that it is being built.

import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';

export const projectDir = path.join(import.meta.dirname, '..');
const uiDir = path.join(projectDir, 'web', 'ui');
export const consoleDir = path.join(uiDir, 'dist');
const STAMP = '.sources';

export type ConsoleState = 'building' | 'ready' | { failed: string };

async function hashSources(): Promise<string> {
  const hash = createHash('sha256');
  const files = [
    ...(await listFiles(uiDir, (name) => !name.startsWith('dist'))),
    ...(await listFiles(path.join(projectDir, 'web', 'contract'))),
    path.join(projectDir, 'package-lock.json'),
  ].sort();
  for (const file of files)
    hash
      .update(path.relative(projectDir, file))
      .update('\0')
      .update(await readFile(file));
  return hash.digest('hex');
}

async function listFiles(directory: string, wanted: (name: string) => boolean = () => true): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const nested = await Promise.all(
    entries
      .filter((entry) => wanted(entry.name))
      .map((entry) => {
        const full = path.join(directory, entry.name);
        return entry.isDirectory() ? listFiles(full) : Promise.resolve([full]);
      }),
  );
  return nested.flat();
}

const stampOf = (directory: string): string | undefined => {
  const file = path.join(directory, STAMP);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

async function putInPlace(fresh: string, wanted: string): Promise<void> {
  if (stampOf(consoleDir) === wanted) return;
  const before = `${fresh}.before`;
  if (existsSync(consoleDir)) await rename(consoleDir, before);
  await rename(fresh, consoleDir);
  await rm(before, { recursive: true, force: true });
}

export interface ConsoleBuild extends Service {
  state(): ConsoleState;
  /** Resolves when the build in progress is over. */
  done(): Promise<void>;
}

export function createConsoleBuild(deps: { log: Logger }): ConsoleBuild {
  const { log } = deps;
  let state: ConsoleState = existsSync(path.join(consoleDir, 'index.html')) ? 'ready' : 'building';
  let child: ChildProcess | undefined;
  let building: Promise<void> = Promise.resolve();

  function runVite(outDir: string): Promise<void> {
    const vite = path.join(projectDir, 'node_modules', 'vite', 'bin', 'vite.js');
    const config = path.join(uiDir, 'vite.config.ts');
    const args = [vite, 'build', '--config', config, '--outDir', outDir, '--logLevel', 'error'];
    // The console must not take the cores from the collector.
    const started = spawn('nice', ['-n', '10', process.execPath, ...args], {
      cwd: projectDir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child = started;
    let output = '';
    started.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
    return new Promise((resolve, reject) => {
      started.once('error', reject);
      started.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(output.trim() || `vite ended with ${code}`)),
      );
    });
  }

  async function build(): Promise<void> {
    const wanted = await hashSources();
    if (stampOf(consoleDir) === wanted) {
      state = 'ready';
      return;
    }
    state = 'building';
    // Aside and then into place: another server on this tree may serve, or build, the same folder.
    const fresh = `${consoleDir}.${process.pid}`;
    try {
      await runVite(fresh);
      await writeFile(path.join(fresh, STAMP), wanted);
      await putInPlace(fresh, wanted);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
    state = 'ready';
  }

  return {
    name: 'console build',
    start() {
      building = build().catch((error: unknown) => {
        if (child?.killed) return;
        log.error('the console could not be built', errorFields(error));
        state = { failed: error instanceof Error ? error.message : String(error) };
      });
      return Promise.resolve();
    },
    async stop() {
      child?.kill('SIGTERM');
      await building;
    },
    state: () => state,
    done: () => building,
  };
}
