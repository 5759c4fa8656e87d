// One agent per state directory, and one identity per agent.

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseAgentOptions } from '#agent/agent-options.ts';
import { openIdentity } from '#agent/identity.ts';
import { readAgentLock, takeAgentLock } from '#agent/lock-file.ts';
import { startTicksOf } from '#agent/process-identity.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a lock is held by its process and no other, until it lets go', () => {
  const release = takeAgentLock(directory);
  expect(readAgentLock(directory)?.pid).toBe(process.pid);
  expect(() => takeAgentLock(directory)).toThrow(`pid ${process.pid}`);
  release();
  expect(readAgentLock(directory)).toBeUndefined();
  takeAgentLock(directory)();
});

test.each([
  ['of a process that is gone', '4194303 12345\n'],
  ['of a process whose pid was given out again', `${process.pid} ${(startTicksOf(process.pid) ?? 0) + 1}\n`],
  ['that is damaged', 'hello\n'],
  ['that is empty', ''],
])('a lock %s holds nobody up', (_what, content) => {
  writeFileSync(path.join(directory, 'agent.lock'), content);
  expect(readAgentLock(directory)).toBeUndefined();
  takeAgentLock(directory)();
});

const token = { url: 'wss://a:8443', fp: 'a'.repeat(64), secret: 's1' };
const membership = { agentId: '01234567-89ab-7def-8123-456789abcdef', signingKeys: [{ keyId: 'k', publicKey: 'AA' }] };

test('without token and history there is no identity', () => {
  expect(openIdentity(directory, undefined)).toBeUndefined();
});

test('an enrolment whose answer got lost goes on with the same key after a restart, also without the token', () => {
  const first = openIdentity(directory, token);
  const second = openIdentity(directory, undefined);
  expect(second?.publicKey).toBe(first?.publicKey);
  expect(second?.joinSecret).toBe('s1');
  expect(openIdentity(directory, { ...token, secret: 's2' })?.publicKey).toBe(first?.publicKey);
});

test('once joined, a token of the same gateway changes nothing; one of another starts anew', () => {
  const first = openIdentity(directory, token);
  first?.joined(membership);
  const again = openIdentity(directory, { ...token, secret: 's2' });
  expect([again?.publicKey, again?.membership, again?.joinSecret]).toEqual([first?.publicKey, membership, undefined]);
  const elsewhere = openIdentity(directory, { ...token, fp: 'b'.repeat(64) });
  expect(elsewhere?.publicKey).not.toBe(first?.publicKey);
  expect(elsewhere?.membership).toBeUndefined();
});

test('a gateway that moved to another address is found again by its token, with key and membership kept', () => {
  const first = openIdentity(directory, token);
  first?.joined(membership);
  const moved = openIdentity(directory, { ...token, url: 'wss://b:9443', secret: 's2' });
  expect(moved).toMatchObject({ url: 'wss://b:9443', publicKey: first?.publicKey, membership });
  expect(openIdentity(directory, undefined)?.url).toBe('wss://b:9443');
});

test('the key is for its owner only, the used secret is gone from the disk', () => {
  openIdentity(directory, token)?.joined(membership);
  const file = path.join(directory, 'identity.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain('s1');
});

test('a damaged identity is not replaced silently', () => {
  writeFileSync(path.join(directory, 'identity.json'), '{"url": 1}');
  expect(() => openIdentity(directory, undefined)).toThrow('join anew');
});

test.each([
  [['--send', 'nowhere'], '--send: "nowhere" is not HOST:PORT'],
  [['--send', 'a:1', '--no-send'], 'exclude each other'],
  [['--join', 'x', '--join-file', 'y'], 'exclude each other'],
  [['--frobnicate'], 'frobnicate'],
])('wrong use %j is explained', (args, problem) => {
  const parsed = parseAgentOptions(args);
  expect(parsed.ok ? '' : parsed.problems.join()).toContain(problem);
});

test('targets of metrics may be names, addresses of both kinds, several, or none', () => {
  const targetsOf = (...args: string[]) => {
    const parsed = parseAgentOptions(args);
    return parsed.ok && parsed.options !== 'help'
      ? parsed.options.targets.map(({ host, port }) => `${host} ${port}`)
      : [];
  };
  expect(targetsOf()).toEqual(['239.2.11.71 8649']);
  expect(targetsOf('--send', 'ops:8649', '--send', '[::1]:9')).toEqual(['ops 8649', '::1 9']);
  expect(targetsOf('--no-send')).toEqual([]);
});
