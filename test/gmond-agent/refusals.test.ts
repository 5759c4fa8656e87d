// What an agent refuses, and how it says so: forged, misaddressed, expired and
// repeated requests, and a gateway that is not the pinned one.

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommandSide, type CommandSide } from '#agent/command-side.ts';
import { openIdentity } from '#agent/identity.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger, type Logger } from '#kernel/log.ts';
import { signAs } from '#wire/channel-signature.ts';
import { decodeJoinToken } from '#wire/join-token.ts';
import { startImpostor, type Impostor } from './impostor-gateway.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-refusals-'));
const signal = new AbortController().signal;
// A server whose clock is an hour ahead of this host's: what counts is the server's.
const serverTimeMs = () => Date.now() + 3_600_000;
let gateway: Impostor;
let agent: CommandSide;

function createAgent(name: string, joinToken: string, log: Logger = silentLogger): CommandSide {
  const token = decodeJoinToken(joinToken);
  const stateDir = path.join(directory, name);
  const identity = token.ok ? openIdentityIn(stateDir, token.value) : undefined;
  if (!identity) throw new Error('no identity');
  return createCommandSide({ clock: systemClock(), log, identity }, { stateDir, name, version: 'test' });
}

function openIdentityIn(stateDir: string, token: Parameters<typeof openIdentity>[1]) {
  mkdirSync(stateDir, { recursive: true });
  return openIdentity(stateDir, token);
}

beforeAll(async () => {
  gateway = await startImpostor({ serverTimeMs });
  agent = createAgent('agent', gateway.joinToken);
  await agent.start(signal);
  await gateway.next('enrol');
});
afterAll(async () => {
  await agent.stop();
  await gateway.close();
  rmSync(directory, { recursive: true });
});

const refusalOf = (requestId: string) => gateway.next('refused', (message) => message.requestId === requestId);
const resultsOf = (requestId: string) =>
  gateway.heard.filter((message) => message.kind === 'result' && message.requestId === requestId);

test('a good request is answered, by the clock of the server', async () => {
  gateway.send(gateway.request('good'));
  const { outcome } = await gateway.next('result', ({ requestId }) => requestId === 'good');
  expect(outcome.status).toBe('succeeded');
  expect(Math.abs((outcome.startedAtMs ?? 0) - serverTimeMs())).toBeLessThan(5000);
});

const forgeries: [what: string, send: (id: string) => void, refusal: string][] = [
  [
    'signed with another key under the known name',
    (id) => {
      const request = gateway.request(id);
      gateway.send({ ...request, signature: signAs('request', request.envelope, gateway.otherKey) });
    },
    'bad_signature',
  ],
  [
    'with another body than was signed',
    (id) => gateway.send({ ...gateway.request(id), body: { evil: 'x' } }),
    'bad_signature',
  ],
  [
    'whose expiry was moved after signing',
    (id) => {
      const request = gateway.request(id);
      gateway.send({ ...request, envelope: { ...request.envelope, expiresAtMs: serverTimeMs() + 9e6 } });
    },
    'bad_signature',
  ],
  [
    'given another id to make it new',
    (id) => {
      const request = gateway.request('another');
      gateway.send({ ...request, envelope: { ...request.envelope, requestId: id } });
    },
    'bad_signature',
  ],
  [
    'signed with a key that was never announced',
    (id) => gateway.send(gateway.request(id, { keyId: 'k9' })),
    'unknown_key',
  ],
  [
    'meant for another agent',
    (id) => gateway.send(gateway.request(id, { agentId: AGENT_ID_OF_ANOTHER })),
    'wrong_agent',
  ],
  ['that has expired', (id) => gateway.send(gateway.request(id, { expiresAtMs: serverTimeMs() - 1000 })), 'expired'],
  [
    'that was made in the future',
    (id) =>
      gateway.send(
        gateway.request(id, { createdAtMs: serverTimeMs() + 120_000, expiresAtMs: serverTimeMs() + 180_000 }),
      ),
    'malformed',
  ],
  [
    'to cancel, with a forged signature',
    (id) => {
      const cancel = gateway.cancel(id);
      gateway.send({ ...cancel, signature: signAs('cancel', cancel.notice, gateway.otherKey) });
    },
    'bad_signature',
  ],
];
const AGENT_ID_OF_ANOTHER = 'ffffffff-89ab-7def-8123-456789abcdef';

test.each(forgeries)('a request %s is refused', async (what, send, refusal) => {
  send(what);
  expect((await refusalOf(what)).refusal).toBe(refusal);
  expect(resultsOf(what)).toEqual([]);
});

test('a replay is answered with the result and not started again, also after the server has kept it', async () => {
  const request = gateway.request('replayed');
  gateway.send(request);
  const first = await gateway.next('result', ({ requestId }) => requestId === 'replayed');
  gateway.send({ kind: 'result_kept', requestId: 'replayed' });
  gateway.send(request);
  gateway.send(gateway.request('after the replay'));
  await gateway.next('result', ({ requestId }) => requestId === 'after the replay');
  const results = resultsOf('replayed');
  expect(results).toHaveLength(2);
  expect(results[1]).toMatchObject({ outcome: { startedAtMs: first.outcome.startedAtMs } });
  expect(gateway.heard.filter((one) => one.kind === 'started' && one.requestId === 'replayed')).toHaveLength(1);
});

test('a cancel that overtakes its request: the request is never started', async () => {
  gateway.send(gateway.cancel('overtaken'));
  const { outcome } = await gateway.next('result', ({ requestId }) => requestId === 'overtaken');
  expect(outcome.status).toBe('canceled');
  gateway.send(gateway.request('overtaken'));
  gateway.send(gateway.request('later'));
  await gateway.next('result', ({ requestId }) => requestId === 'later');
  expect(gateway.heard.filter((one) => one.kind === 'started' && one.requestId === 'overtaken')).toEqual([]);
});

test('asked about a request that it never had, it says so', async () => {
  gateway.send({ kind: 'resume', requestId: 'never sent' });
  expect((await gateway.next('unknown')).requestId).toBe('never sent');
});

test('what the disk does not take is refused with the reason, and the agent goes on', async () => {
  const requests = path.join(directory, 'agent', 'requests');
  renameSync(requests, `${requests}.away`);
  writeFileSync(requests, 'no directory');
  gateway.send(gateway.request('unwritten'));
  expect(await refusalOf('unwritten')).toMatchObject({ refusal: 'denied', reason: expect.stringContaining('ENOTDIR') });
  rmSync(requests);
  renameSync(`${requests}.away`, requests);
  gateway.send(gateway.request('written'));
  const { outcome } = await gateway.next('result', ({ requestId }) => requestId === 'written');
  expect(outcome.status).toBe('succeeded');
});

test('an action that it does not know ends failed, with its name', async () => {
  gateway.send(gateway.request('odd', { action: 'levitate' }));
  const { outcome } = await gateway.next('result', ({ requestId }) => requestId === 'odd');
  expect(outcome).toMatchObject({ status: 'failed', reason: 'This agent does not know the action levitate.' });
});

test('a gateway with another certificate is told nothing, not even the join secret', async () => {
  const other = await startImpostor();
  const pinned = decodeJoinToken(gateway.joinToken);
  const elsewhere = decodeJoinToken(other.joinToken);
  if (!pinned.ok || !elsewhere.ok) throw new Error('tokens');
  const identity = openIdentityIn(path.join(directory, 'pinned'), { ...pinned.value, url: elsewhere.value.url });
  const warned = Promise.withResolvers<unknown>();
  const log: Logger = {
    ...silentLogger,
    warn: (_message, fields) => warned.resolve(fields?.['reason']),
    child: () => log,
  };
  if (!identity) throw new Error('identity');
  const side = createCommandSide(
    { clock: systemClock(), log, identity },
    { stateDir: path.join(directory, 'pinned'), name: 'x', version: 'test' },
  );
  await side.start(signal);
  expect(await warned.promise).toContain('not the pinned');
  expect(other.heard).toEqual([]);
  await side.stop();
  await other.close();
});
