// Speaks Livestatus on a UNIX socket or a TCP port: one request after the other, answers no
// faster than they are read, commands to the door.

import { once } from 'node:events';
import { chmod, lstat, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { createSocketServer } from '#kernel/socket-server.ts';
import { parseCommandLine } from '#wire/external-command.ts';
import {
  MAX_REQUEST_BYTES,
  parseLivestatusRequest,
  type LivestatusCode,
  type LivestatusFraming,
  type LivestatusRequest,
} from '#wire/livestatus-query.ts';
import { formatLivestatusHeader } from '#wire/livestatus-response.ts';
import { decodeText, displayText } from '#wire/wire-text.ts';
import { passCommand } from '../passive/command-lines.ts';
import { createCounts } from '../passive/counts.ts';
import type { PassiveDoor } from '../passive/door.ts';
import { createFailureLog } from '../passive/failure-log.ts';
import { answerLivestatus, LONGEST_WAIT_MS, type EngineDeps, type LivestatusAnswer } from './engine.ts';

export interface LivestatusServerOptions {
  /** 6557 in the field; 0 = any. */
  listen: { path: string } | { host: string; port: number };
  maxConnections?: number;
  /** A client that neither asks nor takes anything for so long is cut off. */
  idleMs?: number;
  maxAnswerBytes?: number;
}

export interface LivestatusServer {
  /** Resolves to the port in use, 0 for a socket in the file system; rejects with the system's error. */
  listen(): Promise<number>;
  stop(): Promise<void>;
  counts(): Readonly<Record<string, number>>;
  /** Since the start. */
  served(): { connections: number; requests: number };
}

export function createLivestatusServer(
  deps: EngineDeps & { log: Logger; door: PassiveDoor },
  options: LivestatusServerOptions,
): LivestatusServer {
  const { clock, log, door } = deps;
  const { maxConnections = 64, idleMs = LONGEST_WAIT_MS + 30_000, maxAnswerBytes = 256 * 1024 * 1024 } = options;
  const counts = createCounts();
  const logFailure = createFailureLog(log, 'livestatus');
  const served = { connections: 0, requests: 0 };

  async function serve(socket: Socket): Promise<void> {
    const gone = new AbortController();
    let idle = clock.after(idleMs, cutOff);
    function cutOff(): void {
      counts.add('cut_off');
      socket.destroy();
    }
    const isAlive = (): void => {
      idle.cancel();
      idle = clock.after(idleMs, cutOff);
    };
    socket.once('close', () => {
      idle.cancel();
      gone.abort();
    });
    try {
      for await (const text of requestsOf(socket)) {
        isAlive();
        served.requests++;
        const request: LivestatusRequest = text === undefined ? TOO_LARGE : parseLivestatusRequest(text);
        const goesOn = await answer(socket, request, { signal: gone.signal, isAlive });
        if (!goesOn) break;
      }
      socket.end();
      // What a client sends from here on is thrown away, but must be read for its end to be noticed.
      socket.resume();
    } catch (error) {
      // A client that leaves in the middle is normal; anything else is ours.
      if (!gone.signal.aborted) log.error('a Livestatus answer could not be made', errorFields(error));
      socket.destroy();
    }
  }

  interface Connection {
    signal: AbortSignal;
    isAlive(): void;
  }

  /** Whether the connection stays open for another request. */
  async function answer(socket: Socket, request: LivestatusRequest, connection: Connection): Promise<boolean> {
    if (request.kind === 'command') {
      for (const line of request.lines) counts.add(await carryOut(line));
      return true;
    }
    const answered: LivestatusAnswer =
      request.kind === 'refused'
        ? { ok: false, code: request.code, reason: request.reason }
        : await answerLivestatus(deps, request.query, connection.signal);
    counts.add(answered.ok ? 'answered' : `refused_${answered.code}`);
    await send(socket, answered, request, connection);
    return request.isKeptAlive;
  }

  async function carryOut(line: string): Promise<string> {
    const read = parseCommandLine(line);
    if (!read.ok) return read.reason;
    try {
      return await passCommand(door, read.value.command, { via: 'livestatus', atMs: clock.nowMs() });
    } catch (error) {
      return logFailure(read.value.name, error);
    }
  }

  async function send(
    socket: Socket,
    answered: LivestatusAnswer,
    { hasHeader }: LivestatusFraming,
    { signal, isAlive }: Connection,
  ): Promise<void> {
    const write = async (bytes: Buffer): Promise<void> => {
      isAlive();
      if (!socket.write(bytes)) await once(socket, 'drain', { signal });
    };
    // Without a header there is no place for a reason: clients take an empty answer for an error.
    if (!answered.ok && !hasHeader) return;
    if (!answered.ok) return write(framed(answered.code, Buffer.from(answered.reason)));
    if (!hasHeader) {
      for (const piece of answered.pieces) {
        await write(Buffer.from(piece));
        // Lets others work before the next piece is made.
        await nextTurn();
      }
      return;
    }
    // The header tells the length, so the answer must be whole before its first byte goes out.
    const pieces: Buffer[] = [];
    let bytes = 0;
    for (const piece of answered.pieces) {
      const encoded = Buffer.from(piece);
      pieces.push(encoded);
      bytes += encoded.length;
      if (bytes > maxAnswerBytes) return write(framed(413, Buffer.from('The answer is too large; ask for less.')));
      await nextTurn();
    }
    await write(Buffer.from(formatLivestatusHeader(200, bytes)));
    for (const piece of pieces) await write(piece);
  }

  const server = createSocketServer(
    { log },
    {
      name: 'livestatus server',
      maxConnections,
      // Clients like unixcat end their side as soon as they have asked.
      allowHalfOpen: true,
      serve(socket) {
        served.connections++;
        void serve(socket);
      },
      refuse(socket) {
        counts.add('too_many_connections');
        socket.destroy();
      },
    },
  );

  return {
    async listen() {
      if (!('path' in options.listen)) return server.listen(options.listen);
      await removeOldSocket(options.listen.path);
      const port = await server.listen(options.listen);
      // As the command file: whoever may ask may also give orders.
      await chmod(options.listen.path, 0o660);
      return port;
    },
    stop: server.stop,
    counts: counts.all,
    served: () => ({ ...served }),
  };
}

const framed = (code: LivestatusCode, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(formatLivestatusHeader(code, body.length)), body]);

const TOO_LARGE: LivestatusRequest = {
  kind: 'refused',
  code: 413,
  reason: 'The request is too large.',
  // Whoever sends so much reads a header or nothing.
  hasHeader: true,
  isKeptAlive: false,
};

/** A process that was killed leaves its socket behind; one that still answers, or is no socket, is not ours to remove. */
async function removeOldSocket(path: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (!there?.isSocket()) return;
  const probe = connect(path);
  const isAnswered = await once(probe, 'connect').then(
    () => true,
    () => false,
  );
  probe.destroy();
  if (!isAnswered) await rm(path, { force: true });
}

/**
 * Texts up to an empty line, or to the end of the client's side; undefined for one that is too large, and
 * then no more. Reads on only when asked for the next.
 */
async function* requestsOf(socket: Socket): AsyncGenerator<string | undefined> {
  let held: Buffer = Buffer.alloc(0);
  const decode = (bytes: Buffer) => displayText(decodeText(bytes, 0, bytes.length));
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, chunk]);
    for (let end = endOfRequest(held); end; end = endOfRequest(held)) {
      const text = decode(held.subarray(0, end.at));
      held = held.subarray(end.next);
      if (text.trim() !== '') yield text;
    }
    if (held.length > MAX_REQUEST_BYTES) return void (yield undefined);
  }
  if (held.length > 0) yield decode(held);
}

function endOfRequest(bytes: Buffer): { at: number; next: number } | undefined {
  const plain = bytes.indexOf('\n\n');
  const windows = bytes.indexOf('\n\r\n');
  if (plain === -1 && windows === -1) return undefined;
  if (windows !== -1 && (plain === -1 || windows < plain)) return { at: windows, next: windows + 3 };
  return { at: plain, next: plain + 2 };
}
