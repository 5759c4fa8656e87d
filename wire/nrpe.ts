// Packets of NRPE, the agent that Nagios asks to run plugins elsewhere: versions 2 (one fixed
// size), 3 and 4 (a length in the header). No socket, no time.

import { crc32 } from 'node:zlib';
import type { Decoded } from '#kernel/errors.ts';
import { decodeText, displayText } from './wire-text.ts';

export type NrpeVersion = 2 | 3 | 4;

export interface NrpePacket {
  version: NrpeVersion;
  type: 'query' | 'response';
  /** Exit code of the plugin; in queries of version 2 it is chance. */
  resultCode: number;
  /** Query: command and arguments joined by `!`. Response: what the plugin wrote, without its last newline. */
  text: string;
}

const V2_BYTES = 1036;
const V2_TEXT_AT = 10;
const V2_TEXT_BYTES = 1024;
/** Header of versions 3 and 4, up to the text. */
const HEADER_BYTES = 16;
/** Versions 3 and 4 carry no more; also the most that a daemon can make a client allocate. */
const MAX_TEXT_BYTES = 65_536;
/** The C struct of version 3 was sent with its padding; version 4 dropped it. */
const V3_STRAY_BYTES = 3;
const TYPE_QUERY = 1;
const TYPE_RESPONSE = 2;

/** The longest command line that a query of `version` can hold, in bytes of UTF-8. */
export const maxNrpeQueryBytes = (version: NrpeVersion): number =>
  version === 2 ? V2_TEXT_BYTES - 1 : MAX_TEXT_BYTES - 1;

/** A query as check_nrpe sends it; text that is too long is cut. Layout: checks-and-alerting.md §6.3, recorded from NRPE 4.1.0. */
export function encodeNrpeQuery(version: NrpeVersion, text: string): Buffer {
  return encodeNrpePacket({ version, type: 'query', resultCode: 0, text });
}

export function encodeNrpePacket({ version, type, resultCode, text }: NrpePacket): Buffer {
  const said = Buffer.from(text).subarray(0, maxNrpeQueryBytes(version));
  const packet = Buffer.alloc(version === 2 ? V2_BYTES : sizeOfV3(version, type, said.length + 1));
  packet.writeInt16BE(version, 0);
  packet.writeInt16BE(type === 'query' ? TYPE_QUERY : TYPE_RESPONSE, 2);
  packet.writeInt16BE(resultCode, 8);
  if (version !== 2) packet.writeInt32BE(packet.length - HEADER_BYTES - strayBytes(version), 12);
  said.copy(packet, version === 2 ? V2_TEXT_AT : HEADER_BYTES);
  packet.writeUInt32BE(crc32(packet), 4);
  return packet;
}

const strayBytes = (version: NrpeVersion): number => (version === 3 ? V3_STRAY_BYTES : 0);

// A query is padded to the size of version 2, so that an old daemon reads it whole before it hangs up.
const sizeOfV3 = (version: NrpeVersion, type: NrpePacket['type'], textBytes: number): number =>
  Math.max(HEADER_BYTES + textBytes + strayBytes(version), type === 'query' ? V2_BYTES : 0);

/**
 * How many bytes the packet that begins with `head` has, or why it is none; undefined while `head`
 * is too short to tell. Never more than 65,571: memory may be set aside by it.
 */
export function nrpePacketBytes(head: Buffer): Decoded<number> | undefined {
  if (head.length < 2) return undefined;
  const version = head.readInt16BE(0);
  if (version === 2) return { ok: true, value: V2_BYTES };
  if (version !== 3 && version !== 4) return { ok: false, reason: 'unknown_version', at: 0 };
  if (head.length < HEADER_BYTES) return undefined;
  const textBytes = head.readInt32BE(12);
  if (textBytes < 0 || textBytes > MAX_TEXT_BYTES) return { ok: false, reason: 'length_out_of_bounds', at: 12 };
  return { ok: true, value: HEADER_BYTES + textBytes + strayBytes(version) };
}

/** Never throws. The checksum covers every byte, also the junk behind the text of version 2. */
export function decodeNrpePacket(bytes: Buffer): Decoded<NrpePacket> {
  const refuse = (reason: string, at: number): Decoded<NrpePacket> => ({ ok: false, reason, at });
  const size = nrpePacketBytes(bytes);
  if (!size) return refuse('truncated', bytes.length);
  if (!size.ok) return size;
  const version = bytes.readInt16BE(0) as NrpeVersion;
  // Some daemons of version 3 leave the stray bytes out.
  const isWhole = bytes.length === size.value || (version === 3 && bytes.length === size.value - V3_STRAY_BYTES);
  if (!isWhole) return refuse(bytes.length < size.value ? 'truncated' : 'trailing_bytes', bytes.length);
  if (bytes.readUInt32BE(4) !== checksumOf(bytes)) return refuse('wrong_checksum', 4);
  const type = bytes.readInt16BE(2);
  if (type !== TYPE_QUERY && type !== TYPE_RESPONSE) return refuse('unknown_type', 2);
  const textAt = version === 2 ? V2_TEXT_AT : HEADER_BYTES;
  const textEnd = version === 2 ? textAt + V2_TEXT_BYTES : HEADER_BYTES + bytes.readInt32BE(12);
  return {
    ok: true,
    value: {
      version,
      type: type === TYPE_QUERY ? 'query' : 'response',
      resultCode: bytes.readInt16BE(8),
      text: cText(bytes.subarray(textAt, textEnd)),
    },
  };
}

function checksumOf(packet: Buffer): number {
  const before = crc32(packet.subarray(0, 4));
  return crc32(packet.subarray(8), crc32(Buffer.alloc(4), before));
}

/** Bytes up to the first NUL; those that are no UTF-8 are read as Latin-1. */
function cText(bytes: Buffer): string {
  const nul = bytes.indexOf(0);
  const said = nul === -1 ? bytes : bytes.subarray(0, nul);
  return displayText(decodeText(said, 0, said.length));
}
