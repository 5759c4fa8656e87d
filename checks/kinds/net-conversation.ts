// A talk in lines with a TCP server, over TLS when asked to. Everything the peer may do
// wrong (silence, floods, hanging up, garbage for TLS) ends in one kind of error.

import net from 'node:net';
import tls from 'node:tls';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { verdict, type CheckResult } from './check-kind.ts';
import { isUnresolved, type Peer } from './net-address.ts';
import { certificateOf, type PeerCertificate } from './net-certificate.ts';
import { failureText, withinSeconds } from './net-failure.ts';

class ConversationFailed extends Error {
  override name = 'ConversationFailed';
  readonly how: 'aborted' | 'closed' | 'flooded' | 'failed';

  constructor(how: ConversationFailed['how'], cause?: unknown) {
    super(cause === undefined ? how : failureText(cause), { cause });
    this.how = how;
  }
}

/** Every wait rejects with ConversationFailed. */
export interface Conversation {
  /** The next line, without its end. */
  readLine(): Promise<string>;
  send(text: string): void;
  startTls(options: { verify: boolean; serverName?: string }): Promise<PeerCertificate | undefined>;
  /** Idempotent. */
  close(): void;
}

/** What a server may say in all; a talk of this kind needs a few hundred bytes. */
const RECEIVED_BYTES = 64 * 1024;

export async function openConversation(peer: Peer, port: number, signal: AbortSignal): Promise<Conversation> {
  let socket: net.Socket = net.connect({ ...peer, port });
  let text = '';
  let bytes = 0;
  let failure: ConversationFailed | undefined;
  let wake = () => {};

  const close = () => {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  };
  const fail = (how: ConversationFailed['how'], cause?: unknown) => {
    failure ??= new ConversationFailed(how, cause);
    close();
    wake();
  };
  const onAbort = () => fail('aborted');
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    text += chunk.toString('latin1');
    if (bytes > RECEIVED_BYTES) fail('flooded');
    wake();
  };
  const attend = (to: net.Socket) => {
    to.on('error', (error) => fail('failed', error));
    to.on('end', () => fail('closed'));
  };
  /** What came before the failure still counts: a server may speak and hang up. */
  const until = async <Found>(ready: () => Found | undefined): Promise<Found> => {
    for (;;) {
      const found = ready();
      if (found !== undefined) return found;
      if (failure) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const event = async (from: net.Socket, name: string): Promise<void> => {
    let happened: true | undefined;
    from.once(name, () => {
      happened = true;
      wake();
    });
    await until(() => happened);
  };

  attend(socket);
  socket.on('data', onData);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  await event(socket, 'connect');

  return {
    readLine: () =>
      until(() => {
        const end = text.indexOf('\n');
        if (end < 0) return undefined;
        const line = text.slice(0, end).replace(/\r$/, '');
        text = text.slice(end + 1);
        return line;
      }),
    send: (line) => void socket.write(line),
    async startTls({ verify, serverName = peer.host }) {
      socket.off('data', onData);
      // What was sent in clear after the offer must not be taken for something said in TLS (RFC 3207 §4.2).
      text = '';
      const secure = tls.connect({
        socket,
        host: peer.host,
        rejectUnauthorized: verify,
        ...(net.isIP(serverName) === 0 && { servername: serverName }),
      });
      socket = secure;
      attend(secure);
      secure.on('data', onData);
      await event(secure, 'secureConnect');
      return certificateOf(secure);
    },
    close,
  };
}

/**
 * The verdict on a talk that broke off: CRITICAL, or UNKNOWN when the name of the peer is not known and so
 * nobody was asked. `waitingFor` is what was to come next, `closedState` the state when the peer hung up (CRITICAL
 * when absent). Errors that are not of a talk are thrown on.
 */
export function conversationVerdict(
  error: unknown,
  about: { label: string; where: string; waitingFor: string; timeoutMs: number; closedState?: ServiceState },
): CheckResult {
  if (!(error instanceof ConversationFailed)) throw error;
  const { label, where, waitingFor } = about;
  switch (error.how) {
    case 'aborted':
      return verdict(
        'critical',
        `${label} CRITICAL - no ${waitingFor} from ${where} ${withinSeconds(about.timeoutMs)}`,
      );
    case 'closed': {
      const state = about.closedState ?? 'critical';
      return verdict(state, `${label} ${state.toUpperCase()} - ${where} closed the connection before ${waitingFor}`);
    }
    case 'flooded':
      return verdict('critical', `${label} CRITICAL - ${where} sent more than ${RECEIVED_BYTES / 1024} KB`);
    case 'failed': {
      const state = isUnresolved(error.cause) ? 'unknown' : 'critical';
      return verdict(state, `${label} ${state.toUpperCase()} - ${where}: ${error.message}`);
    }
    default:
      return error.how satisfies never;
  }
}
