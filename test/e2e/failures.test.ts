// What still holds when something fails, on one real server with its own database,
// history and agent. Each test breaks one thing for good and looks at what is left.

import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAgentLock } from '#agent/lock-file.ts';
import { readProcNet, socketInodes } from '#kernel/proc-net.ts';
import { heartbeat, uint } from '#test/collector/packets.ts';
import { readAll } from '#test/collector/harness.ts';
import type { Agent, JoinTokenCreated } from '#web/contract/agents.ts';
import type { AlertList } from '#web/contract/alerting.ts';
import type { CheckDetail } from '#web/contract/checks.ts';
import type { SelfHealth } from '#web/contract/health.ts';
import type { RunDetail, TaskOutput } from '#web/contract/remediation.ts';
import { fedSince, missing, startFeeder, type Feeder } from './feeder.ts';
import { localHostId } from './loop-story.ts';
import { startMailRelay, type MailRelay } from './mail-relay.ts';
import { eventually, startTestServer, timeline, type TestServer } from './server.ts';
import { startWebService, type WebService } from './web-service.ts';

const program = path.join(import.meta.dirname, '..', '..', 'app', 'bin', 'plexus.mjs');

let relay: MailRelay;
let service: WebService;
let server: TestServer;
let feeder: Feeder;
let hostId: string;

beforeAll(async () => {
  relay = await startMailRelay();
  service = await startWebService();
  server = await startTestServer({ PLEXUS_SMTP_URL: relay.url });
  feeder = startFeeder(server.udpPort, 'feeder', '10.66.0.1');
  hostId = await localHostId(server);
}, 60_000);
afterAll(async () => {
  feeder.stop();
  await server.dispose();
  service.dispose();
  await relay.close();
});

/** A check of the service that is critical, hard, at its first failure. */
async function watchService(name: string): Promise<CheckDetail> {
  const timing = { intervalSec: 1, retryIntervalSec: 1, maxAttempts: 1, timeoutSec: 1 };
  const spec = { url: service.url };
  const { id } = await server.send<CheckDetail>('POST', '/checks', { name, hostId, kind: 'http', spec, ...timing });
  return eventually('the check has seen the service well', async () => {
    const check = await server.get<CheckDetail>(`/checks/${id}`);
    return check.state === 'ok' ? check : undefined;
  });
}

const alertOf = async (checkId: string, state: string) =>
  (await server.get<AlertList>(`/alerts?checkId=${checkId}`)).items.find((alert) => alert.state === state);

/** What an operator would do; the service is well when the script is done. */
async function revive(): Promise<void> {
  const child = spawn('sh', ['-c', service.startScript], { stdio: 'ignore' });
  await once(child, 'exit');
  await eventually('the service answers', async () => (await service.isUp()) || undefined);
}

async function run(script: string, more: { hostIds?: string[]; expiresSec?: number; timeoutSec?: number } = {}) {
  const { hostIds = [hostId], ...options } = more;
  const { id } = await server.send<RunDetail>('POST', '/runs', {
    steps: [{ type: 'script', interpreter: 'sh', script }],
    targets: { hostIds, groupIds: [] },
    ...options,
  });
  return id;
}

const ended = (runId: string) =>
  eventually('the run has ended', async () => {
    const detail = await server.get<RunDetail>(`/runs/${runId}`);
    return detail.finishedAt === null ? undefined : detail;
  });

async function outputOf(runId: string, taskId: string): Promise<string> {
  let text = '';
  for (let after = -1; ;) {
    const page = await server.get<TaskOutput>(`/runs/${runId}/tasks/${taskId}/output?after=${after}`);
    text += page.chunks.map((chunk) => chunk.text).join('');
    if (page.chunks.length === 0) return text;
    after = page.nextAfter;
  }
}

const postmaster = (): number =>
  Number.parseInt(readFileSync(path.join(server.home, 'db', 'pg', 'postmaster.pid'), 'utf8'), 10);

test('PostgreSQL is killed as a service dies: metrics go on, the state change waits, and is told once', async () => {
  const check = await watchService('shop behind a dead database');
  const fromMs = Date.now();
  const [serverBefore, postmasterBefore] = [server.pid(), postmaster()];
  service.die();
  process.kill(postmasterBefore, 'SIGKILL');
  expect(await readAll(server.xmlPort), 'live state is served all the while').toContain('NAME="feeder"');
  await eventually('the alert is open', () => alertOf(check.id, 'open'), 20_000);
  await eventually('its mail is accepted', () => Promise.resolve(relay.mails[0]), 20_000);

  expect(server.pid(), 'the server lives on').toBe(serverBefore);
  expect(postmaster(), 'with another PostgreSQL').not.toBe(postmasterBefore);
  const story = (await timeline(server, `&checkId=${check.id}`)).filter(({ data }) => data['from'] !== 'pending');
  const told = story.filter(({ kind }) => kind === 'check.state_changed').map(({ data }) => data['to']);
  expect(told).toEqual(['critical']);
  expect(relay.mails.map(({ subject }) => subject)).toEqual([expect.stringContaining(check.name)]);
  await eventually('history has taken what came meanwhile', async () => {
    const newest = (await fedSince(server, feeder, fromMs)).at(-1)?.[1] ?? 0;
    return newest + 10 > feeder.last().number || undefined;
  });
  expect(missing(await fedSince(server, feeder, fromMs))).toEqual([]);
  await revive();
  await eventually('the alert is closed', () => alertOf(check.id, 'resolved'));
  await server.send('DELETE', `/checks/${check.id}`);
}, 60_000);

test('the mail relay is away when an alert opens: it is tried again, and told once', async () => {
  const check = await watchService('shop behind a dead relay');
  const { url } = relay;
  await relay.close();
  service.die();
  await eventually('the alert is open', () => alertOf(check.id, 'open'));
  await eventually('the first try failed', async () => {
    const { items } = await server.get<{ items: { status: string; attempts: number }[] }>('/deliveries');
    return items.find(({ status, attempts }) => status === 'pending' && attempts >= 1);
  });
  relay = await startMailRelay(Number(new URL(url).port));
  await eventually('the mail is accepted', () => Promise.resolve(relay.mails[0]), 20_000);
  await revive();
  await eventually('the recovery is accepted', () => Promise.resolve(relay.mails[1]), 20_000);
  expect(relay.mails.map(({ subject }) => subject)).toEqual([
    expect.stringContaining('shop behind a dead relay'),
    expect.stringContaining('shop behind a dead relay'),
  ]);
  await server.send('DELETE', `/checks/${check.id}`);
}, 60_000);

test('a flood of garbage is counted by reason and harms nobody else', async () => {
  const fromMs = Date.now();
  const residentBefore = residentBytes();
  const whole = uint('made-up', 1, { spoof: '10.66.0.9:liar' });
  const garbage = [
    Buffer.alloc(0),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    whole.subarray(0, whole.length - 3),
    Buffer.alloc(1472, 0xff),
    Buffer.concat([Buffer.from([0, 0, 0, 132]), Buffer.alloc(4, 0xff), whole]),
  ];
  const socket = createSocket('udp4');
  const put = (datagram: Buffer) =>
    new Promise((resolve) => socket.send(datagram, server.udpPort, '127.0.0.1', resolve));
  for (let round = 0; round < 200; round++) {
    for (let sent = 0; sent < 10; sent++) await Promise.all(garbage.map(put));
    // An answer to this says that it has caught up: what overflows the kernel's buffer proves nothing.
    await readAll(server.xmlPort);
  }
  await eventually('who comes after it is heard', async () => {
    await put(heartbeat({ spoof: '10.66.0.2:after the flood' }));
    return (await readAll(server.xmlPort)).includes('NAME="after the flood"') || undefined;
  });
  socket.close();
  const { parts } = await server.get<SelfHealth>('/health/self');
  const drops = parts.find(({ name }) => name === 'Collector')?.facts.find(({ name }) => name === 'dropped by reason');
  expect(Object.keys(JSON.parse(drops?.value ?? '{}'))).toEqual(
    expect.arrayContaining(['too_short', 'truncated', 'unknown_id']),
  );
  expect(await readAll(server.xmlPort)).not.toContain('liar');
  expect((residentBytes() - residentBefore) / 1e6, 'MB more').toBeLessThan(60);
  expect(missing(await fedSince(server, feeder, fromMs))).toEqual([]);
}, 30_000);

const residentBytes = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid()}/status`, 'utf8'))?.[1]) * 1024;

test('a script that floods, prints binary and leaves a daemon: the run ends and says so, head and tail are kept', async () => {
  const runId = await run(
    ['echo first', `printf '\\000\\377\\001'`, 'yes flood | head -c 20000000', 'sleep 20 &', 'echo last'].join('\n'),
    { timeoutSec: 15 },
  );
  const { status, tasks } = await ended(runId);
  const [task] = tasks;
  expect([status, task?.status, task?.exitCode]).toEqual(['succeeded', 'succeeded', 0]);
  expect(task?.omittedBytes).toBeGreaterThan(10_000_000);
  const text = await outputOf(runId, task?.id ?? '');
  expect(text.startsWith('first\n')).toBe(true);
  expect(text).toContain('last\n');
  expect(text.length).toBeLessThan(10_000_000);
  expect(task?.reason).toMatch(/left a process behind/);
}, 30_000);

test('the agent only ever calls out: it listens on no port', async () => {
  const held = await socketInodes(readAgentLock(path.join(server.home, 'agent'))?.pid ?? 0);
  expect(held.size, 'sockets of the agent').toBeGreaterThan(0);
  const tables = await Promise.all([readProcNet('tcp'), readProcNet('tcp6')]);
  expect(tables.flat().filter(({ listening, inode }) => listening && held.has(inode))).toEqual([]);
});

test('the agent is killed in the middle of a script: the script goes on, and its end is told', async () => {
  const gate = path.join(server.home, 'gate');
  const begun = path.join(server.home, 'begun');
  const wait = `for i in $(seq 200); do [ -e ${gate} ] && break; sleep 0.1; done`;
  const runId = await run(`echo before; touch ${begun}; ${wait}; echo after`);
  const agentDir = path.join(server.home, 'agent');
  const before = await eventually('the script runs', async () => {
    const [task] = (await server.get<RunDetail>(`/runs/${runId}`)).tasks;
    return task?.status === 'running' && existsSync(begun) ? readAgentLock(agentDir)?.pid : undefined;
  });
  process.kill(before, 'SIGKILL');
  spawn('touch', [gate]);
  const { status, tasks } = await ended(runId);
  expect(status).toBe('succeeded');
  expect(await outputOf(runId, tasks[0]?.id ?? '')).toBe('before\nafter\n');
  expect(readAgentLock(agentDir)?.pid).not.toBe(before);
}, 30_000);

test('an agent that stays away: its task expires, and only then the run ends', async () => {
  const { token } = await server.send<JoinTokenCreated>('POST', '/join-tokens', { note: 'the one that leaves' });
  const stateDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-leaver-'));
  const args = [program, 'agent', '--state-dir', stateDir, '--join', token, '--no-send', '--name', 'leaver'];
  const agent: ChildProcess = spawn(process.execPath, args, { stdio: 'ignore' });
  const leaver = async (connected: boolean) => {
    const { items } = await server.get<{ items: Agent[] }>('/agents');
    return items.find((one) => one.name === 'leaver' && one.connected === connected)?.hostId ?? undefined;
  };
  const leaverId = await eventually('it is connected', () => leaver(true));
  agent.kill('SIGKILL');
  await once(agent, 'exit');
  await eventually('it is gone', () => leaver(false));
  const runId = await run('echo here', { hostIds: [hostId, leaverId], expiresSec: 2 });
  const half = await eventually('the host that is there has answered', async () => {
    const detail = await server.get<RunDetail>(`/runs/${runId}`);
    return detail.accounting.byStatus['succeeded'] === 1 ? detail : undefined;
  });
  expect(half.finishedAt, 'one host is unaccounted for').toBeNull();
  const { status, accounting, tasks } = await ended(runId);
  expect([status, accounting]).toEqual(['partially_failed', { expected: 2, byStatus: { succeeded: 1, expired: 1 } }]);
  const there = tasks.find((task) => task.hostId === hostId);
  const { createdAt, sentAt, deliveredAt, startedAt, finishedAt, reportedAt } = there ?? expect.unreachable();
  const hops = [createdAt, sentAt, deliveredAt, startedAt, finishedAt, reportedAt];
  expect(
    hops.map((at) => Number.isFinite(Date.parse(at ?? ''))),
    'each hop has its instant',
  ).toEqual(hops.map(() => true));
  rmSync(stateDir, { recursive: true, force: true });
}, 30_000);

test('kill -9 of the server: history keeps all but the last second', async () => {
  const fromMs = Date.now();
  const target = feeder.last().number + 15;
  await eventually('three seconds of numbers', () => Promise.resolve(feeder.last().number >= target || undefined));
  // 200 ms apart: what was sent more than a second before the kill is kept.
  const kept = feeder.last().number - 5;
  await server.kill();
  feeder.pause();
  await server.start();
  const fed = await fedSince(server, feeder, fromMs);
  expect(fed.at(-1)?.[1]).toBeGreaterThanOrEqual(kept);
  expect(missing(fed)).toEqual([]);
}, 40_000);
