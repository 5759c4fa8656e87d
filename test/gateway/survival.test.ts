// kill -9 of the agent and loss of the gateway at every step of a request: it is
// started once, and how it ended is known in the end.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness.close());

const startedEvent = (requestId: string) =>
  harness.event('request.started', ({ data }) => data.requestId === requestId);

/** The script runs, and its first line has arrived: a kill in the very instant of reading could cost that line. */
async function begun(requestId: string): Promise<void> {
  await startedEvent(requestId);
  await expect.poll(async () => (await harness.output(requestId)).toString(), { timeout: 10_000 }).toBe('begun\n');
}

/** Where the only open request of this agent runs its script. */
function commandDirectory(stateDir: string): string {
  const requests = path.join(stateDir, 'requests');
  return path.join(requests, readdirSync(requests)[0] ?? '', 'commands', 'script');
}

/** A script that notes each of its starts, then waits for `gate` to appear. */
function gated(): { body: Record<string, unknown>; gate: string; starts: () => number } {
  const gate = harness.tempDir();
  const log = harness.tempDir();
  const script = `echo start >>${log}; echo begun; while [ ! -e ${gate} ]; do sleep 0.05; done; echo done; exit 7`;
  return {
    gate,
    body: { interpreter: 'sh', script },
    starts: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0),
  };
}

test('killed while a script runs: the next life learns its exit code and all of its output', async () => {
  const agent = await harness.connectedAgent();
  const { body, gate, starts } = gated();
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await begun(requestId);
  await agent.kill('SIGKILL');
  harness.startAgent({ stateDir: agent.stateDir });
  writeFileSync(gate, '');
  expect(await harness.outcome(requestId)).toMatchObject({ status: 'failed', exitCode: 7 });
  expect((await harness.output(requestId)).toString()).toBe('begun\ndone\n');
  expect(starts()).toBe(1);
});

test('killed while a script runs, and the script ends before the agent is back', async () => {
  const agent = await harness.connectedAgent();
  const { body, gate, starts } = gated();
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await begun(requestId);
  await agent.kill('SIGKILL');
  writeFileSync(gate, '');
  await expect
    .poll(() => existsSync(path.join(commandDirectory(agent.stateDir), 'exit')), { timeout: 5000 })
    .toBe(true);
  harness.startAgent({ stateDir: agent.stateDir });
  expect(await harness.outcome(requestId)).toMatchObject({ status: 'failed', exitCode: 7 });
  expect((await harness.output(requestId)).toString()).toBe('begun\ndone\n');
  expect(starts()).toBe(1);
});

test('killed between accepted and started: the next life starts it, once', async () => {
  const agent = await harness.connectedAgent();
  // The agent runs eight at once, so the ninth is accepted and waits.
  const busy = Array.from({ length: 8 }, gated);
  for (const { body } of busy)
    await startedEvent(await harness.send({ agentId: agent.agentId, action: 'script', body }));
  const ninth = gated();
  writeFileSync(ninth.gate, '');
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body: ninth.body });
  await expect
    .poll(async () => (await harness.gateway.api.readRequests([requestId]))[0]?.status, { timeout: 5000 })
    .toBe('delivered');
  await agent.kill('SIGKILL');
  expect(ninth.starts()).toBe(0);
  for (const { gate } of busy) writeFileSync(gate, '');
  harness.startAgent({ stateDir: agent.stateDir });
  expect(await harness.outcome(requestId)).toMatchObject({ status: 'failed', exitCode: 7 });
  expect([...busy, ninth].map(({ starts }) => starts())).toEqual(Array.from({ length: 9 }, () => 1));
});

test('the gateway is away when the script ends, and the agent is killed before it returns', async () => {
  const agent = await harness.connectedAgent();
  const { body, gate, starts } = gated();
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await begun(requestId);
  await harness.stopGateway();
  writeFileSync(gate, '');
  await expect
    .poll(() => readFileSync(`${agent.stateDir}/journal.jsonl`, 'utf8'), { timeout: 5000 })
    .toContain('"kind":"finished"');
  await agent.kill('SIGKILL');
  await harness.startGateway();
  harness.startAgent({ stateDir: agent.stateDir });
  expect(await harness.outcome(requestId)).toMatchObject({ status: 'failed', exitCode: 7 });
  expect((await harness.output(requestId)).toString()).toBe('begun\ndone\n');
  expect(starts()).toBe(1);
});

test('the gateway restarts while a script runs: the agent finishes and reports to the new one', async () => {
  const agent = await harness.connectedAgent();
  const { body, gate } = gated();
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await startedEvent(requestId);
  await harness.restartGateway();
  writeFileSync(gate, '');
  expect(await harness.outcome(requestId)).toMatchObject({ status: 'failed', exitCode: 7 });
  const finished = harness
    .events()
    .filter((one) => one.kind === 'request.finished' && one.data.requestId === requestId);
  expect(finished).toHaveLength(1);
});

test('a killed program leaves no exit code: the outcome is unknown, never a guess', async () => {
  const agent = await harness.connectedAgent();
  const { body, starts } = gated();
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await expect.poll(starts, { timeout: 5000 }).toBe(1);
  await agent.kill('SIGKILL');
  process.kill(-Number(readFileSync(path.join(commandDirectory(agent.stateDir), 'pid'), 'utf8')), 'SIGKILL');
  harness.startAgent({ stateDir: agent.stateDir });
  expect((await harness.outcome(requestId)).status).toBe('unknown_outcome');
});

test('SIGTERM ends the agent at once and leaves the script running for the next life', async () => {
  const agent = await harness.connectedAgent();
  const { body, gate, starts } = gated();
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await begun(requestId);
  await agent.kill('SIGTERM');
  expect(agent.child.exitCode).toBe(0);
  harness.startAgent({ stateDir: agent.stateDir });
  writeFileSync(gate, '');
  expect(await harness.outcome(requestId)).toMatchObject({ status: 'failed', exitCode: 7 });
  expect(starts()).toBe(1);
});

test('a second agent on the same state is refused and says who runs', async () => {
  const agent = await harness.connectedAgent();
  const second = harness.startAgent({ stateDir: agent.stateDir });
  await new Promise((resolve) => second.child.once('exit', resolve));
  expect(second.child.exitCode).toBe(1);
  expect(second.log()).toContain(`pid ${agent.child.pid}`);
});
