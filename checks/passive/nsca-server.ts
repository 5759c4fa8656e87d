// Listens as the nsca daemon does and hands each result to the door. A sender that is slow,
// greedy or garbled costs its own connection and a count.

import type { Socket } from 'node:net';
import type { Clock } from '#kernel/clock.ts';
import { randomToken } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import { createSocketServer } from '#kernel/socket-server.ts';
import { createNscaDecipher, type NscaMethod } from '#wire/nsca-cipher.ts';
import { createNscaReader } from '#wire/nsca-stream.ts';
import { encodeNscaGreeting, NSCA_IV_BYTES, type NscaResult } from '#wire/nsca.ts';
import { createCounts } from './counts.ts';
import type { PassiveDoor } from './door.ts';

export interface NscaServerOptions {
  host: string;
  /** 5667 in the field; 0 = any. */
  port: number;
  method: NscaMethod;
  /** '' = none. The same in every send_nsca.cfg. */
  password: string;
  /** Older packets are dropped: they may have been recorded and sent again. */
  maxAgeSec?: number;
  maxConnections?: number;
  /** The whole time that one connection may last. */
  connectionMs?: number;
  maxPacketsPerConnection?: number;
}

export interface NscaServer {
  /** Resolves to the port in use; rejects with the system's error when it cannot be bound. */
  listen(): Promise<number>;
  stop(): Promise<void>;
  /** How often each outcome was seen since the start: verdicts of the door, reasons of refusal. */
  counts(): Readonly<Record<string, number>>;
}

// The field's longest: the age limit is what stands against replays.
const LONGEST_AGE_SEC = 30;

export function createNscaServer(
  deps: { clock: Clock; log: Logger; door: PassiveDoor },
  options: NscaServerOptions,
): NscaServer {
  const { clock, log, door } = deps;
  const { maxConnections = 256, connectionMs = 30_000, maxPacketsPerConnection = 100_000 } = options;
  const maxAgeSec = Math.min(options.maxAgeSec ?? LONGEST_AGE_SEC, LONGEST_AGE_SEC);
  const counts = createCounts();

  const nowSec = () => Math.floor(clock.nowMs() / 1000);

  function take({ sentAtSec, hostName, serviceName, code, output }: NscaResult): void {
    const ageSec = nowSec() - sentAtSec;
    // The stamp is our own, so one from the future is as wrong as an old one.
    if (Math.abs(ageSec) > maxAgeSec) return counts.add(ageSec > 0 ? 'too_old' : 'from_the_future');
    const verdict = door.submitResult({
      hostName,
      ...(serviceName !== '' && { serviceName }),
      code,
      output,
      atMs: clock.nowMs(),
      via: 'nsca',
    });
    counts.add(verdict);
  }

  function serve(socket: Socket): void {
    const iv = randomIv();
    const reader = createNscaReader(createNscaDecipher(options.method, options.password, iv));
    let packets = 0;
    const close = (reason: string) => {
      counts.add(reason);
      log.debug('nsca sender cut off', { reason, from: socket.remoteAddress });
      socket.destroy();
    };
    const overdue = clock.after(connectionMs, () => close('too_slow'));
    socket.once('close', () => overdue.cancel());
    socket.on('data', (chunk) => {
      for (const decoded of reader.push(chunk)) {
        if (!decoded.ok) return close(decoded.reason);
        if (++packets > maxPacketsPerConnection) return close('too_many_packets');
        take(decoded.value);
      }
    });
    socket.on('end', () => {
      if (reader.pendingBytes > 0) close('truncated');
    });
    socket.write(encodeNscaGreeting(iv, nowSec()));
  }

  const server = createSocketServer(
    { log },
    {
      name: 'nsca server',
      maxConnections,
      serve,
      refuse(socket) {
        counts.add('too_many_connections');
        socket.destroy();
      },
    },
  );

  return {
    listen: () => server.listen({ host: options.host, port: options.port }),
    stop: server.stop,
    counts: counts.all,
  };
}

const randomIv = (): Buffer =>
  Buffer.concat(Array.from({ length: 4 }, () => Buffer.from(randomToken(), 'base64url'))).subarray(0, NSCA_IV_BYTES);
