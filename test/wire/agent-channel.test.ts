// Messages of the agent channel: what encodes decodes to the same, and no mutation
// of a message makes the decoder throw or let a wrong shape through.

import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeToAgent,
  decodeToGateway,
  encodeMessage,
  MAX_CHUNK_BYTES,
  type RequestEnvelope,
  type ToAgent,
  type ToGateway,
} from '#wire/agent-channel.ts';
import { canonicalJson, isStorableJson } from '#wire/canonical-json.ts';
import { bodyHash, isSignedAs, publicKeyText, readPublicKey, signAs } from '#wire/channel-signature.ts';
import { decodeJoinToken, encodeJoinToken } from '#wire/join-token.ts';

const agentId = '01234567-89ab-7def-8123-456789abcdef';
const signature = Buffer.alloc(64, 7).toString('base64');
const publicKey = publicKeyText(generateKeyPairSync('ed25519').publicKey);
const envelope: RequestEnvelope = {
  ...{ v: 1, requestId: 'r1', agentId, action: 'script', bodyHash: 'a'.repeat(64), seq: 7, keyId: 'k1' },
  ...{ createdAtMs: 1000, expiresAtMs: 2000, requestedBy: 'user:anna' },
};
const notice = {
  v: 1,
  requestId: 'r1',
  agentId,
  by: 'user:anna',
  createdAtMs: 1,
  expiresAtMs: 2,
  keyId: 'k1',
} as const;
const self = { v: 1, name: 'web-1', version: '0.1.0' } as const;

const toAgent: ToAgent[] = [
  { kind: 'challenge', v: 1, nonce: 'n', serverTimeMs: 5 },
  { kind: 'enrolled', agentId, signingKeys: [{ keyId: 'k1', publicKey }] },
  { kind: 'welcome', agentId, sessionToken: 't', serverTimeMs: 5 },
  { kind: 'pending', agentId },
  { kind: 'rejected', code: 'revoked' },
  { kind: 'request', envelope, body: { script: 'echo ü', deep: { list: [1, null, true] } }, signature },
  { kind: 'cancel', notice, signature },
  { kind: 'resume', requestId: 'r1' },
  { kind: 'output_kept', requestId: 'r1', seq: 0 },
  { kind: 'result_kept', requestId: 'r1' },
];

const toGateway: ToGateway[] = [
  { kind: 'enrol', ...self, secret: 's', publicKey, signature, ip: '10.0.0.1' },
  { kind: 'hello', ...self, agentId, signature },
  { kind: 'delivered', requestId: 'r1' },
  { kind: 'started', requestId: 'r1', atMs: 9 },
  { kind: 'output', requestId: 'r1', seq: 3, stream: 'stderr', atMs: 9, chunk: 'AP+A', omittedBytes: 12 },
  { kind: 'result', requestId: 'r1', outcome: { status: 'failed', exitCode: 3, result: { a: [1] } } },
  { kind: 'refused', requestId: 'r1', refusal: 'bad_signature', reason: 'Refused.' },
  { kind: 'unknown', requestId: 'r1' },
  {
    kind: 'report',
    report: {
      facts: { 'os.name': 'Debian', 'cpu.count': 2, swap: false },
      packages: [{ name: 'bash', version: '5.2', arch: 'amd64' }],
      services: [{ name: 'ssh', state: 'running', pid: 1 }],
      processes: [{ name: 'sshd', pid: 1, user: 'root', cpuSec: 0.5, rssBytes: 10, startedAtMs: 4 }],
    },
  },
];

describe('messages', () => {
  test.each(toAgent)('$kind to the agent comes back as it was', (message) => {
    expect(decodeToAgent(encodeMessage(message))).toEqual({ ok: true, value: message });
  });

  test.each(toGateway)('$kind to the gateway comes back as it was', (message) => {
    expect(decodeToGateway(encodeMessage(message))).toEqual({ ok: true, value: message });
  });

  test('a member that a newer side adds is dropped, not refused', () => {
    const decoded = decodeToAgent(JSON.stringify({ kind: 'resume', requestId: 'r1', urgency: 9 }));
    expect(decoded).toEqual({ ok: true, value: { kind: 'resume', requestId: 'r1' } });
  });

  test('a full chunk fits, one byte of base64 more does not', () => {
    const output = (size: number) =>
      decodeToGateway(JSON.stringify({ ...toGateway[4], chunk: Buffer.alloc(size, 255).toString('base64') }));
    expect(output(MAX_CHUNK_BYTES).ok).toBe(true);
    expect(output(MAX_CHUNK_BYTES + 3).ok).toBe(false);
  });

  const refused: [what: string, frame: string, reason: string][] = [
    ['no JSON', 'hello', 'not JSON'],
    ['an empty frame', '', 'not JSON'],
    ['a list', '[]', 'kind must be one of'],
    ['an inherited name as kind', '{"kind":"constructor"}', 'kind must be one of'],
    ['a missing member', '{"kind":"delivered"}', 'requestId must be text'],
    ['an agent id that is none', '{"kind":"hello","v":1,"agentId":"x"}', 'must be'],
    ['a NUL in a name', JSON.stringify({ kind: 'delivered', requestId: 'a\0b' }), 'requestId must be text'],
    ['half a surrogate pair', '{"kind":"delivered","requestId":"\\ud800"}', 'requestId must be text'],
    [
      'an exit code of 256',
      '{"kind":"result","requestId":"r","outcome":{"status":"failed","exitCode":256}}',
      'outcome.exitCode',
    ],
    [
      'a status that is none',
      '{"kind":"result","requestId":"r","outcome":{"status":"fine"}}',
      'outcome.status must be one of',
    ],
    ['a negative seq', '{"kind":"output","requestId":"r","seq":-1}', 'seq must be a whole number'],
  ];
  test.each(refused)('%s is refused with the place', (_what, frame, reason) => {
    const decoded = decodeToGateway(frame);
    expect(decoded.ok ? '' : decoded.reason).toContain(reason);
  });

  test('no mutation of a frame makes a decoder throw', () => {
    const frames = [...toAgent, ...toGateway].map(encodeMessage);
    const cut = fc.record({
      frame: fc.constantFrom(...frames),
      at: fc.nat(2000),
      insert: fc.string(),
      drop: fc.nat(40),
    });
    fc.assert(
      fc.property(cut, ({ frame, at, insert, drop }) => {
        const place = at % (frame.length + 1);
        const mutated = frame.slice(0, place) + insert + frame.slice(place + drop);
        for (const decoded of [decodeToAgent(mutated), decodeToGateway(mutated)])
          if (!decoded.ok) expect(decoded.reason).not.toBe('');
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});

describe('canonical JSON', () => {
  const cases: [what: string, value: unknown, text: string][] = [
    ['keys sort by code unit', { b: 1, a: 2, B: 3, é: 4 }, '{"B":3,"a":2,"b":1,"é":4}'],
    ['undefined members are left out', { a: undefined, b: null }, '{"b":null}'],
    ['lists keep their order', [3, 1, 2], '[3,1,2]'],
    ['numbers as JavaScript writes them', [1.0, -0, 1e21, 0.1], '[1,0,1e+21,0.1]'],
  ];
  test.each(cases)('%s', (_what, value, canonical) => expect(canonicalJson(value)).toBe(canonical));

  test('it parses to the same value, however the keys were ordered', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const canonical = canonicalJson(value);
        expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 7 },
    );
  });

  test('what a jsonb column would refuse is told apart', () => {
    expect(
      [{ a: 'x' }, { a: '\0' }, { a: '\ud800' }, { a: Number.NaN }, { a: () => 1 }].map((one) => isStorableJson(one)),
    ).toEqual([true, false, false, false, false]);
    const deep = JSON.parse('['.repeat(50) + ']'.repeat(50)) as unknown;
    expect(isStorableJson(deep)).toBe(false);
  });
});

describe('signatures', () => {
  const { privateKey, publicKey: key } = generateKeyPairSync('ed25519');
  const signed = signAs('request', envelope, privateKey);

  test('the order of members does not matter, their values do', () => {
    const reordered = Object.fromEntries(Object.entries(envelope).reverse()) as RequestEnvelope;
    expect(isSignedAs('request', reordered, { signature: signed, publicKey: key })).toBe(true);
    for (const name of Object.keys(envelope) as (keyof RequestEnvelope)[]) {
      const tampered = { ...envelope, [name]: typeof envelope[name] === 'number' ? 99 : 'other' } as RequestEnvelope;
      expect(isSignedAs('request', tampered, { signature: signed, publicKey: key })).toBe(false);
    }
  });

  test('a signature made for one purpose fits no other', () => {
    const proof = { nonce: 'n', fingerprint: 'f', subject: 's' };
    const asProof = signAs('proof', proof, privateKey);
    expect(isSignedAs('proof', proof, { signature: asProof, publicKey: key })).toBe(true);
    expect(isSignedAs('request', proof as never, { signature: asProof, publicKey: key })).toBe(false);
  });

  test('garbage is no signature and no key', () => {
    for (const garbage of ['', 'AAAA', signed.slice(0, -4), 'x'.repeat(88)])
      expect(isSignedAs('request', envelope, { signature: garbage, publicKey: key })).toBe(false);
    const rsa = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
    expect([readPublicKey(''), readPublicKey('AAAA'), readPublicKey(publicKeyText(rsa))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('equal bodies have one hash', () => {
    expect(bodyHash({ a: 1, b: [2] })).toBe(bodyHash({ b: [2], a: 1 }));
    expect(bodyHash({ a: 1 })).not.toBe(bodyHash({ a: '1' }));
  });
});

describe('join tokens', () => {
  const token = { url: 'wss://ops.example:8443', fp: 'ab'.repeat(32), secret: 'secret' };
  test('a token comes back as it was', () => {
    expect(decodeJoinToken(encodeJoinToken(token))).toEqual({ ok: true, value: token });
  });
  test.each([
    ['text that is none', 'hello'],
    ['a token cut short', encodeJoinToken(token).slice(0, -9)],
    ['an address without TLS', encodeJoinToken({ ...token, url: 'ws://ops.example' })],
    ['a fingerprint that is none', encodeJoinToken({ ...token, fp: 'ab' })],
  ])('%s is refused', (_what, joinText) => expect(decodeJoinToken(joinText).ok).toBe(false));
});
