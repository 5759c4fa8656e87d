#!/usr/bin/env node
// Starts Plexus on the Node that the project brings, even where the system's is
// older. Runs on any Node from 20 on, so: plain JavaScript, nothing imported statically.

import { spawn } from 'node:child_process';
import module, { createRequire } from 'node:module';
import path from 'node:path';

const WANTED = 24;
const main = path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..', 'main.ts');

function refuse(message) {
  process.stderr.write(`plexus: ${message}\n`);
  process.exit(2);
}

if (Number.parseInt(process.versions.node, 10) >= WANTED) {
  // Compiled code is kept between starts; where the directory cannot be written nothing is lost.
  module.enableCompileCache?.(path.join(path.dirname(main), '..', 'node_modules', '.cache', 'plexus-compile'));
  await import(main);
} else {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    refuse(`runs on Linux (glibc) x64 and arm64; this is ${process.platform} ${process.arch}.`);
  }
  let node;
  try {
    node = path.join(
      path.dirname(createRequire(import.meta.url).resolve(`node-linux-${process.arch}/package.json`)),
      'bin',
      'node',
    );
  } catch {
    refuse(`needs Node ${WANTED}, which "npm ci" installs; this is Node ${process.versions.node}.`);
  }
  const child = spawn(node, [new URL(import.meta.url).pathname, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal's Ctrl-C reaches both; the child decides when it is done.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
