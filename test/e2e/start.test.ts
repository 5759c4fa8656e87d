// Starting, stopping, and being killed: what an operator sees of it.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAgentLock } from '#agent/lock-file.ts';
import type { CheckList } from '#web/contract/checks.ts';
import type { HostMetrics } from '#web/contract/metrics.ts';
import { localHostId } from './loop-story.ts';
import { ADMIN_PASSWORD, eventually, startTestServer, type TestServer } from './server.ts';

const project = path.join(import.meta.dirname, '..', '..');
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.dispose());

async function runPlexus(
  args: string[],
  environment: Record<string, string>,
  input = '',
): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [path.join(project, 'app', 'bin', 'plexus.mjs'), ...args], {
    cwd: project,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  const [code, out, err] = await Promise.all([
    new Promise<number | null>((resolve) => child.once('exit', resolve)),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, said: out + err };
}

test('the first start says where the console is and how to log in', async () => {
  // Said after /readyz answers, and read through a pipe.
  await eventually('the greeting', () =>
    Promise.resolve(server.output().includes(`Plexus is ready: ${server.url}`) || undefined),
  );
  expect(server.output()).toContain('user admin with the password of PLEXUS_ADMIN_PASSWORD');
});

test('this machine shows its live metrics and has checks, without any configuration', async () => {
  const hostId = await localHostId(server);
  const hasAll = (items: { name: string }[], wanted: string[]): boolean =>
    wanted.every((name) => items.some((item) => item.name === name));
  await eventually('the metrics of this machine arrive', async () => {
    const { metrics } = await server.get<HostMetrics>(`/hosts/${hostId}/metrics`);
    const wanted = ['cpu_user', 'load_one', 'mem_free', 'disk_free', 'bytes_in'];
    return (metrics.length >= 25 && hasAll(metrics, wanted)) || undefined;
  });
  await eventually('the default checks ran', async () => {
    const { items } = await server.get<CheckList>(`/checks?hostId=${hostId}`);
    const areThere = hasAll(items, ['load', 'memory', 'disk', 'console']);
    return (areThere && items.some((check) => check.state === 'ok')) || undefined;
  });
});

test('a second server on the same home is refused by name of the first', async () => {
  const { code, said } = await runPlexus(['up'], { PLEXUS_HOME: server.home });
  expect(code).toBe(2);
  expect(said).toContain(`Plexus already runs on ${server.home} (pid ${server.pid()})`);
});

test('an HTTP port in use is refused by name of its holder, and nothing is left behind', async () => {
  const holder = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port } = holder.address() as net.AddressInfo;
  const home = mkdtempSync(path.join(os.tmpdir(), 'plexus-taken-'));
  const ports = { PLEXUS_GATEWAY_PORT: '0', PLEXUS_GMOND_UDP_PORT: '0', PLEXUS_GMOND_XML_PORT: '0' };
  const { code, said } = await runPlexus(['up'], { PLEXUS_HOME: home, PLEXUS_HTTP_PORT: String(port), ...ports });
  holder.close();
  expect(code).toBe(2);
  expect(said).toContain(`Port ${port}/tcp is taken by pid ${process.pid}`);
  expect(existsSync(path.join(home, 'server.lock'))).toBe(false);
  expect(existsSync(path.join(home, 'db', 'pg', 'postmaster.pid'))).toBe(false);
});

test('wrong settings are all told at once and nothing starts', async () => {
  const home = path.join(os.tmpdir(), `plexus-never-${process.pid}`);
  const { code, said } = await runPlexus(['up'], {
    PLEXUS_HOME: home,
    PLEXUS_HTTP_PORT: 'x',
    PLEXUS_QUEUE_URL: 'amqp://y',
  });
  expect(code).toBe(2);
  expect(said).toContain('PLEXUS_HTTP_PORT');
  expect(said).toContain('PLEXUS_QUEUE_URL');
  expect(said).toContain('2 problems; nothing was started.');
  expect(existsSync(home)).toBe(false);
});

test('a password can be reset while the server runs', async () => {
  const { code } = await runPlexus(
    ['user', 'reset-password', 'admin'],
    { PLEXUS_HOME: server.home },
    'a fresh password\n',
  );
  expect(code).toBe(0);
  const logIn = (password: string) =>
    fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ login: 'admin', password }),
    });
  expect((await logIn('a fresh password')).status).toBe(200);
  expect((await logIn(ADMIN_PASSWORD)).status).toBe(401);
});

test('after kill -9 the agent lives on, and the next start adopts it and keeps every host and check', async () => {
  const hostId = await localHostId(server);
  const checksBefore = (await server.get<CheckList>('/checks')).items.length;
  const agentBefore = readAgentLock(path.join(server.home, 'agent'))?.pid;
  await server.kill();
  expect(readAgentLock(path.join(server.home, 'agent'))?.pid).toBe(agentBefore);
  await server.start();
  expect(await localHostId(server)).toBe(hostId);
  expect(readAgentLock(path.join(server.home, 'agent'))?.pid).toBe(agentBefore);
  expect((await server.get<CheckList>('/checks')).items).toHaveLength(checksBefore);
});

test('SIGTERM ends the server and its agent cleanly, and nothing holds the home', async () => {
  expect(await server.stop()).toBe(0);
  expect(readAgentLock(path.join(server.home, 'agent'))).toBeUndefined();
  expect(existsSync(path.join(server.home, 'server.lock'))).toBe(false);
  expect(existsSync(path.join(server.home, 'db', 'pg', 'postmaster.pid'))).toBe(false);
});
