// Cuts what an NSCA sender writes into packets. The size of the first packet tells the age of
// the sender; one packet is held, never more.

import type { Decoded } from '#kernel/errors.ts';
import type { NscaDecipher } from './nsca-cipher.ts';
import { decodeNscaPacket, NSCA_OLD_PACKET_BYTES, NSCA_PACKET_BYTES, type NscaResult } from './nsca.ts';

export interface NscaReader {
  /** The packets that `chunk` completes. After one that is refused there are none: the stream cannot be trusted. */
  push(chunk: Buffer): Decoded<NscaResult>[];
  /** Bytes of a packet that has not come to its end. */
  readonly pendingBytes: number;
}

export function createNscaReader(decipher: NscaDecipher): NscaReader {
  const packet = Buffer.alloc(NSCA_PACKET_BYTES);
  let filled = 0;
  let size: number | undefined;
  let isBroken = false;

  function* read(chunk: Buffer): Generator<Decoded<NscaResult>> {
    for (let at = 0; at < chunk.length && !isBroken;) {
      const take = Math.min(chunk.length - at, (size ?? NSCA_OLD_PACKET_BYTES) - filled);
      decipher(chunk.subarray(at, at + take), filled).copy(packet, filled);
      at += take;
      filled += take;
      if (size === undefined && filled === NSCA_OLD_PACKET_BYTES) size = sizeOf(packet);
      if (filled !== size) continue;
      filled = 0;
      const decoded = decodeNscaPacket(packet.subarray(0, size));
      isBroken = !decoded.ok;
      yield decoded;
    }
  }

  return {
    push: (chunk) => [...read(chunk)],
    get pendingBytes() {
      return filled;
    },
  };
}

/** Only an old packet has its checksum right over 720 bytes. */
const sizeOf = (packet: Buffer): number =>
  decodeNscaPacket(packet.subarray(0, NSCA_OLD_PACKET_BYTES)).ok ? NSCA_OLD_PACKET_BYTES : NSCA_PACKET_BYTES;
