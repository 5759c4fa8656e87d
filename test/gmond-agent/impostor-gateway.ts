// A gateway that a test plays by hand: it has the pinned certificate, and may sign
// and send whatever the test wants.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { X509Certificate } from 'node:crypto';
import { systemClock } from '#kernel/clock.ts';
import { sha256Hex } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { openListener } from '#gateway/listener.ts';
import { makeSelfSigned } from '#gateway/self-signed.ts';
import {
  decodeToGateway,
  encodeMessage,
  type CancelNotice,
  type RequestEnvelope,
  type ToAgent,
  type ToGateway,
} from '#wire/agent-channel.ts';
import { bodyHash, publicKeyText, signAs } from '#wire/channel-signature.ts';
import { encodeJoinToken } from '#wire/join-token.ts';
import { within } from '#test/gateway/harness.ts';

export const AGENT_ID = '01234567-89ab-7def-8123-456789abcdef';
const clock = systemClock();

export interface Impostor {
  joinToken: string;
  send(message: ToAgent): void;
  /** A request signed with the key that the agent trusts; `change` is applied before signing. */
  request(
    requestId: string,
    change?: Partial<RequestEnvelope>,
    body?: Record<string, string>,
  ): Extract<ToAgent, { kind: 'request' }>;
  cancel(requestId: string, change?: Partial<CancelNotice>): Extract<ToAgent, { kind: 'cancel' }>;
  otherKey: KeyObject;
  heard: ToGateway[];
  /** The first message that `matches`, also one that came before. */
  next<Kind extends ToGateway['kind']>(
    kind: Kind,
    matches?: (message: Extract<ToGateway, { kind: Kind }>) => boolean,
  ): Promise<Extract<ToGateway, { kind: Kind }>>;
  close(): Promise<void>;
}

export async function startImpostor(options: { serverTimeMs?: () => number } = {}): Promise<Impostor> {
  const serverTimeMs = options.serverTimeMs ?? clock.nowMs;
  const { certificatePem, privateKeyPem } = makeSelfSigned({ commonName: 'x', hosts: [], nowMs: clock.nowMs() });
  const trusted = generateKeyPairSync('ed25519');
  const heard: ToGateway[] = [];
  const waiters = new Set<() => void>();
  let send: (message: ToAgent) => void = () => {};

  const answer = (message: ToGateway) => {
    if (message.kind !== 'enrol' && message.kind !== 'hello') return;
    const keys = [{ keyId: 'k1', publicKey: publicKeyText(trusted.publicKey) }];
    if (message.kind === 'enrol') send({ kind: 'enrolled', agentId: AGENT_ID, signingKeys: keys });
    send({ kind: 'welcome', agentId: AGENT_ID, sessionToken: 't', serverTimeMs: serverTimeMs() });
  };
  const listener = await openListener(
    {
      log: silentLogger,
      artifacts: { sizeOf: () => Promise.resolve(undefined), readChunk: () => Promise.resolve(undefined) },
      isSessionToken: () => false,
      connected(socket) {
        send = (message) => socket.send(encodeMessage(message));
        socket.on('message', (data: Buffer) => {
          const decoded = decodeToGateway(data.toString());
          if (!decoded.ok) throw new Error(decoded.reason);
          heard.push(decoded.value);
          answer(decoded.value);
          for (const look of [...waiters]) look();
        });
        send({ kind: 'challenge', v: 1, nonce: 'n', serverTimeMs: serverTimeMs() });
      },
    },
    { host: '127.0.0.1', port: 0, certificatePem, tlsKeyPem: privateKeyPem, maxConnections: 10 },
  );
  const fp = sha256Hex(new X509Certificate(certificatePem).raw);

  return {
    joinToken: encodeJoinToken({ url: `wss://127.0.0.1:${listener.port()}`, fp, secret: 's' }),
    send: (message) => send(message),
    otherKey: generateKeyPairSync('ed25519').privateKey,
    heard,
    request(requestId, change = {}, body = {}) {
      const envelope: RequestEnvelope = {
        ...{ v: 1, requestId, agentId: AGENT_ID, action: 'ping', bodyHash: bodyHash(body), seq: 1, keyId: 'k1' },
        ...{ requestedBy: 'user:test', createdAtMs: serverTimeMs(), expiresAtMs: serverTimeMs() + 60_000 },
        ...change,
      };
      return { kind: 'request', envelope, body, signature: signAs('request', envelope, trusted.privateKey) };
    },
    cancel(requestId, change = {}) {
      const notice: CancelNotice = {
        ...{ v: 1, requestId, agentId: AGENT_ID, by: 'user:test', keyId: 'k1' },
        ...{ createdAtMs: serverTimeMs(), expiresAtMs: serverTimeMs() + 60_000 },
        ...change,
      };
      return { kind: 'cancel', notice, signature: signAs('cancel', notice, trusted.privateKey) };
    },
    next(kind, matches = () => true) {
      type Wanted = Extract<ToGateway, { kind: typeof kind }>;
      const found = Promise.withResolvers<Wanted>();
      const look = () => {
        const message = heard.find((one): one is Wanted => one.kind === kind && matches(one as Wanted));
        if (!message) return;
        waiters.delete(look);
        found.resolve(message);
      };
      waiters.add(look);
      look();
      return within<Wanted>(found.promise, `message ${kind}`);
    },
    close: () => listener.close(),
  };
}
