// Serves XML to whoever connects and may: as gmond does without being asked, or as
// gmetad does after one line. A slow or silent client costs its own connection and no
// one else anything.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { createSocketServer } from '#kernel/socket-server.ts';
import type { AccessList } from './access-list.ts';
import { readLine } from './request-line.ts';

export interface XmlService {
  /** Rejects with the system's error when the port cannot be bound. Resolves to the port in use. */
  listen(): Promise<number>;
  stop(): Promise<void>;
  readonly served: number;
  /** Turned away: not allowed, one too many, or a request that is none. */
  readonly refused: number;
  /** Ended because they did not ask or did not read in time. */
  readonly cutOff: number;
  /** Milliseconds from the request to the last byte handed to the kernel, over all that were served. */
  readonly servedMs: number;
}

export interface XmlServiceOptions {
  host: string;
  port: number;
  acl?: AccessList;
  gzip?: boolean;
  maxClients?: number;
  /** A client that takes nothing, or asks nothing, for so long is cut off. */
  stalledAfterMs?: number;
  /** Wait for a line of at most so many bytes before answering. */
  requestBytes?: number;
}

// Some 1.5 ms of work: packets that arrive meanwhile wait no longer than that.
const CHUNK_CHARS = 131_072;

/** `answer` gets the request line, or nothing when none is awaited; undefined = close without a byte. Text is ASCII. */
export function createXmlService(
  deps: { clock: Clock; log: Logger; answer: (request: Buffer) => Iterable<string> | undefined },
  options: XmlServiceOptions,
): XmlService {
  const { clock, log, answer } = deps;
  const { maxClients = 32, stalledAfterMs = 10_000, requestBytes, acl } = options;
  const counts = { served: 0, refused: 0, cutOff: 0, servedMs: 0 };

  /** What `work` resolves to; undefined when the client is gone before, or was cut off as the time ran out. */
  async function withinPatience<Result>(
    socket: Socket,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result | undefined> {
    const given = new AbortController();
    const giveUp = () => given.abort();
    const stalled = clock.after(stalledAfterMs, () => {
      cutOff(socket);
      giveUp();
    });
    socket.once('close', giveUp);
    try {
      return await work(given.signal);
    } catch {
      // Aborted, or the socket failed: both end this client.
      return undefined;
    } finally {
      stalled.cancel();
      socket.off('close', giveUp);
    }
  }

  const drained = (socket: Socket, sink: Writable): Promise<unknown> =>
    withinPatience(socket, (signal) => once(sink, 'drain', { signal }));

  async function serve(socket: Socket): Promise<void> {
    const request =
      requestBytes === undefined
        ? Buffer.alloc(0)
        : await withinPatience(socket, (signal) => readLine(socket, requestBytes, signal));
    if (socket.destroyed) return;
    const beganTick = clock.monotonicMs();
    const pieces = request && answer(request);
    // What a client sends from here on is thrown away, but must be read for its end to be noticed.
    socket.resume();
    if (pieces === undefined) return refuse(socket);
    const sink: Writable = options.gzip ? gzipTo(socket) : socket;
    let chunk = '';
    for (const piece of pieces) {
      chunk += piece;
      if (chunk.length < CHUNK_CHARS) continue;
      const taken = sink.write(chunk, 'latin1');
      chunk = '';
      if (!taken) await drained(socket, sink);
      // Lets waiting packets in before the next piece is made.
      else await nextTurn();
      if (socket.destroyed) return;
    }
    const stalled = clock.after(stalledAfterMs, () => cutOff(socket));
    socket.once('close', () => stalled.cancel());
    socket.once('finish', () => {
      counts.served++;
      counts.servedMs += clock.monotonicMs() - beganTick;
    });
    sink.end(chunk, 'latin1');
  }

  function refuse(socket: Socket): void {
    counts.refused++;
    socket.destroy();
  }

  function cutOff(socket: Socket): void {
    // One that took everything and only does not hang up has been served.
    if (!socket.destroyed && !socket.writableFinished) counts.cutOff++;
    socket.destroy();
  }

  function accept(socket: Socket): void {
    if (acl && !acl.allows(socket.remoteAddress ?? '')) return refuse(socket);
    serve(socket).catch((error: unknown) => {
      log.error('an XML answer could not be made', errorFields(error));
      socket.destroy();
    });
  }

  const server = createSocketServer(
    { log },
    { name: 'xml service', maxConnections: maxClients, allowHalfOpen: true, serve: accept, refuse },
  );

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
    get servedMs() {
      return counts.servedMs;
    },
    listen: () => server.listen({ host: options.host, port: options.port }),
    stop: server.stop,
  };
}

function gzipTo(socket: Socket): Writable {
  // The fastest level: XML shrinks to a fifteenth with it already.
  const gzip = createGzip({ level: 1 });
  socket.once('close', () => gzip.destroy());
  gzip.pipe(socket);
  return gzip;
}
