// The server of a demo: the very `plexus up` that anybody starts, as a child process
// on the demo's home and ports.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import { projectDir } from '../../console-build.ts';
import { runningServer } from '../../home.ts';
import { createApiClient, type ApiClient } from './api-client.ts';
import type { DemoHome } from './demo-home.ts';

export interface DemoServer {
  readonly url: string;
  readonly api: ApiClient;
  /** Resolves when the process has ended, wanted or not. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  /** At once and without goodbye. */
  kill(): void;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;
const LOOK_MS = 100;
const LOG_LINES_SHOWN = 15;

const settingsOf = ({ record }: DemoHome) => ({
  http: { port: record.ports.http },
  gateway: { port: record.ports.gateway },
  localAgent: 'off',
  collector: {
    listen: record.clusters.map(({ name, udpPort, xmlPort }) => ({ cluster: name, udpPort, xmlPort })),
  },
});

/** Nothing of the caller's own installation may leak into the demo. */
const withoutSettings = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('PLEXUS_')));

/** Resolves when the server is ready. Throws `server_failed` with the end of its log; leaves nothing behind then. */
export async function startDemoServer(
  clock: Clock,
  home: DemoHome,
  options: { environment: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<DemoServer> {
  await stopLeftServer(clock, home);
  writeFileSync(path.join(home.server, 'plexus.yaml'), stringify(settingsOf(home)));
  const logFile = path.join(home.directory, 'server.log');
  const output = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, [path.join(projectDir, 'app', 'bin', 'plexus.mjs'), 'up'], {
    cwd: home.server,
    env: { ...withoutSettings(options.environment), PLEXUS_HOME: home.server, PLEXUS_API_TOKEN: home.record.apiToken },
    stdio: ['ignore', output, output],
    // Out of reach of the terminal's Ctrl-C: the demo stops its parts in order.
    detached: true,
  });
  closeSync(output);
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = new AbortController();
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  }).then(() => {
    process.off('exit', kill);
    exited.abort();
  });
  const url = `http://127.0.0.1:${home.record.ports.http}`;
  const api = createApiClient(clock, { url, token: home.record.apiToken });
  const untilMs = clock.monotonicMs() + READY_TIMEOUT_MS;
  while (!(await api.isReady())) {
    if (exited.signal.aborted || options.signal.aborted || clock.monotonicMs() > untilMs) {
      kill();
      const end = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_LINES_SHOWN).join('\n');
      throw new AppError(
        'server_failed',
        `The server of the demo did not start. Its log ${logFile} ends with:\n${end}`,
      );
    }
    await clock.sleep(LOOK_MS, exited.signal);
  }
  return {
    url,
    api,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const late = clock.after(STOP_TIMEOUT_MS, kill);
      await ended;
      late.cancel();
    },
    kill,
  };
}

/** A demo that was killed leaves its server behind, which holds home and ports. */
async function stopLeftServer(clock: Clock, home: DemoHome): Promise<void> {
  const pid = runningServer(home.server);
  if (pid === undefined) return;
  process.kill(pid, 'SIGTERM');
  const untilMs = clock.monotonicMs() + STOP_TIMEOUT_MS;
  while (runningServer(home.server) === pid) {
    if (clock.monotonicMs() > untilMs) process.kill(pid, 'SIGKILL');
    await clock.sleep(LOOK_MS);
  }
}
