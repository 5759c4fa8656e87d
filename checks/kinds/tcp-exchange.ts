// One connection: open, send, wait for what is expected, say good-bye. Says how it went
// and judges nothing. Thousands of them run each second, so each carries few listeners.

import net from 'node:net';
import tls from 'node:tls';
import { certificateOf, type PeerCertificate } from './net-certificate.ts';
import type { Peer } from './net-address.ts';

export interface ExchangePlan {
  port: number;
  /** Undefined: a connection is all that is wanted. */
  expect?: Buffer;
  send?: Buffer;
  quit?: Buffer;
  tls?: { verify: boolean; serverName?: string };
}

export interface ExchangeEnd {
  how: 'done' | 'unexpected' | 'failed' | 'aborted';
  /** Whether the connection (with TLS: the handshake) came about. */
  wasOpen: boolean;
  /** At most 4 KB. */
  received: Buffer;
  error?: Error;
  certificate?: PeerCertificate;
}

const RECEIVED_BYTES = 4096;
const NOTHING = Buffer.alloc(0);

/** Never rejects; the socket is gone, or ending, when it resolves. */
export function exchange(peer: Peer, plan: ExchangePlan, signal: AbortSignal): Promise<ExchangeEnd> {
  return new Promise((resolve) => {
    const socket = plan.tls ? connectTls(peer, plan.port, plan.tls) : net.connect({ ...peer, port: plan.port });
    let received: Buffer = NOTHING;
    let wasOpen = false;

    const finish = (how: ExchangeEnd['how'], error?: Error) => {
      signal.removeEventListener('abort', onAbort);
      const certificate = wasOpen && socket instanceof tls.TLSSocket ? certificateOf(socket) : undefined;
      if (plan.quit && wasOpen && how !== 'aborted') {
        // Few bytes: the kernel takes them at once, whatever the peer does.
        socket.write(plan.quit);
        socket.destroySoon();
      } else socket.destroy();
      resolve({ how, wasOpen, received, ...(error && { error }), ...(certificate && { certificate }) });
    };
    const onAbort = () => finish('aborted');

    socket.on(plan.tls ? 'secureConnect' : 'connect', () => {
      wasOpen = true;
      if (plan.send) socket.write(plan.send);
      if (!plan.expect) finish('done');
    });
    socket.on('error', (error) => finish('failed', error));
    const { expect } = plan;
    if (expect) {
      socket.on('data', (chunk: Buffer) => {
        received = (received.length === 0 ? chunk : Buffer.concat([received, chunk])).subarray(0, RECEIVED_BYTES);
        if (received.includes(expect)) finish('done');
        else if (received.length >= RECEIVED_BYTES) finish('unexpected');
      });
      socket.on('end', () => finish('unexpected'));
    }
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
  });
}

function connectTls(peer: Peer, port: number, options: { verify: boolean; serverName?: string }): tls.TLSSocket {
  const serverName = options.serverName ?? peer.host;
  return tls.connect({
    ...peer,
    port,
    rejectUnauthorized: options.verify,
    // RFC 6066 §3: no address in the server name.
    ...(net.isIP(serverName) === 0 && { servername: serverName }),
  });
}
