// The TLS door of the gateway: WebSockets of agents, and the artifacts that they
// fetch. Sessions and rules are elsewhere.

import { once } from 'node:events';
import https from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { ARTIFACT_PATH, CHANNEL_PATH, MAX_FRAME_BYTES } from '#wire/agent-channel.ts';

export interface ArtifactReader {
  /** Bytes of the artifact with this SHA-256 in hex; undefined when there is none. */
  sizeOf(sha256: string): Promise<number | undefined>;
  /** A piece from `offset` on, as long as the store likes; undefined at the end. */
  readChunk(sha256: string, offset: number): Promise<Uint8Array | undefined>;
}

interface ListenerDeps {
  log: Logger;
  artifacts: ArtifactReader;
  isSessionToken(token: string): boolean;
  connected(socket: WebSocket, source: string): void;
}

interface ListenerOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  certificatePem: string;
  tlsKeyPem: string;
  maxConnections: number;
}

export interface Listener {
  port(): number;
  close(): Promise<void>;
}

/** Throws `port_taken` when the port is in use. */
export async function openListener(deps: ListenerDeps, options: ListenerOptions): Promise<Listener> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES });
  const server = https.createServer({
    cert: options.certificatePem,
    key: options.tlsKeyPem,
    minVersion: 'TLSv1.3',
    handshakeTimeout: 10_000,
    headersTimeout: 10_000,
    requestTimeout: 60_000,
  });
  server.maxConnections = options.maxConnections;
  server.on('request', (request, response) => void answer(deps, request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => deps.log.debug('a connection broke', { error: error.message }));
    if (pathOf(request) !== CHANNEL_PATH) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    const source = request.socket.remoteAddress ?? 'unknown';
    sockets.handleUpgrade(request, socket, head, (webSocket) => deps.connected(webSocket, source));
  });
  server.on('tlsClientError', (error) => deps.log.debug('a TLS handshake failed', { error: error.message }));
  server.listen(options.port, options.host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new AppError(
      'port_taken',
      `gateway: port ${options.port}/tcp on ${options.host} cannot be opened. Stop its holder, or set PLEXUS_GATEWAY_PORT to another port.`,
      { cause },
    );
  }
  return {
    port: () => (server.address() as AddressInfo).port,
    async close() {
      for (const webSocket of sockets.clients) webSocket.terminate();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

// By hand: the URL parser throws for what strangers may send, such as "//".
const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? '';

async function answer(deps: ListenerDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  const refuse = (status: number, text: string) => response.writeHead(status).end(`${text}\n`);
  if (!path.startsWith(ARTIFACT_PATH)) return void refuse(404, 'Here is the gateway of Plexus agents.');
  const token = /^Bearer (\S{1,128})$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined || !deps.isSessionToken(token)) return void refuse(401, 'Only connected agents may fetch.');
  const sha256 = path.slice(ARTIFACT_PATH.length);
  if (request.method !== 'GET' || !/^[0-9a-f]{64}$/.test(sha256)) return void refuse(400, 'GET <SHA-256 in hex>');
  try {
    const sizeBytes = await deps.artifacts.sizeOf(sha256);
    if (sizeBytes === undefined) return void refuse(404, 'There is no such artifact.');
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': sizeBytes });
    await pipeline(piecesOf(deps.artifacts, sha256), response);
  } catch (error) {
    deps.log.warn('an artifact could not be sent', { sha256, ...errorFields(error) });
    if (response.headersSent) response.destroy();
    else refuse(503, 'The artifact cannot be read now.');
  }
}

async function* piecesOf(artifacts: ArtifactReader, sha256: string): AsyncIterable<Uint8Array> {
  for (let offset = 0; ;) {
    const piece = await artifacts.readChunk(sha256, offset);
    if (!piece || piece.length === 0) return;
    yield piece;
    offset += piece.length;
  }
}
