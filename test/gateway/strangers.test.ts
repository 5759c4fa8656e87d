// What the open door does with those who are no agents, and what a host that joins
// is told to run.

import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { sha256Hex } from '#kernel/ids.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { readAuditTrail } from '#store/audit-trail.ts';
import { installScript } from '#web/server/agent-install-script.ts';
import { decodeToAgent, type ToAgent } from '#wire/agent-channel.ts';
import { publicKeyText, signAs } from '#wire/channel-signature.ts';
import { decodeJoinToken } from '#wire/join-token.ts';
import { createHarness, within, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await createHarness();
});
afterAll(() => harness.close());

/** Connects, answers the challenge with what `greeting` makes of its nonce, and resolves to the gateway's answer. */
async function greet(greeting: (nonce: string) => string): Promise<ToAgent> {
  const socket = new WebSocket(`wss://127.0.0.1:${harness.gateway.port()}/agent/v1`, { rejectUnauthorized: false });
  const messages: ToAgent[] = [];
  const second = Promise.withResolvers<ToAgent>();
  socket.on('message', (data: Buffer) => {
    const decoded = decodeToAgent(data.toString());
    if (!decoded.ok) return second.reject(new Error(decoded.reason));
    messages.push(decoded.value);
    if (decoded.value.kind === 'challenge') socket.send(greeting(decoded.value.nonce));
    else second.resolve(decoded.value);
  });
  const answer = await within(second.promise, 'an answer');
  socket.close();
  return answer;
}

const self = { v: 1, name: 'stranger', version: '0' };
const pair = generateKeyPairSync('ed25519');
const publicKey = publicKeyText(pair.publicKey);
const agentId = '01234567-89ab-7def-8123-456789abcdef';

async function fingerprint(): Promise<string> {
  const made = await harness.gateway.api.createJoinToken(SYSTEM, { approve: true, uses: 1, ttlSec: 60 });
  const token = decodeJoinToken(made.token);
  return token.ok ? token.value.fp : '';
}

test.each([
  ['no JSON', () => 'hello', 'malformed'],
  ['a message before the greeting', () => JSON.stringify({ kind: 'delivered', requestId: 'r' }), 'malformed'],
  [
    'an agent that nobody knows',
    () => JSON.stringify({ kind: 'hello', ...self, agentId, signature: 'AAAA' }),
    'unknown_agent',
  ],
  [
    'an enrolment without proof of its key',
    () => JSON.stringify({ kind: 'enrol', ...self, secret: 's', publicKey, signature: 'AAAA' }),
    'bad_proof',
  ],
])('%s is rejected', async (_what, greeting, code) => {
  expect(await greet(greeting)).toEqual({ kind: 'rejected', code });
});

test('the id of a known agent is worth nothing without its key', async () => {
  const agent = await harness.connectedAgent();
  const fp = await fingerprint();
  const answer = await greet((nonce) => {
    const signature = signAs('proof', { nonce, fingerprint: fp, subject: agent.agentId }, pair.privateKey);
    return JSON.stringify({ kind: 'hello', ...self, agentId: agent.agentId, signature });
  });
  expect(answer).toEqual({ kind: 'rejected', code: 'bad_proof' });
});

test('whoever tries tokens cannot fill the audit trail, and does not lock out others behind the same address', async () => {
  const fp = await fingerprint();
  const attempt = () =>
    greet((nonce) => {
      const signature = signAs('proof', { nonce, fingerprint: fp, subject: publicKey }, pair.privateKey);
      return JSON.stringify({ kind: 'enrol', ...self, secret: 'guess', publicKey, signature });
    });
  const codes: string[] = [];
  for (let n = 0; n < 12; n++) {
    const answer = await attempt();
    codes.push(answer.kind === 'rejected' ? answer.code : answer.kind);
  }
  expect(new Set(codes)).toEqual(new Set(['bad_token']));
  const refused = (await readAuditTrail(harness.database.db, { limit: 100 })).filter(
    ({ action, result }) => action === 'agent.enrol' && result === 'refused',
  );
  expect(refused).toHaveLength(10);
  await harness.connectedAgent();
});

test('bytes that are no HTTP, odd paths and artifacts without a session do not trouble it', async () => {
  const port = harness.gateway.port();
  for (const bytes of ['\0\0\0\0', 'GET // HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n']) {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    socket.end(bytes);
    socket.resume();
    await once(socket, 'close');
  }
  const status = await new Promise((resolve) =>
    https.get({ port, path: `/agent/v1/artifacts/${'a'.repeat(64)}`, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }),
  );
  expect(status).toBe(401);
  expect((await harness.connectedAgent()).agentId).toMatch(/^[0-9a-f-]{36}$/);
});

test('the installer fetches, checks and starts the agent with its token out of sight', async () => {
  const home = harness.tempDir();
  const bin = path.join(home, 'bin');
  mkdirSync(bin, { recursive: true });
  // As any user but root, so that nothing outside of this home is touched.
  writeFileSync(path.join(bin, 'id'), '#!/bin/sh\necho 1000\n');
  chmodSync(path.join(bin, 'id'), 0o755);
  const bundle = `import { writeFileSync } from 'node:fs'; writeFileSync('${home}/args', process.argv.slice(2).join(' '));`;
  const console_ = http.createServer((_request, response) => response.end(bundle));
  console_.listen(0, '127.0.0.1');
  await once(console_, 'listening');
  const consoleUrl = `http://127.0.0.1:${(console_.address() as AddressInfo).port}`;
  const run = (sha256: string) => {
    const script = path.join(home, 'install.sh');
    writeFileSync(script, installScript({ consoleUrl, sha256 }));
    const env = { PATH: `${bin}:${path.dirname(process.execPath)}:/usr/bin:/bin`, HOME: home };
    return promisify(execFile)('sh', [script, 'plx1.token', '--send', '127.0.0.1:8649'], { env });
  };
  await expect(run('0'.repeat(64))).rejects.toThrow('not the one that was announced');
  expect(existsSync(path.join(home, '.plexus-agent', 'agent.mjs'))).toBe(false);
  expect((await run(sha256Hex(bundle))).stdout).toContain('The agent runs with pid');
  await expect.poll(() => existsSync(path.join(home, 'args')), { timeout: 5000 }).toBe(true);
  const state = path.join(home, '.plexus-agent', 'state');
  expect(readFileSync(path.join(home, 'args'), 'utf8')).toBe(
    `--state-dir ${state} --join-file ${state}/join-token --send 127.0.0.1:8649`,
  );
  expect(readFileSync(path.join(state, 'join-token'), 'utf8')).toBe('plx1.token\n');
  console_.close();
});

test('an address that would mean something to a shell never gets into the script', () => {
  expect(() => installScript({ consoleUrl: "http://x';reboot;'", sha256: 'a' })).toThrow('plain URL');
});
