// A real server process with a home of its own, and a client of its API. Waits on
// events and on answers, each with a deadline; never on time alone.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readAgentLock } from '#agent/lock-file.ts';
import type { TimelineEvent } from '#web/contract/events.ts';
import { freeTcpPort, freeUdpPort } from '#test/support/free-port.ts';

const project = path.join(import.meta.dirname, '..', '..');
const API_TOKEN = 'plx_for_the_end_to_end_tests_only';
export const ADMIN_PASSWORD = 'a password for tests';

export interface TestServer {
  readonly home: string;
  readonly url: string;
  readonly udpPort: number;
  readonly xmlPort: number;
  readonly startMs: number;
  pid(): number;
  /** Starts a stopped or killed server on the same home and ports. */
  start(): Promise<void>;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  output(): string;
  get<Body>(path: string): Promise<Body>;
  send<Body>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Body>;
  /** Stops everything and removes the home. */
  dispose(): Promise<void>;
}

/** Resolves to the first answer that is not undefined; fails with `what` after `timeoutMs`. Failed tries count as undefined. */
export async function eventually<Value>(
  what: string,
  ask: () => Promise<Value | undefined>,
  timeoutMs = 30_000,
): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`did not happen within ${timeoutMs} ms: ${what}`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function startTestServer(extra: Record<string, string> = {}): Promise<TestServer> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'plexus-e2e-'));
  const [httpPort, gatewayPort, udpPort, xmlPort] = [
    await freeTcpPort(),
    await freeTcpPort(),
    await freeUdpPort(),
    await freeTcpPort(),
  ];
  const url = `http://127.0.0.1:${httpPort}`;
  let child: ChildProcess | undefined;
  let output = '';
  let startMs = 0;

  const environment = {
    PATH: process.env['PATH'],
    PLEXUS_HOME: home,
    PLEXUS_HTTP_PORT: String(httpPort),
    PLEXUS_GATEWAY_PORT: String(gatewayPort),
    PLEXUS_GMOND_UDP_PORT: String(udpPort),
    PLEXUS_GMOND_XML_PORT: String(xmlPort),
    PLEXUS_GMETAD_XML_PORT: '0',
    PLEXUS_GMETAD_QUERY_PORT: '0',
    PLEXUS_API_TOKEN: API_TOKEN,
    PLEXUS_ADMIN_PASSWORD: ADMIN_PASSWORD,
    PLEXUS_ADMIN_EMAIL: 'oncall@example.org',
    ...extra,
  };

  async function start(): Promise<void> {
    const began = performance.now();
    const started = spawn(process.execPath, [path.join(project, 'app', 'bin', 'plexus.mjs'), 'up'], {
      env: environment,
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    started.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await eventually(
      'the server is ready',
      async () => {
        if (started.exitCode !== null) throw new Error(`the server ended with ${started.exitCode}: ${output}`);
        return (await fetch(`${url}/readyz`)).ok || undefined;
      },
      30_000,
    );
    startMs = performance.now() - began;
  }

  const ended = (which: ChildProcess): Promise<number | null> =>
    which.exitCode !== null || which.signalCode !== null
      ? Promise.resolve(which.exitCode)
      : new Promise((resolve) => which.once('exit', (code) => resolve(code)));

  async function request<Body>(method: string, apiPath: string, body?: unknown): Promise<Body> {
    const response = await fetch(`${url}/api/v1${apiPath}`, {
      method,
      headers: {
        authorization: `Bearer ${API_TOKEN}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${apiPath}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  async function stop(): Promise<number | null> {
    const running = child;
    if (!running) return null;
    running.kill('SIGTERM');
    return ended(running);
  }

  const server: TestServer = {
    home,
    url,
    udpPort,
    xmlPort,
    get startMs() {
      return startMs;
    },
    pid: () => child?.pid ?? 0,
    start,
    stop,
    async kill() {
      const running = child;
      running?.kill('SIGKILL');
      if (running) await ended(running);
    },
    output: () => output,
    get: (apiPath) => request('GET', apiPath),
    send: (method, apiPath, body) => request(method, apiPath, body),
    async dispose() {
      if (child?.exitCode === null && child.signalCode === null) await stop();
      stopLeftAgent(home);
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await start();
  return server;
}

// After kill -9 of the server its agent lives on; nobody would end it once the home is gone.
function stopLeftAgent(home: string): void {
  const left = readAgentLock(path.join(home, 'agent'));
  if (left) process.kill(left.pid, 'SIGTERM');
}

/** The whole timeline, oldest first. */
export async function timeline(server: TestServer, query = ''): Promise<TimelineEvent[]> {
  const page = await server.get<{ items: TimelineEvent[] }>(`/events?limit=1000${query}`);
  return page.items.toReversed();
}
