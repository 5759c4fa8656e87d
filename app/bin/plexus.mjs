#!/usr/bin/env node
// Starts Plexus on the Node that the project brings, even where the system's is
// older. Runs on any Node from 20 on, so: plain JavaScript, nothing imported statically.

import { spawn } from 'node:child_process';
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const WANTED = 24;
const self = fileURLToPath(import.meta.url);
const project = path.join(path.dirname(self), '..', '..');

// What V8 and glibc accept only when a process starts. Without it the server's memory is 80 MB larger: a young
// generation that grows to 64 MB, an old one that grows to twice what lives in it before it is looked through (50 MB
// with 10,000 services), an arena of malloc for each thread, freed blocks that never go back.
// An agent keeps a tenth of what a server does.
const V8_FLAGS = [`--max-semi-space-size=${process.argv[2] === 'agent' ? 1 : 4}`, '--heap-growing-percent=60'];
const environment = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  // Compiled code is kept between starts, for threads and the agent too; where nothing can be written nothing is lost.
  NODE_COMPILE_CACHE: path.join(project, 'node_modules', '.cache', 'plexus-compile'),
  ...process.env,
};
const command = [...V8_FLAGS, self, ...process.argv.slice(2)];

function refuse(message) {
  process.stderr.write(`plexus: ${message}\n`);
  process.exit(2);
}

if (Number.parseInt(process.versions.node, 10) >= WANTED) {
  if (process.argv[2] === 'gmetric') {
    // A metric is sent and done, and scripts call it every few seconds: no second start, no other command is loaded.
    module.enableCompileCache(environment.NODE_COMPILE_CACHE);
    const { gmetric } = await import(path.join(project, 'app', 'commands', 'gmetric.ts'));
    await gmetric(process.argv.slice(3));
  } else {
    const isTuned = V8_FLAGS.every((flag) => process.execArgv.includes(flag));
    // The same process goes on, so pid, terminal and signals stay as they are.
    if (!isTuned) process.execve?.(process.execPath, [process.execPath, ...process.execArgv, ...command], environment);
    await import(path.join(project, 'app', 'main.ts'));
  }
} else {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    refuse(`runs on Linux (glibc) x64 and arm64; this is ${process.platform} ${process.arch}.`);
  }
  let node;
  try {
    node = path.join(
      path.dirname(module.createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`)),
      'bin',
      'node',
    );
  } catch {
    refuse(`needs Node ${WANTED}, which "npm ci" installs; this is Node ${process.versions.node}.`);
  }
  const child = spawn(node, command, { stdio: 'inherit', env: environment });
  // The terminal's Ctrl-C reaches both; the child decides when it is done.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
