// Turns a value that is to be sent into gmond datagrams.

import {
  encodeGmondPacket,
  MAX_METADATA_BYTES,
  MAX_VALUE_BYTES,
  PACKET_ID,
  slopeNumber,
  VALUE_ID_OF_TYPE,
  type ExtraElement,
  type GmondPacket,
} from '#wire/gmond-packet.ts';
import type { Outgoing } from './collection-groups.ts';

/** Who sends: `host` is `IP:NAME` when spoofed, else the host's own name, which receivers only show. */
export interface SenderIdentity {
  host: string;
  spoof: boolean;
}

// gmond keeps strings in 64 bytes with a closing NUL.
const LONGEST_STRING_BYTES = 63;

/** The metadata packet, when it is due, and the value packet. */
export function packetsOf(outgoing: Outgoing, identity: SenderIdentity): GmondPacket[] {
  const { metric, value } = outgoing;
  const { spoof } = metric;
  const id = {
    host: spoof?.host ?? identity.host,
    name: spoof?.name ?? metric.name,
    spoof: identity.spoof || spoof !== undefined,
  };
  const packets: GmondPacket[] = [];
  if (outgoing.withMetadata) {
    const extra: ExtraElement[] = [
      ...(metric.title === '' ? [] : [['TITLE', metric.title] as const]),
      ['DESC', metric.description],
      ['GROUP', metric.group],
      ...(metric.extra ?? []),
    ];
    packets.push({
      id: PACKET_ID.metadata,
      ...id,
      metadata: {
        type: metric.type,
        name: id.name,
        units: metric.units,
        slope: slopeNumber(metric.slope),
        tmaxSec: metric.tmaxSec,
        dmaxSec: metric.dmaxSec ?? 0,
        extra,
      },
    });
  }
  const valueId = VALUE_ID_OF_TYPE[metric.type] ?? PACKET_ID.string;
  if (valueId === PACKET_ID.string) packets.push({ id: valueId, ...id, fmt: '%s', value: shorten(String(value)) });
  else packets.push({ id: valueId, ...id, fmt: metric.fmt, value: Number(value) });
  return packets;
}

/** Datagrams in order; one that a gmond could not hear whole is left out. */
export const datagramsOf = (
  outgoing: Outgoing,
  identity: SenderIdentity,
  maxValueBytes: number = MAX_VALUE_BYTES,
): Buffer[] =>
  packetsOf(outgoing, identity)
    .map((packet) => ({
      bytes: encodeGmondPacket(packet),
      most: packet.id === 128 ? MAX_METADATA_BYTES : maxValueBytes,
    }))
    .filter(({ bytes, most }) => bytes.length <= most)
    .map(({ bytes }) => bytes);

function shorten(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= LONGEST_STRING_BYTES) return text;
  // Cut before a character that would be split.
  let end = LONGEST_STRING_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
