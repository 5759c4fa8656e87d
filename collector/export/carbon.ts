// Sends every sample on to a Graphite, as gmetad does. A Graphite that is slow or
// away costs its own samples, oldest first and counted, and nothing else.

import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { backoffMs, type BackoffPolicy } from '#kernel/backoff.ts';
import { createBoundedQueue } from '#kernel/bounded-queue.ts';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { carbonLine, carbonName, type CarbonNaming } from '#wire/carbon-line.ts';

export interface CarbonOptions extends CarbonNaming {
  host: string;
  port: number;
  protocol: 'tcp' | 'udp';
  /** For a connection to stand, and for a Graphite that takes nothing. Default 5000. */
  timeoutMs?: number;
  /** Samples that wait while Graphite is away. Default 200,000. */
  queueSamples?: number;
}

export interface CarbonExport extends Service {
  push(samples: readonly Sample[]): void;
  /** `sent` = handed to the kernel: carbon acknowledges nothing. */
  counters(): { sent: number; waiting: number; dropped: number; connected: boolean };
}

const RECONNECT: BackoffPolicy = { firstMs: 1000, factor: 2, maxMs: 60_000 };
const SEND_EVERY_MS = 200;
const LINES_PER_WRITE = 2000;
const WRITES_PER_ROUND = 20;
// What passes every network in one piece.
const DATAGRAM_BYTES = 1400;
const LAST_WORDS_MS = 2000;

export function createCarbonExport(deps: { clock: Clock; log: Logger }, options: CarbonOptions): CarbonExport {
  const { clock } = deps;
  const log = deps.log.child({ carbon: `${options.host}:${options.port}` });
  const { timeoutMs = 5000, queueSamples = 200_000 } = options;
  const queue = createBoundedQueue<string>(queueSamples, 'drop_oldest');
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let connected = false;
  let sent = 0;
  /** Taken from the queue, and the connection broke: nobody can say how many of them arrived. */
  let lost = 0;

  const linesWanted = () => queue.length > 0;

  async function sendAll(write: (lines: string[]) => Promise<void>): Promise<void> {
    for (let round = 0; round < WRITES_PER_ROUND && linesWanted(); round++) {
      const lines = queue.take(LINES_PER_WRITE);
      try {
        await write(lines);
        sent += lines.length;
      } catch (error) {
        lost += lines.length;
        throw error;
      }
    }
  }

  /** Resolves when the connection has ended, or on stop after what waited was sent. */
  async function overTcp(): Promise<void> {
    const socket = connect({ host: options.host, port: options.port, noDelay: true });
    const ended = new AbortController();
    socket.once('close', () => ended.abort());
    socket.resume();
    let late: Timer | undefined;
    const hurry = () => void (late = clock.after(LAST_WORDS_MS, () => socket.destroy()));
    stopping.signal.addEventListener('abort', hurry, { once: true });
    try {
      await within(clock, timeoutMs, (signal) => once(socket, 'connect', { signal }), 'connect');
      // Later errors end in 'close', which is watched.
      socket.on('error', (error) => log.debug('carbon connection', { error: error.message }));
      setConnected(true);
      const write = (lines: string[]) => writeTcp(socket, lines.join(''), ended.signal);
      while (!ended.signal.aborted && !stopping.signal.aborted) {
        await sendAll(write);
        await clock.sleep(SEND_EVERY_MS, AbortSignal.any([ended.signal, stopping.signal]));
      }
      if (ended.signal.aborted) throw new Error('the connection has ended');
      await sendAll(write);
      socket.end();
      if (!socket.destroyed) await once(socket, 'close');
    } finally {
      stopping.signal.removeEventListener('abort', hurry);
      late?.cancel();
      socket.destroy();
    }
  }

  async function writeTcp(socket: Socket, text: string, ended: AbortSignal): Promise<void> {
    if (socket.write(text)) return;
    await within(
      clock,
      timeoutMs,
      (signal) => once(socket, 'drain', { signal: AbortSignal.any([signal, ended]) }),
      'drain',
    );
  }

  async function overUdp(): Promise<void> {
    const socket = createSocket(options.host.includes(':') ? 'udp6' : 'udp4');
    // A refused datagram is told to the next send; there is nothing to do about it.
    socket.on('error', (error) => log.debug('carbon datagrams', { error: error.message }));
    try {
      setConnected(true);
      const write = (lines: string[]) => writeUdp(socket, lines);
      while (!stopping.signal.aborted) {
        await sendAll(write);
        await clock.sleep(SEND_EVERY_MS, stopping.signal);
      }
      await sendAll(write);
    } finally {
      socket.close();
    }
  }

  async function writeUdp(socket: UdpSocket, lines: readonly string[]): Promise<void> {
    const datagrams = packed(lines);
    await Promise.all(
      datagrams.map(
        (datagram) => new Promise<void>((done) => socket.send(datagram, options.port, options.host, () => done())),
      ),
    );
  }

  function setConnected(now: boolean): void {
    if (connected === now) return;
    connected = now;
    if (now) log.info('samples go to Graphite');
  }

  async function run(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      const sentBefore = sent;
      try {
        await (options.protocol === 'tcp' ? overTcp() : overUdp());
      } catch (error) {
        if (connected || failures === 0) log.warn('Graphite does not take samples; they wait', errorFields(error));
      }
      setConnected(false);
      failures = sent > sentBefore ? 1 : failures + 1;
      if (!stopping.signal.aborted) await clock.sleep(backoffMs(RECONNECT, failures), stopping.signal);
    }
  }

  return {
    name: 'carbon export',
    push(samples) {
      for (const sample of samples) queue.push(carbonLine(carbonName(sample, options), sample.value, sample.atMs));
    },
    counters: () => ({ sent, waiting: queue.length, dropped: queue.dropped + lost, connected }),
    start() {
      running = run();
      return Promise.resolve();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** `wait` ends with an error when it takes longer. */
async function within(
  clock: Clock,
  timeoutMs: number,
  wait: (signal: AbortSignal) => Promise<unknown>,
  what: string,
): Promise<void> {
  const late = new AbortController();
  const timer = clock.after(timeoutMs, () => late.abort());
  try {
    await wait(late.signal);
  } catch (cause) {
    if (late.signal.aborted) throw new Error(`no ${what} within ${timeoutMs} ms`, { cause });
    throw cause;
  } finally {
    timer.cancel();
  }
}

/** Whole lines, as many as fit into one datagram. */
function packed(lines: readonly string[]): Buffer[] {
  const datagrams: Buffer[] = [];
  let text = '';
  for (const line of lines) {
    if (text !== '' && Buffer.byteLength(text) + Buffer.byteLength(line) > DATAGRAM_BYTES) {
      datagrams.push(Buffer.from(text));
      text = '';
    }
    text += line;
  }
  return text === '' ? datagrams : [...datagrams, Buffer.from(text)];
}
