// Requests to agents that are away, late, pending, revoked or doubled, and what
// agents fetch: whatever happens, each request ends once, with the reason.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { readAuditTrail } from '#store/audit-trail.ts';
import { transaction } from '#store/postgres.ts';
import { decodeJoinToken } from '#wire/join-token.ts';
import { enrolAgent } from '#gateway/agent-approval.ts';
import { markConnected } from '#gateway/agent-store.ts';
import { createHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness.close());

const statusOf = async (requestId: string) => (await harness.gateway.api.readRequests([requestId]))[0]?.status;

test('an agent that is away gets its request when it returns', async () => {
  const agent = await harness.connectedAgent();
  await agent.kill('SIGTERM');
  await harness.event('agent.disconnected', ({ data }) => data.agentId === agent.agentId);
  const requestId = await harness.send({ agentId: agent.agentId });
  expect(await statusOf(requestId)).toBe('queued');
  harness.startAgent({ stateDir: agent.stateDir });
  expect((await harness.outcome(requestId)).status).toBe('succeeded');
});

test('a request for an agent that does not return ends expired', async () => {
  const agent = await harness.connectedAgent();
  await agent.kill('SIGTERM');
  await harness.event('agent.disconnected', ({ data }) => data.agentId === agent.agentId);
  const requestId = await harness.send({ agentId: agent.agentId, expiresAtMs: Date.now() + 300 });
  expect(await harness.outcome(requestId)).toMatchObject({ status: 'expired' });
});

test('a request that was sent to an agent which is lost for good ends unreachable, not expired: it may have run', async () => {
  const agent = await harness.connectedAgent();
  const body = { interpreter: 'sh', script: 'echo begun; sleep 1' };
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await expect.poll(async () => (await harness.output(requestId)).length, { timeout: 10_000 }).toBe(6);
  await agent.kill('SIGKILL');
  await harness.event('agent.disconnected', ({ data }) => data.agentId === agent.agentId);
  await sql`update agent_request set expires_at_ms = 0, give_up_at_ms = 0 where id = ${requestId}`.execute(
    harness.database.db,
  );
  expect((await harness.outcome(requestId)).status).toBe('unreachable');
  // Its late result changes nothing.
  harness.startAgent({ stateDir: agent.stateDir });
  await expect
    .poll(() => readFileSync(path.join(agent.stateDir, 'journal.jsonl'), 'utf8'), { timeout: 10_000 })
    .toContain('"kind":"kept"');
  const finished = harness
    .events()
    .filter((one) => one.kind === 'request.finished' && one.data.requestId === requestId);
  expect(finished).toHaveLength(1);
});

test('a request that a connected agent never answers ends with an unknown outcome, well after its deadline', async () => {
  const agent = await harness.connectedAgent();
  const { db } = harness.database;
  const body = { interpreter: 'sh', script: 'sleep 30' };
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await harness.event('request.started', ({ data }) => data.requestId === requestId);
  await sql`update agent_request set expires_at_ms = 0, give_up_at_ms = 0 where id = ${requestId}`.execute(db);
  await sql`update agent set connected_at_ms = 0 where id = ${agent.agentId}`.execute(db);
  expect((await harness.outcome(requestId)).status).toBe('unknown_outcome');
});

test('the same request id is one request, and the second call says so', async () => {
  const { agentId } = await harness.connectedAgent();
  const request = {
    ...{ requestId: 'r-same', agentId, action: 'ping', body: {}, requestedBy: 'x' },
    expiresAtMs: Date.now() + 60_000,
  };
  const send = () => transaction(harness.database.db, (trx) => harness.gateway.api.sendRequest(trx, request));
  expect([await send(), await send()]).toEqual([true, false]);
});

test('a request whose transaction is rolled back was never made', async () => {
  const { agentId } = await harness.connectedAgent();
  const failing = transaction(harness.database.db, async (trx) => {
    const request = { requestId: 'r-never', agentId, action: 'ping', body: {}, requestedBy: 'x' };
    await harness.gateway.api.sendRequest(trx, { ...request, expiresAtMs: Date.now() + 1000 });
    throw new Error('the caller changed its mind');
  });
  await expect(failing).rejects.toThrow('changed its mind');
  expect(await harness.gateway.api.readRequests(['r-never'])).toEqual([]);
});

test('a cancel before sending ends the request at once; a cancel after its end does nothing', async () => {
  const agent = await harness.connectedAgent();
  await agent.kill('SIGTERM');
  await harness.event('agent.disconnected', ({ data }) => data.agentId === agent.agentId);
  const requestId = await harness.send({ agentId: agent.agentId });
  const cancel = () =>
    transaction(harness.database.db, (trx) => harness.gateway.api.cancelRequest(trx, requestId, 'user:anna'));
  expect(await cancel()).toBe(true);
  expect((await harness.outcome(requestId)).reason).toContain('user:anna');
  expect(await cancel()).toBe(false);
});

test('a cancel for an agent that is away is applied when it returns', async () => {
  const agent = await harness.connectedAgent();
  const body = { interpreter: 'sh', script: 'echo begun; sleep 300' };
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await expect.poll(async () => (await harness.output(requestId)).length, { timeout: 10_000 }).toBe(6);
  await agent.kill('SIGKILL');
  await transaction(harness.database.db, (trx) => harness.gateway.api.cancelRequest(trx, requestId, 'user:anna'));
  harness.startAgent({ stateDir: agent.stateDir });
  expect((await harness.outcome(requestId)).status).toBe('canceled');
});

test('a pending agent waits, is asked nothing, and is let in without reconnecting when approved', async () => {
  const agent = harness.startAgent({ token: await harness.joinToken({ approve: false }) });
  const enrolled = await harness.event('agent.enrolled', ({ data }) => !data.approved);
  const { agentId } = enrolled.data;
  const early = await harness.send({ agentId });
  expect((await harness.outcome(early)).status).toBe('unreachable');
  expect((await harness.gateway.api.getAgent(agentId)).hostId).toBeNull();
  await harness.gateway.api.approveAgent(SYSTEM, agentId);
  await harness.event('agent.connected', ({ data }) => data.agentId === agentId);
  expect((await harness.gateway.api.getAgent(agentId)).hostId).not.toBeNull();
  expect((await harness.outcome(await harness.send({ agentId }))).status).toBe('succeeded');
  expect(agent.log()).toContain('waiting for approval');
});

test('a revoked agent is cut off, its requests end, and it is not let in again', async () => {
  const agent = await harness.connectedAgent();
  const body = { interpreter: 'sh', script: 'sleep 2' };
  const requestId = await harness.send({ agentId: agent.agentId, action: 'script', body });
  await harness.event('request.started', ({ data }) => data.requestId === requestId);
  await harness.gateway.api.revokeAgent({ ...SYSTEM, label: 'user:anna' }, agent.agentId);
  await harness.event('agent.disconnected', ({ data }) => data.agentId === agent.agentId && data.reason === 'revoked');
  expect((await harness.outcome(requestId)).reason).toBe('The agent was revoked by user:anna.');
  await expect.poll(() => agent.log(), { timeout: 5000 }).toContain('this agent was revoked');
  await expect(harness.gateway.api.approveAgent(SYSTEM, agent.agentId)).rejects.toThrow('join anew');
});

test('a revocation whose notification was lost cuts the agent off too, and nothing marks it as connected again', async () => {
  const { agentId } = await harness.connectedAgent();
  const { db } = harness.database;
  await sql`update agent set status = 'revoked' where id = ${agentId}`.execute(db);
  await harness.event('agent.disconnected', ({ data }) => data.agentId === agentId && data.reason === 'revoked');
  const late = { agentId, gateway: 'test', atMs: Date.now(), version: '0', name: 'late', ip: null };
  expect(await transaction(db, (trx) => markConnected(trx, late))).toBe(false);
});

test('who claims a host that has an agent waits for approval, whatever its token says; the same key does not', async () => {
  const { db } = harness.database;
  const { agentId } = await harness.connectedAgent();
  const hostId = (await harness.gateway.api.getAgent(agentId))?.hostId ?? '';
  const token = decodeJoinToken(await harness.joinToken({ uses: 3 }));
  const secret = token.ok ? token.value.secret : '';
  const statusAfter = async (publicKey: string, claimedId: string, source = '192.0.2.7') => {
    const hosts = { ensureAgentHost: () => Promise.resolve(claimedId) };
    const enrolment = { secret, publicKey, name: 'claimed', version: '0', ip: '192.0.2.1', source };
    const agent = await enrolAgent({ db, clock: systemClock(), hosts, mayAudit: () => true }, enrolment);
    return { status: agent?.status, hostId: agent?.host_id };
  };
  expect(await statusAfter('key a', hostId)).toEqual({ status: 'pending', hostId: null });
  expect(await statusAfter('key b', hostId, '127.0.0.1')).toEqual({ status: 'approved', hostId });
  expect(await statusAfter('key b', hostId)).toEqual({ status: 'approved', hostId });
});

test('a join token works as often as it says, and what is refused is in the audit trail', async () => {
  const token = await harness.joinToken({ uses: 1 });
  const first = harness.startAgent({ token });
  await expect.poll(() => first.log(), { timeout: 10_000 }).toContain('connected to the gateway');
  const second = harness.startAgent({ token });
  await expect.poll(() => second.log(), { timeout: 10_000 }).toContain('the join token is used up');
  const trail = await readAuditTrail(harness.database.db, { limit: 5 });
  expect(trail).toContainEqual(expect.objectContaining({ action: 'agent.enrol', result: 'refused' }));
});

test('a copied state directory: the newer session replaces the older one, and both are on the timeline', async () => {
  const agent = await harness.connectedAgent();
  const stateDir = harness.tempDir();
  mkdirSync(stateDir);
  copyFileSync(path.join(agent.stateDir, 'identity.json'), path.join(stateDir, 'identity.json'));
  harness.startAgent({ stateDir });
  const replaced = await harness.event('agent.disconnected', ({ data }) => data.agentId === agent.agentId);
  expect(replaced.data.reason).toBe('replaced by a newer session');
});

test('what the host forbids is refused by rule, and the refusal is in the audit trail', async () => {
  const agent = await harness.connectedAgent();
  const rules = [{ effect: 'allow', actions: ['ping'] }];
  writeFileSync(path.join(agent.stateDir, 'policy.json'), JSON.stringify({ rules }));
  const outcome = await harness.script(agent.agentId, 'true');
  expect(outcome).toMatchObject({ status: 'denied' });
  expect(outcome.reason).toContain('policy.json');
  expect((await harness.outcome(await harness.send({ agentId: agent.agentId }))).status).toBe('succeeded');
  const trail = await readAuditTrail(harness.database.db, { limit: 3 });
  expect(trail).toContainEqual(
    expect.objectContaining({ actor: `agent:${agent.agentId}`, action: 'request.refuse', result: 'refused' }),
  );
});

test('an uploaded release is fetched, unpacked, switched to, rolled back, and old ones are removed', async () => {
  const { agentId } = await harness.connectedAgent();
  const deployTo = harness.tempDir();
  const pack = async (version: string) => {
    const place = harness.tempDir();
    await harness.script(
      agentId,
      `mkdir -p ${place} && echo ${version} >${place}/VERSION && tar -C ${place} -czf ${place}.tgz .`,
    );
    const archive = readFileSync(`${place}.tgz`);
    const sha256 = createHash('sha256').update(archive).digest('hex');
    harness.artifacts.set(sha256, archive);
    return { sha256, sizeBytes: archive.length };
  };
  const release = async (version: string, releaseTs: string, more: Record<string, unknown>) => {
    const body = { action: 'deploy', app: 'shop', version, releaseTs, deployTo, keep: 2, linkedDirs: ['log'], ...more };
    return harness.outcome(await harness.send({ agentId, action: 'release', body }));
  };
  const inService = () => readFileSync(path.join(deployTo, 'current', 'VERSION'), 'utf8').trim();
  for (const [version, ts] of [
    ['1', '20260101000001'],
    ['2', '20260101000002'],
    ['3', '20260101000003'],
  ] as const) {
    const artifact = await pack(version);
    const outcome = await release(version, ts, { artifact, restartCommand: ['test', '-d', 'log'] });
    expect(outcome).toMatchObject({ status: 'succeeded' });
    expect(inService()).toBe(version);
  }
  expect(await release('2', '20260101000002', { action: 'rollback' })).toMatchObject({
    status: 'succeeded',
    result: { previous: '20260101000003' },
  });
  expect(inService()).toBe('2');
  const broken = await release('4', '20260101000004', { artifact: { sha256: '0'.repeat(64), sizeBytes: 1 } });
  expect(broken).toMatchObject({ status: 'failed' });
  expect(inService()).toBe('2');
  const gone = await release('1', '20260101000001', { action: 'rollback' });
  expect(gone.reason).toContain('is not on this host');
});
