// Opens one TLS WebSocket to the gateway and makes sure that it is the gateway:
// its certificate must have the pinned SHA-256, whatever names or dates it bears.

import { createHash } from 'node:crypto';
import tls from 'node:tls';
import WebSocket from 'ws';
import { MAX_FRAME_BYTES } from '#wire/agent-channel.ts';

interface DialOptions {
  /** Full wss:// address. */
  url: string;
  /** SHA-256 of the certificate, hex. */
  fingerprint: string;
  timeoutMs: number;
}

/** The socket at once, still connecting; a wrong certificate ends it with an 'error' before a byte of ours is sent. */
export function dialGateway(options: DialOptions): WebSocket {
  return new WebSocket(options.url, {
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: options.timeoutMs,
    createConnection: () => connectPinned(options.url, options.fingerprint),
  });
}

/** TLS 1.3 to the host of `url`; destroyed with an error unless the certificate is the pinned one. */
export function connectPinned(url: string, fingerprint: string): tls.TLSSocket {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const socket = tls.connect({
    host,
    port: Number(port || 443),
    // The pin below takes the place of an authority and is stricter than one.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.3',
    ALPNProtocols: ['http/1.1'],
  });
  socket.once('secureConnect', () => {
    const certificate = socket.getPeerX509Certificate();
    const seen = certificate && createHash('sha256').update(certificate.raw).digest('hex');
    if (seen !== fingerprint)
      socket.destroy(new Error(`the gateway shows certificate ${seen ?? 'none'}, not the pinned ${fingerprint}`));
  });
  return socket;
}
