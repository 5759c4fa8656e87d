// What a newcomer sees: the demo starts by itself, heals its shop, and leaves nothing behind.

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlertList } from '#web/contract/alerting.ts';
import type { AgentList } from '#web/contract/agents.ts';
import type { HostList } from '#web/contract/inventory.ts';
import { eventually } from './server.ts';

const project = path.join(import.meta.dirname, '..', '..');
const HOSTS = 6;

let directory: string;
let child: ChildProcess;
let output = '';
let exited: Promise<number | null>;

beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-demo-'));
  child = spawn(
    process.execPath,
    [path.join(project, 'app', 'bin', 'plexus.mjs'), 'demo', '--hosts', String(HOSTS), '--home', directory],
    { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  exited = new Promise((resolve) => child.once('exit', resolve));
});
afterAll(async () => {
  if (child.exitCode === null) child.kill('SIGTERM');
  await exited;
  rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}, 60_000);

async function get<Body>(apiPath: string): Promise<Body> {
  const record = JSON.parse(readFileSync(path.join(directory, 'demo.json'), 'utf8'));
  const response = await fetch(`http://127.0.0.1:${record.ports.http}/api/v1${apiPath}`, {
    headers: { authorization: `Bearer ${record.apiToken}` },
    signal: AbortSignal.timeout(5000),
  });
  if (!response.ok) throw new Error(`GET ${apiPath}: ${response.status}`);
  return JSON.parse(await response.text());
}

/** Live processes that know of this demo by argument, environment or working directory. */
const processesOf = (home: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        const texts = ['cmdline', 'environ'].map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8'));
        return [...texts, readlinkSync(`/proc/${pid}/cwd`)].some((text) => text.includes(home));
      } catch {
        // Ended while we looked, or another user's.
        return false;
      }
    });

test('every host is up, its agent connected, and a login is printed', async () => {
  const hosts = await eventually(
    'every host is up',
    async () => {
      if (child.exitCode !== null) throw new Error(`the demo ended with ${child.exitCode}: ${output}`);
      const { items } = await get<HostList>('/hosts');
      return items.length === HOSTS && items.every(({ reporting }) => reporting === 'up') ? items : undefined;
    },
    40_000,
  );
  expect(new Set(hosts.map(({ cluster }) => cluster))).toEqual(new Set(['web', 'batch', 'db']));
  const agents = (await get<AgentList>('/agents')).items;
  expect(agents.filter(({ connected }) => connected)).toHaveLength(HOSTS);
  expect(output).toMatch(/http:\/\/127\.0\.0\.1:\d+[^]*user demo, password \S+/);
}, 45_000);

test('the shop dies and is healed by its reflex, with the run as evidence', async () => {
  const healed = await eventually(
    'an alert was healed',
    async () => {
      const { items } = await get<AlertList>('/alerts');
      return items.find(({ check, reflexStatus }) => check?.name === 'shop' && reflexStatus === 'healed');
    },
    90_000,
  );
  expect(healed).toMatchObject({ state: 'resolved', host: { name: 'web-01' } });
  expect(healed.healedByRunId).not.toBeNull();
}, 95_000);

test('Ctrl-C ends it, and nothing of it is left running', async () => {
  expect(processesOf(directory).length, 'a server, a database, a shop').toBeGreaterThan(3);
  child.kill('SIGINT');
  expect(await exited).toBe(0);
  await eventually(
    'every process is gone',
    () => Promise.resolve(processesOf(directory).length === 0 || undefined),
    5000,
  );
  expect(existsSync(path.join(directory, 'server', 'server.lock'))).toBe(false);
}, 45_000);
