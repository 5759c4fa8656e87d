// Serves a dump to whoever connects: writes it, closes, reads nothing. A slow or
// silent client costs its own connection and no one else anything.

import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';

export interface XmlService {
  /** Rejects with the system's error when the port cannot be bound. Resolves to the port in use. */
  listen(): Promise<number>;
  stop(): Promise<void>;
  readonly served: number;
  /** Turned away because too many were connected, or cut off because they did not read. */
  readonly refused: number;
  readonly cutOff: number;
}

export interface XmlServiceOptions {
  host: string;
  port: number;
  maxClients?: number;
  /** A client that takes nothing for so long is cut off. */
  stalledAfterMs?: number;
}

const CHUNK_CHARS = 65_536;

export function createXmlService(
  deps: { clock: Clock; log: Logger; dump: () => Iterable<string> },
  options: XmlServiceOptions,
): XmlService {
  const { clock, log, dump } = deps;
  const { maxClients = 32, stalledAfterMs = 10_000 } = options;
  const clients = new Set<Socket>();
  const counts = { served: 0, refused: 0, cutOff: 0 };
  let server: Server | undefined;

  /** Waits until the client has taken what was written; false when it did not in time or is gone. */
  async function drained(socket: Socket): Promise<boolean> {
    const given = new AbortController();
    const stalled = clock.after(stalledAfterMs, () => given.abort());
    const closed = () => given.abort();
    socket.once('close', closed);
    try {
      await once(socket, 'drain', { signal: given.signal });
      return true;
    } catch {
      // Aborted, or the socket failed: both end this client.
      return false;
    } finally {
      stalled.cancel();
      socket.off('close', closed);
    }
  }

  async function serve(socket: Socket): Promise<void> {
    let chunk = '';
    for (const piece of dump()) {
      chunk += piece;
      if (chunk.length < CHUNK_CHARS) continue;
      const taken = socket.write(chunk);
      chunk = '';
      if (!taken && !(await drained(socket))) return cutOff(socket);
      // Lets waiting packets in before the next piece is made.
      await nextTurn();
      if (socket.destroyed) return;
    }
    const stalled = clock.after(stalledAfterMs, () => cutOff(socket));
    socket.once('close', () => stalled.cancel());
    socket.end(chunk, () => counts.served++);
  }

  function cutOff(socket: Socket): void {
    if (!socket.destroyed) counts.cutOff++;
    socket.destroy();
  }

  function accept(socket: Socket): void {
    if (clients.size >= maxClients) {
      counts.refused++;
      socket.destroy();
      return;
    }
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    // A client that hangs up early is normal: 'close' follows and ends its service.
    socket.on('error', (error) => log.debug('xml client left', { error: error.message }));
    // What a client sends is thrown away, but must be read for its end to be noticed.
    socket.resume();
    void serve(socket);
  }

  return {
    get served() {
      return counts.served;
    },
    get refused() {
      return counts.refused;
    },
    get cutOff() {
      return counts.cutOff;
    },
    async listen() {
      const listening = createServer({ allowHalfOpen: true }, accept);
      listening.listen({ host: options.host, port: options.port });
      await once(listening, 'listening');
      server = listening;
      listening.on('error', (error) => log.warn('xml service', { error: error.message }));
      return portOf(listening.address());
    },
    async stop() {
      if (server === undefined) return;
      const closing = server;
      server = undefined;
      const closed = once(closing, 'close');
      closing.close();
      for (const socket of clients) socket.destroy();
      await closed;
    },
  };
}

const portOf = (address: AddressInfo | string | null): number =>
  address !== null && typeof address === 'object' ? address.port : 0;
