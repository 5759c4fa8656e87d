// SNTP client packets (RFC 5905 §7.3, §14): a request to encode, an answer to decode,
// and what the four time stamps of an exchange say about the offset.

import type { Decoded } from '#kernel/errors.ts';

export interface NtpAnswer {
  /** 3 = the server's own clock is not synchronised. */
  leap: number;
  version: number;
  mode: number;
  /** 0 = kiss-o'-death, 1 = primary, 16 = unsynchronised. */
  stratum: number;
  /** Four letters for stratum 0 and 1 ("GPS", "RATE"), otherwise dotted quad of the upstream. */
  referenceId: string;
  /** The eight bytes of our own transmit stamp, as hexadecimal. */
  originate: string;
  receivedAtMs: number;
  sentAtMs: number;
}

export const NTP_PACKET_BYTES = 48;
const VERSION = 4;
const CLIENT_MODE = 3;
const SERVER_MODE = 4;
/** From 1900 to 1970. */
const EPOCH_SEC = 2_208_988_800;
const ERA_SEC = 2 ** 32;

/**
 * `transmit` is the stamp the server sends back; eight bytes of chance do (RFC 5905 §14 asks only for equality), and
 * keep others from answering for the server.
 */
export function encodeNtpRequest(transmit: Uint8Array): Buffer {
  if (transmit.length !== 8) throw new RangeError(`a stamp has 8 bytes, not ${transmit.length}`);
  const packet = Buffer.alloc(NTP_PACKET_BYTES);
  packet[0] = (VERSION << 3) | CLIENT_MODE;
  packet.set(transmit, 40);
  return packet;
}

/** Extension fields and keys after the 48 bytes are left alone. `nowMs` tells the era of the stamps. Never throws. */
export function decodeNtpAnswer(packet: Buffer, nowMs: number): Decoded<NtpAnswer> {
  if (packet.length < NTP_PACKET_BYTES)
    return {
      ok: false,
      reason: `an NTP packet has ${NTP_PACKET_BYTES} bytes, not ${packet.length}`,
      at: packet.length,
    };
  const first = packet.readUInt8(0);
  const [leap, version, mode] = [first >> 6, (first >> 3) & 7, first & 7];
  if (mode !== SERVER_MODE) return { ok: false, reason: `mode ${mode} is not that of a server`, at: 0 };
  if (version < 1 || version > VERSION) return { ok: false, reason: `version ${version} is not known`, at: 0 };
  const stratum = packet.readUInt8(1);
  return {
    ok: true,
    value: {
      leap,
      version,
      mode,
      stratum,
      referenceId: referenceOf(packet, stratum),
      originate: packet.toString('hex', 24, 32),
      receivedAtMs: stampMs(packet, 32, nowMs),
      sentAtMs: stampMs(packet, 40, nowMs),
    },
  };
}

function referenceOf(packet: Buffer, stratum: number): string {
  const bytes = packet.subarray(12, 16);
  return stratum <= 1 ? bytes.toString('latin1').replaceAll(/[^\x21-\x7e]/g, '') : bytes.join('.');
}

/** The era is the one that brings the stamp closest to our own time: seconds wrap in 2036 (RFC 5905 §6). */
function stampMs(packet: Buffer, at: number, nowMs: number): number {
  const sec = packet.readUInt32BE(at) - EPOCH_SEC;
  const fraction = packet.readUInt32BE(at + 4) / ERA_SEC;
  const eras = Math.round((nowMs / 1000 - sec) / ERA_SEC);
  return (sec + eras * ERA_SEC + fraction) * 1000;
}

/** Offset of the server's clock against ours, and the time spent on the way (RFC 5905 §8). */
export function offsetOf(
  answer: Pick<NtpAnswer, 'receivedAtMs' | 'sentAtMs'>,
  ours: { sentAtMs: number; receivedAtMs: number },
): { offsetSec: number; delaySec: number } {
  return {
    offsetSec: (answer.receivedAtMs - ours.sentAtMs + (answer.sentAtMs - ours.receivedAtMs)) / 2000,
    delaySec: (ours.receivedAtMs - ours.sentAtMs - (answer.sentAtMs - answer.receivedAtMs)) / 1000,
  };
}
