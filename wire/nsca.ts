// Packets of NSCA, by which hosts push results to a Nagios server: the greeting, and results of
// 4,304 bytes or, from senders before 2.9, 720. Deciphering is nsca-cipher.ts.

import { crc32 } from 'node:zlib';
import type { Decoded } from '#kernel/errors.ts';
import { decodeText, displayText } from './wire-text.ts';

export interface NscaResult {
  hostName: string;
  /** '' = the result is of the host itself. */
  serviceName: string;
  code: number;
  output: string;
  /** Seconds since 1970, as the greeting of this connection said: tells how old the packet is. */
  sentAtSec: number;
}

export const NSCA_IV_BYTES = 128;
export const NSCA_PACKET_BYTES = 4304;
export const NSCA_OLD_PACKET_BYTES = 720;

const VERSION = 3;
const TEXT_AT = { hostName: 14, serviceName: 78, output: 206 };
/** Padding of the C struct behind the output. */
const STRAY_BYTES = 2;

/** What the server says first. Layout: checks-and-alerting.md §6.1, recorded from send_nsca 2.10. */
export function encodeNscaGreeting(iv: Buffer, nowSec: number): Buffer {
  const greeting = Buffer.alloc(NSCA_IV_BYTES + 4);
  iv.copy(greeting, 0, 0, NSCA_IV_BYTES);
  greeting.writeUInt32BE(nowSec >>> 0, NSCA_IV_BYTES);
  return greeting;
}

/** `packet`: one deciphered packet of either size. Never throws. */
export function decodeNscaPacket(packet: Buffer): Decoded<NscaResult> {
  if (packet.length !== NSCA_PACKET_BYTES && packet.length !== NSCA_OLD_PACKET_BYTES)
    return { ok: false, reason: 'wrong_size', at: packet.length };
  // Either of the two is what a wrong password or method looks like.
  if (packet.readInt16BE(0) !== VERSION) return { ok: false, reason: 'wrong_version', at: 0 };
  if (packet.readUInt32BE(4) !== checksumOf(packet)) return { ok: false, reason: 'wrong_checksum', at: 4 };
  const hostName = cText(packet, TEXT_AT.hostName, TEXT_AT.serviceName);
  if (hostName === '') return { ok: false, reason: 'no_host', at: TEXT_AT.hostName };
  return {
    ok: true,
    value: {
      hostName,
      serviceName: cText(packet, TEXT_AT.serviceName, TEXT_AT.output),
      code: packet.readInt16BE(12),
      output: cText(packet, TEXT_AT.output, packet.length - STRAY_BYTES),
      sentAtSec: packet.readUInt32BE(8),
    },
  };
}

/** As send_nsca writes it, with zeros where that leaves junk; texts are cut to their fields. */
export function encodeNscaPacket(result: NscaResult, bytes: number = NSCA_PACKET_BYTES): Buffer {
  const packet = Buffer.alloc(bytes);
  packet.writeInt16BE(VERSION, 0);
  packet.writeUInt32BE(result.sentAtSec, 8);
  packet.writeInt16BE(result.code, 12);
  const write = (text: string, start: number, end: number) => Buffer.from(text).copy(packet, start, 0, end - start - 1);
  write(result.hostName, TEXT_AT.hostName, TEXT_AT.serviceName);
  write(result.serviceName, TEXT_AT.serviceName, TEXT_AT.output);
  write(result.output, TEXT_AT.output, bytes - STRAY_BYTES);
  packet.writeUInt32BE(crc32(packet), 4);
  return packet;
}

function checksumOf(packet: Buffer): number {
  const before = crc32(packet.subarray(0, 4));
  return crc32(packet.subarray(8), crc32(Buffer.alloc(4), before));
}

/** The field up to its first NUL; what follows is junk that the sender did not clear. */
function cText(packet: Buffer, start: number, end: number): string {
  const nul = packet.subarray(start, end).indexOf(0);
  return displayText(decodeText(packet, start, nul === -1 ? end : start + nul));
}
