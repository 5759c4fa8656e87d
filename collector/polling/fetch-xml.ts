// Fetches one answer over TCP: connect, read to the end, gunzip where it is packed.
// Every wait is bounded. Understands nothing of what it reads.

import { lookup as lookupName } from 'node:dns';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { createGunzip, type Gunzip } from 'node:zlib';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { SourceAddress } from '#wire/gmetad-conf.ts';

export interface FetchLimits {
  connectMs: number;
  /** Longest silence once connected. */
  silenceMs: number;
  /** From the first try to the last byte; a source that sends a byte a second must not hold on. */
  wholeMs: number;
  /** After gunzip. */
  maxBytes: number;
}

export type Fetched =
  | { kind: 'done'; bytes: number }
  /** No connection was made. */
  | { kind: 'unreachable'; reason: string }
  /** Connected, and then it failed. */
  | { kind: 'failed'; reason: string };

const GZIP = [0x1f, 0x8b] as const;

/**
 * Never rejects. Gives each chunk to `take`, in order, until the far end closes, a limit is met, `signal` aborts
 * or `take` returns false, which means that nothing more is wanted.
 */
export function fetchXml(
  { clock, lookUp }: { clock: Clock; lookUp: LookupFunction },
  address: SourceAddress,
  request: { limits: FetchLimits; signal: AbortSignal; take: (chunk: Buffer) => boolean },
): Promise<Fetched> {
  const { limits, signal, take } = request;
  return new Promise((resolve) => {
    const timers = new Set<Timer>();
    let gunzip: Gunzip | undefined;
    let silence: Timer | undefined;
    let connected = false;
    let bytes = 0;
    /** The first byte, while it alone has come. */
    let first: Buffer | undefined;
    let isPlain = false;
    let settled = false;

    function settle(outcome: Fetched): void {
      if (settled) return;
      settled = true;
      for (const timer of timers) timer.cancel();
      silence?.cancel();
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      gunzip?.destroy();
      resolve(outcome);
    }

    const fail = (reason: string) => settle({ kind: connected ? 'failed' : 'unreachable', reason });
    const onAbort = () => fail('stopped');

    function heard(): void {
      silence?.cancel();
      silence = clock.after(limits.silenceMs, () => fail(`silent for ${limits.silenceMs / 1000} s`));
    }

    function give(chunk: Buffer): void {
      if (settled) return;
      bytes += chunk.length;
      if (bytes > limits.maxBytes) fail(`sent more than ${limits.maxBytes} bytes`);
      else if (!take(chunk)) settle({ kind: 'done', bytes });
    }

    function unpack(from: Socket): Gunzip {
      const stream = createGunzip({ chunkSize: 65_536 });
      stream.on('data', give);
      stream.on('error', (error) => fail(`sent a broken gzip stream: ${error.message}`));
      stream.on('end', () => settle({ kind: 'done', bytes }));
      stream.on('drain', () => from.resume());
      return stream;
    }

    function receive(from: Socket, chunk: Buffer): void {
      heard();
      if (isPlain) give(chunk);
      else if (gunzip) {
        // What is packed tight may unfold a thousandfold: no more is read than was unfolded.
        if (!gunzip.write(chunk)) from.pause();
      } else {
        const start: Buffer = first === undefined ? chunk : Buffer.concat([first, chunk]);
        if (start.length < GZIP.length) {
          first = start;
          return;
        }
        first = undefined;
        if (start[0] !== GZIP[0] || start[1] !== GZIP[1]) {
          isPlain = true;
          give(start);
          return;
        }
        gunzip = unpack(from);
        receive(from, start);
      }
    }

    function endOfData(): void {
      if (gunzip) gunzip.end();
      else {
        if (first !== undefined) give(first);
        settle({ kind: 'done', bytes });
      }
    }

    const socket = connect({ ...address, lookup: lookUp, autoSelectFamily: true });
    const connecting = clock.after(limits.connectMs, () => fail(`no connection within ${limits.connectMs / 1000} s`));
    timers.add(connecting);
    timers.add(clock.after(limits.wholeMs, () => fail(`not done after ${limits.wholeMs / 1000} s`)));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    socket.on('connect', () => {
      connected = true;
      connecting.cancel();
      heard();
    });
    socket.on('data', (chunk: Buffer) => receive(socket, chunk));
    socket.on('end', endOfData);
    socket.on('error', (error) => fail(reasonOf(error)));
  });
}

function reasonOf(error: Error): string {
  // Several addresses of one name, none of which answers.
  if (error instanceof AggregateError) return error.errors.map((each) => String(each?.message ?? each)).join('; ');
  return error.message;
}

// Look-ups take a thread of the few that files and gzip need, too; a dead name server holds it for many seconds.
const MOST_LOOKUPS = 2;
// Well within the time that a connection may take.
const LATE_MS = 1500;

type Answer = Parameters<LookupFunction>[2];

/**
 * The system's look-up, asked anew for every poll: a few at a time, each name once, and with the last answer to fall
 * back on, so that polling outlives a name server that is gone or silent. `names` bounds what is remembered.
 */
export function createNameLookup(
  clock: Clock,
  names: number,
  systemLookUp: (...asked: Parameters<LookupFunction>) => void = lookupName,
): LookupFunction {
  const lastKnown = new Map<string, Parameters<Answer>[1]>();
  /** Who waits for each name that is asked for, or is to be. */
  const asked = new Map<string, Set<Answer>>();
  const queue: (() => void)[] = [];
  let running = 0;

  function ask(hostname: string, options: Parameters<LookupFunction>[1]): void {
    running++;
    systemLookUp(hostname, options, (error, address, family) => {
      running--;
      queue.shift()?.();
      if (error === null && (lastKnown.size < names || lastKnown.has(hostname))) lastKnown.set(hostname, address);
      const known = error === null ? address : lastKnown.get(hostname);
      const waiting = asked.get(hostname) ?? [];
      asked.delete(hostname);
      for (const answer of waiting) answer(known === undefined ? error : null, known ?? address, family);
    });
  }

  return (hostname, options, callback) => {
    const waiting = asked.get(hostname) ?? new Set();
    const answer: Answer = (error, address, family) => {
      late.cancel();
      callback(error, address, family);
    };
    const late = clock.after(LATE_MS, () => {
      const known = lastKnown.get(hostname);
      if (known !== undefined && waiting.delete(answer)) callback(null, known);
    });
    waiting.add(answer);
    if (asked.has(hostname)) return;
    asked.set(hostname, waiting);
    if (running < MOST_LOOKUPS) ask(hostname, options);
    else queue.push(() => ask(hostname, options));
  };
}
