// A real HTTP service that can be made to die, and the script that starts it again.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freeTcpPort } from '#test/support/free-port.ts';
import { eventually } from './server.ts';

const SERVICE = `
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
const [port, pidFile] = process.argv.slice(2);
createServer((request, response) => response.end('well')).listen(Number(port), '127.0.0.1', () => writeFileSync(pidFile, String(process.pid)));
`;

export interface WebService {
  readonly url: string;
  /** What an operator would write to bring it back; each start adds a line to a file. */
  readonly startScript: string;
  isUp(): Promise<boolean>;
  die(): void;
  /** How often the start script ran. */
  starts(): number;
  dispose(): void;
}

export async function startWebService(): Promise<WebService> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-service-'));
  const port = await freeTcpPort();
  const program = path.join(directory, 'service.mjs');
  const pidFile = path.join(directory, 'pid');
  const startsFile = path.join(directory, 'starts');
  writeFileSync(program, SERVICE);
  writeFileSync(startsFile, '');
  const startScript = [
    '#!/bin/sh',
    'set -e',
    `echo start >> ${startsFile}`,
    `setsid ${process.execPath} ${program} ${port} ${pidFile} > /dev/null 2>&1 < /dev/null &`,
    'echo "service started"',
  ].join('\n');
  const url = `http://127.0.0.1:${port}/`;
  const isUp = async () => {
    try {
      return (await fetch(url, { signal: AbortSignal.timeout(1000) })).ok;
    } catch {
      return false;
    }
  };
  const die = () => {
    try {
      process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
    } catch {
      // Already dead, which is what was asked for.
    }
  };
  spawn(process.execPath, [program, String(port), pidFile], { detached: true, stdio: 'ignore' }).unref();
  await eventually('the service answers', async () => (await isUp()) || undefined);
  return {
    url,
    startScript,
    isUp,
    die,
    starts: () => readFileSync(startsFile, 'utf8').split('\n').length - 1,
    dispose() {
      die();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
