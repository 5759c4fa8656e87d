// Keeps one connection to the gateway alive: dials, proves who we are, watches the
// pulse, and dials again with back-off. What is said over it is decided elsewhere.

import type WebSocket from 'ws';
import { backoffMs, type BackoffPolicy } from '#kernel/backoff.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { CHANNEL_PATH, CHANNEL_VERSION, DEAD_LINK_MS, decodeToAgent, encodeMessage } from '#wire/agent-channel.ts';
import type { ToAgent, ToGateway } from '#wire/agent-channel.ts';
import { signAs } from '#wire/channel-signature.ts';
import { dialGateway } from './dial.ts';
import type { Identity } from './identity.ts';
import type { ServerTime } from './server-time.ts';

interface LinkDeps {
  clock: Clock;
  log: Logger;
  identity: Identity;
  serverTime: ServerTime;
  /** The gateway has let us in. */
  opened(send: (message: ToGateway) => void, sessionToken: string): void;
  heard(message: Exclude<ToAgent, { kind: HandshakeKind }>): void;
  closed(): void;
}

type HandshakeKind = 'challenge' | 'enrolled' | 'welcome' | 'pending' | 'rejected';
type Rejection = Extract<ToAgent, { kind: 'rejected' }>['code'];

interface LinkOptions {
  /** Host name as the inventory is to know it. */
  name: string;
  ip?: string;
  version: string;
}

const RETRY: BackoffPolicy = { firstMs: 250, factor: 2, maxMs: 15_000 };
// Trying again soon cannot help: somebody has to act first. Two copies of one identity
// would otherwise replace each other without end.
const REJECTED: BackoffPolicy = { firstMs: 30_000, factor: 2, maxMs: 300_000 };
const DIAL_TIMEOUT_MS = 10_000;

export interface Link {
  start(): void;
  stop(): Promise<void>;
}

export function createLink(deps: LinkDeps, options: LinkOptions): Link {
  const { clock, log, identity } = deps;
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    let failures = 0;
    let rejections = 0;
    while (!stopping.signal.aborted) {
      const end = await connectOnce();
      if (stopping.signal.aborted) return;
      failures = end.welcomed ? 1 : failures + 1;
      rejections = end.rejected && needsSomebody(end.rejected) ? rejections + 1 : 0;
      const pauseMs = rejections > 0 ? backoffMs(REJECTED, rejections) : backoffMs(RETRY, failures);
      // A gateway that is away for hours is one line, not thousands.
      if (failures === 1 || rejections === 1) log.warn(messageOf(end), { gateway: identity.url, reason: end.reason });
      await clock.sleep(pauseMs, stopping.signal);
    }
  }

  interface End {
    welcomed: boolean;
    rejected?: Rejection;
    reason: string;
  }

  /** Resolves when the connection has ended. */
  function connectOnce(): Promise<End> {
    const end: End = { welcomed: false, reason: 'connection closed' };
    const { url, fingerprint } = identity;
    const socket = dialGateway({ url: url + CHANNEL_PATH, fingerprint, timeoutMs: DIAL_TIMEOUT_MS });
    let heardMs = clock.monotonicMs();
    const send = (message: ToGateway) => {
      if (socket.readyState === socket.OPEN) socket.send(encodeMessage(message));
    };
    const watch = clock.every(DEAD_LINK_MS / 6, () => {
      if (clock.monotonicMs() - heardMs <= DEAD_LINK_MS) return;
      end.reason = 'the gateway has been silent for 30 s';
      socket.terminate();
    });
    // A full disk cannot keep what we were told, such as our id; the gateway tells it again at the next attempt.
    const handleOrHangUp = (message: ToAgent) => {
      try {
        handle(message, socket, send, end);
      } catch (error) {
        log.warn('a message of the gateway could not be dealt with', { kind: message.kind, ...errorFields(error) });
        end.reason = `${message.kind} could not be dealt with`;
        socket.terminate();
      }
    };
    const leave = () => socket.terminate();
    stopping.signal.addEventListener('abort', leave, { once: true });
    socket.on('ping', () => (heardMs = clock.monotonicMs()));
    socket.on('error', (error) => (end.reason = error.message));
    socket.on('message', (data: Buffer) => {
      heardMs = clock.monotonicMs();
      const decoded = decodeToAgent(data.toString('utf8'));
      if (decoded.ok) return handleOrHangUp(decoded.value);
      // One message that we cannot read is not worth the link: the gateway repeats what matters.
      log.warn('the gateway sent a message that cannot be read', { reason: decoded.reason });
    });
    return new Promise((resolve) => {
      socket.once('close', () => {
        watch.cancel();
        stopping.signal.removeEventListener('abort', leave);
        if (end.welcomed) deps.closed();
        resolve(end);
      });
    });
  }

  function handle(message: ToAgent, socket: WebSocket, send: (message: ToGateway) => void, end: End): void {
    switch (message.kind) {
      case 'challenge':
        deps.serverTime.heard(message.serverTimeMs);
        return send(greetingFor(message.nonce));
      case 'enrolled':
        identity.joined({ agentId: message.agentId, signingKeys: message.signingKeys });
        return log.info('enrolled', { agent: message.agentId });
      case 'pending':
        return log.info('waiting for approval: an admin must approve this agent in the console', {
          agent: message.agentId,
        });
      case 'welcome':
        deps.serverTime.heard(message.serverTimeMs);
        end.welcomed = true;
        log.info('connected to the gateway', { gateway: identity.url });
        return deps.opened(send, message.sessionToken);
      case 'rejected':
        end.rejected = message.code;
        end.reason = `rejected: ${message.code}`;
        return void socket.close();
      default:
        if (end.welcomed) deps.heard(message);
    }
  }

  function greetingFor(nonce: string): ToGateway {
    const { membership, publicKey, fingerprint, privateKey } = identity;
    const subject = membership?.agentId ?? publicKey;
    const signature = signAs('proof', { nonce, fingerprint, subject }, privateKey);
    const self = { v: CHANNEL_VERSION, name: options.name, version: options.version, signature } as const;
    const ip = options.ip === undefined ? {} : { ip: options.ip };
    if (membership) return { kind: 'hello', ...self, ...ip, agentId: membership.agentId };
    return { kind: 'enrol', ...self, ...ip, publicKey, secret: identity.joinSecret ?? '' };
  }

  return {
    start() {
      loop = run();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

const needsSomebody = (code: Rejection): boolean => code !== 'busy';

const ADVICE: Record<Rejection, string> = {
  bad_token: 'the join token is used up, expired or deleted: make a new one in the console and join again',
  unknown_agent: 'the gateway does not know this agent: make a join token in the console and join again',
  revoked: 'this agent was revoked: to use the host again, remove its state directory and join anew',
  bad_proof: 'the gateway did not accept our key',
  malformed: 'the gateway did not understand us: are both of the same version?',
  replaced: 'another connection of this agent took over: does a copy of its state directory run elsewhere?',
  busy: 'the gateway could not let us in now',
};

const messageOf = (end: { rejected?: Rejection }): string =>
  end.rejected ? ADVICE[end.rejected] : 'no connection to the gateway; trying again';
