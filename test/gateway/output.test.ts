// What programs do on hosts, and what the operator sees of it.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHarness, type AgentProcess, type Harness } from './harness.ts';

let harness: Harness;
let agent: AgentProcess & { agentId: string };
beforeAll(async () => {
  harness = await createHarness();
  agent = await harness.connectedAgent();
});
afterAll(() => harness.close());

const script = (text: string, body?: Record<string, unknown>) => harness.script(agent.agentId, text, body);

test('arguments and environment arrive as they are, whatever they contain', async () => {
  const args = ['a b', '$HOME', '"; rm -rf /'];
  const outcome = await script('printf "%s|" "$@" "$GREETING"', { args, env: { GREETING: "it's" } });
  expect(outcome.status).toBe('succeeded');
  expect((await harness.output(outcome.id)).toString()).toBe(`a b|$HOME|"; rm -rf /|it's|`);
});

test('an exit code that the request calls good is success', async () => {
  expect(await script('exit 2', { okCodes: [0, 2] })).toMatchObject({ status: 'succeeded', exitCode: 2 });
});

test('a program killed by a signal has failed, and the signal is named', async () => {
  expect(await script('kill -KILL $$')).toMatchObject({ status: 'failed', exitCode: 137, signal: 'SIGKILL' });
});

test('an interpreter that is not there is told as such', async () => {
  const outcome = await script('', { interpreter: 'cobol-ng' });
  expect(outcome.status).toBe('interpreter_missing');
  expect(outcome.reason).toContain('cobol-ng');
});

test('binary output comes back byte for byte', async () => {
  const outcome = await script(String.raw`printf '\000\377\376\200line\n'`);
  expect(await harness.output(outcome.id)).toEqual(Buffer.from([0, 255, 254, 128, ...Buffer.from('line\n')]));
});

test('stdout and stderr are told apart and keep their order', async () => {
  const outcome = await script('echo one; sleep 0.3; echo two >&2; sleep 0.3; echo three');
  const chunks = await harness.gateway.api.readOutput(outcome.id, -1, 100);
  expect(chunks.map(({ seq, stream, bytes }) => [seq, stream, bytes.toString()])).toEqual([
    [0, 'stdout', 'one\n'],
    [1, 'stderr', 'two\n'],
    [2, 'stdout', 'three\n'],
  ]);
});

test('output can be watched while the program runs', async () => {
  const marker = path.join(harness.tempDir() + '-marker');
  const heard = new Promise<void>((resolve) => {
    const unsubscribe = harness.database.notifications.subscribe('plexus_output', (payload) => {
      if (payload !== 'r-watched') return;
      unsubscribe();
      resolve();
    });
  });
  const body = { interpreter: 'sh', script: `echo early; while [ ! -e ${marker} ]; do sleep 0.05; done; echo late` };
  await harness.send({ requestId: 'r-watched', agentId: agent.agentId, action: 'script', body });
  await heard;
  expect((await harness.output('r-watched')).toString()).toBe('early\n');
  await script(`touch ${marker}`);
  await harness.outcome('r-watched');
  expect((await harness.output('r-watched')).toString()).toBe('early\nlate\n');
});

test('a flood is cut in the middle: head and tail are kept, the rest is counted, the program is not held up', async () => {
  const outcome = await script('echo first; head -c 30000000 /dev/zero | tr "\\0" x; echo; echo last');
  expect(outcome).toMatchObject({ status: 'succeeded', outputBytes: 30_000_012 });
  const chunks = await harness.gateway.api.readOutput(outcome.id, -1, 10_000);
  const kept = chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
  expect(kept).toBeGreaterThan(5_000_000);
  expect(kept).toBeLessThan(6_500_000);
  expect(kept + (outcome.omittedBytes ?? 0)).toBe(30_000_012);
  expect(chunks.reduce((sum, { omittedBytes }) => sum + omittedBytes, 0)).toBe(outcome.omittedBytes);
  expect(chunks[0]?.bytes.toString()).toMatch(/^first\n/);
  expect(chunks.at(-1)?.bytes.toString()).toMatch(/last\n$/);
});

test('a program that hangs is stopped with its children at its time limit', async () => {
  const pidFile = harness.tempDir();
  const outcome = await script(`sleep 300 & echo $! >${pidFile}; sleep 300`, { timeoutSec: 0.5 });
  expect(outcome.status).toBe('timed_out');
  expect(existsSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}/exe`)).toBe(false);
});

test('a daemon left behind does not hang the run: it ends and says so', async () => {
  const pidFile = harness.tempDir();
  const outcome = await script(`sleep 300 & echo $! >${pidFile}; echo done`);
  expect(outcome).toMatchObject({ status: 'succeeded', orphansLeft: true });
  expect((await harness.output(outcome.id)).toString()).toBe('done\n');
  process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
});

test('a daemon with its output elsewhere is left alone', async () => {
  const pidFile = harness.tempDir();
  const outcome = await script(`sleep 300 >/dev/null 2>&1 & echo $! >${pidFile}`);
  expect(outcome.status).toBe('succeeded');
  expect(outcome.orphansLeft).toBeUndefined();
  process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL');
});

test('a first line that ends in CR LF is explained instead of failing darkly', async () => {
  expect((await script('#!/bin/sh\r\necho hi')).reason).toContain('CR LF');
});

test('a running script that is canceled ends only when its group is gone', async () => {
  const pidFile = harness.tempDir();
  const requestId = await harness.send({
    agentId: agent.agentId,
    action: 'script',
    body: { interpreter: 'sh', script: `sleep 300 & echo $! >${pidFile}; wait` },
  });
  await harness.event('request.started', ({ data }) => data.requestId === requestId);
  await harness.database.db
    .transaction()
    .execute((trx) => harness.gateway.api.cancelRequest(trx, requestId, 'user:anna'));
  expect((await harness.outcome(requestId)).status).toBe('canceled');
  if (existsSync(pidFile)) expect(existsSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}/exe`)).toBe(false);
});

test('a service without systemd is restarted by its declared command and looked at after it', async () => {
  const file = harness.tempDir();
  const body = {
    service: 'web',
    action: 'restart',
    restartCommand: ['touch', file],
    statusCommand: ['test', '-e', file],
  };
  const requestId = await harness.send({ agentId: agent.agentId, action: 'service', body });
  expect(await harness.outcome(requestId)).toMatchObject({
    status: 'succeeded',
    result: { service: 'web', state: 'running' },
  });
  const dead = { ...body, statusCommand: ['false'] };
  const second = await harness.send({ agentId: agent.agentId, action: 'service', body: dead });
  expect((await harness.outcome(second)).reason).toBe('web is not running after restart.');
});
