// Asks an NTP server for the time, a few times over one UDP socket, and keeps the answer
// that was least on the way.

import dgram from 'node:dgram';
import { randomBytes } from 'node:crypto';
import type { Clock } from '#kernel/clock.ts';
import { decodeNtpAnswer, encodeNtpRequest, offsetOf, type NtpAnswer } from '#wire/ntp-packet.ts';
import { lookUp, type Peer } from './net-address.ts';

export interface NtpSample {
  answer: NtpAnswer;
  offsetSec: number;
  delaySec: number;
}

/** Undefined when `signal` aborts before any answer. Rejects with the socket's error, or that of the lookup. */
export async function askNtp(
  peer: Peer,
  port: number,
  options: { clock: Clock; samples: number },
  signal: AbortSignal,
): Promise<NtpSample | undefined> {
  const { address, family } = await lookUp(peer);
  const socket = dgram.createSocket(family === 6 ? 'udp6' : 'udp4');
  try {
    await connect(socket, port, address);
    let best: NtpSample | undefined;
    for (let asked = 0; asked < options.samples; asked++) {
      const sample = await askOnce(socket, options.clock, signal);
      if (!sample) break;
      if (!best || sample.delaySec < best.delaySec) best = sample;
      // A server that sends us away must not be asked again (RFC 5905 §7.4).
      if (sample.answer.stratum === 0) break;
    }
    return best;
  } finally {
    socket.close();
  }
}

/** Connected, the kernel drops what comes from others and tells of closed ports. */
const connect = (socket: dgram.Socket, port: number, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, address, () => {
      socket.off('error', reject);
      resolve();
    });
  });

function askOnce(socket: dgram.Socket, clock: Clock, signal: AbortSignal): Promise<NtpSample | undefined> {
  const stamp = randomBytes(8);
  const wanted = stamp.toString('hex');
  return new Promise((resolve, reject) => {
    const sentAtMs = clock.nowMs();
    const sentTick = clock.monotonicMs();
    const leave = () => {
      socket.off('message', onMessage);
      socket.off('error', onError);
      signal.removeEventListener('abort', onAbort);
    };
    const onMessage = (packet: Buffer) => {
      // The way back is measured on the clock that does not step.
      const receivedAtMs = sentAtMs + (clock.monotonicMs() - sentTick);
      const decoded = decodeNtpAnswer(packet, receivedAtMs);
      // Garbage, or the answer to another request: ours may still come.
      if (!decoded.ok || decoded.value.originate !== wanted) return;
      leave();
      resolve({ answer: decoded.value, ...offsetOf(decoded.value, { sentAtMs, receivedAtMs }) });
    };
    const onError = (error: Error) => {
      leave();
      reject(error);
    };
    const onAbort = () => {
      leave();
      resolve(undefined);
    };
    socket.on('message', onMessage);
    socket.on('error', onError);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    socket.send(encodeNtpRequest(stamp));
  });
}
