// gmond's UDP messages (Ganglia 3.1 and later), one per datagram: bytes in, packet
// or reason out, and back. Knows no socket, no clock and no state.

import type { Decoded } from '#kernel/errors.ts';
import { SLOPES, type Slope } from '#kernel/domain/metric.ts';
import { createTextCache } from './wire-text.ts';
import { XdrReader, XdrWriter } from './xdr.ts';

/** Message ids; ids outside this table belong to other versions and are ignored by gmond. */
export const PACKET_ID = {
  metadata: 128,
  ushort: 129,
  short: 130,
  int: 131,
  uint: 132,
  string: 133,
  float: 134,
  double: 135,
  request: 136,
} as const;

/** Largest datagrams that a gmond sends and, with its fixed buffer, can hear. */
export const MAX_VALUE_BYTES = 1472;
export const MAX_METADATA_BYTES = 1464;

/** Extra data key by which our agent tells its id, in the metadata of its heartbeat. */
export const AGENT_ID_KEY = 'PLEXUS_AGENT';

/** Likewise the tags of its host, which gmond has no way to send. */
export const TAGS_KEY = 'PLEXUS_TAGS';

export interface MetricId {
  /** Informational when not spoofed (sender's hostname); `IP:NAME` when spoofed. */
  host: string;
  name: string;
  spoof: boolean;
}

/** Key and value as sent, in order; a key such as GROUP may be repeated. */
export type ExtraElement = readonly [key: string, value: string];

export interface MetricMetadata {
  /** Free text on the wire; in practice string, int8 … uint32, float, double. */
  type: string;
  name: string;
  units: string;
  /** Wire number; `slopeOf` names it. */
  slope: number;
  tmaxSec: number;
  /** 0 = keep for ever. */
  dmaxSec: number;
  extra: readonly ExtraElement[];
}

export interface MetadataPacket extends MetricId {
  id: typeof PACKET_ID.metadata;
  metadata: MetricMetadata;
}

export type NumericId = 129 | 130 | 131 | 132 | 134 | 135;

export interface NumericPacket extends MetricId {
  id: NumericId;
  /** printf format that the sender wants its value shown with. */
  fmt: string;
  value: number;
}

export interface StringPacket extends MetricId {
  id: typeof PACKET_ID.string;
  fmt: string;
  value: string;
}

export interface RequestPacket extends MetricId {
  id: typeof PACKET_ID.request;
}

export type GmondPacket = MetadataPacket | NumericPacket | StringPacket | RequestPacket;

/** Why a datagram is no packet; a closed set, so that drops can be counted by it. */
export const DECODE_REASONS = ['too_short', 'unknown_id', 'truncated', 'too_many_elements'] as const;

/** The word for a slope number; unknown numbers read as 'unspecified', as gmond prints them. */
export const slopeOf = (slope: number): Slope => SLOPES[slope] ?? 'unspecified';

export const slopeNumber = (slope: Slope): number => SLOPES.indexOf(slope);

/** Wire id of a gmond native type name as modules declare it. */
export const VALUE_ID_OF_TYPE: Readonly<Record<string, NumericId | typeof PACKET_ID.string>> = {
  string: 133,
  uint16: 129,
  int16: 130,
  int32: 131,
  uint32: 132,
  float: 134,
  double: 135,
};

// Two empty strings: the least that one extra element takes on the wire.
const SMALLEST_ELEMENT_BYTES = 8;

/**
 * A decoder with a string cache of its own, for one receiver. Bytes after the body are
 * tolerated, as gmond does; a body that the datagram does not hold is refused, though
 * gmond would read on into its own stack. Never throws.
 * Source: spec/ganglia.md §1.2, lib/gm_protocol.x of monitor-core.
 */
export function createGmondDecoder(options: { cacheSlots?: number } = {}): (datagram: Buffer) => Decoded<GmondPacket> {
  const reader = new XdrReader(createTextCache(options.cacheSlots ?? 16_384));
  return (datagram) => {
    if (datagram.length < 4) return { ok: false, reason: 'too_short', at: 0 };
    reader.reset(datagram);
    const packet = readPacket(reader);
    if (packet === undefined) return { ok: false, reason: 'unknown_id', at: 0 };
    if (reader.failed !== undefined) return { ok: false, reason: reader.failed, at: reader.offset };
    return { ok: true, value: packet };
  };
}

function readPacket(reader: XdrReader): GmondPacket | undefined {
  const id = reader.uint();
  if (id < PACKET_ID.metadata || id > PACKET_ID.request) return undefined;
  const host = reader.string();
  const name = reader.string();
  const spoof = reader.uint() !== 0;
  switch (id) {
    case 128:
      return { id, host, name, spoof, metadata: readMetadata(reader) };
    case 129:
      // Only the low 16 bits count: the sender widened a short.
      return { id, host, name, spoof, fmt: reader.string(), value: reader.uint() & 0xffff };
    case 130:
      return { id, host, name, spoof, fmt: reader.string(), value: (reader.int() << 16) >> 16 };
    case 131:
      return { id, host, name, spoof, fmt: reader.string(), value: reader.int() };
    case 132:
      return { id, host, name, spoof, fmt: reader.string(), value: reader.uint() };
    case 133:
      return { id, host, name, spoof, fmt: reader.string(), value: reader.string() };
    case 134:
      return { id, host, name, spoof, fmt: reader.string(), value: reader.float() };
    case 135:
      return { id, host, name, spoof, fmt: reader.string(), value: reader.double() };
    case 136:
      return { id, host, name, spoof };
    default:
      return undefined;
  }
}

function readMetadata(reader: XdrReader): MetricMetadata {
  const type = reader.string();
  const name = reader.string();
  const units = reader.string();
  const slope = reader.uint();
  const tmaxSec = reader.uint();
  const dmaxSec = reader.uint();
  const count = reader.uint();
  const extra: ExtraElement[] = [];
  if (count * SMALLEST_ELEMENT_BYTES > reader.remaining) reader.fail('too_many_elements');
  for (let i = 0; i < count && reader.failed === undefined; i++) extra.push([reader.string(), reader.string()]);
  return { type, name, units, slope, tmaxSec, dmaxSec, extra };
}

/** The datagram of `packet`, byte for byte as libganglia encodes it. */
export function encodeGmondPacket(packet: GmondPacket): Buffer {
  const writer = new XdrWriter();
  writer.uint(packet.id);
  writer.string(packet.host);
  writer.string(packet.name);
  writer.uint(packet.spoof ? 1 : 0);
  switch (packet.id) {
    case 128:
      writeMetadata(writer, packet.metadata);
      break;
    case 129:
    case 132:
      writer.string(packet.fmt);
      writer.uint(packet.value);
      break;
    case 130:
    case 131:
      writer.string(packet.fmt);
      writer.int(packet.value);
      break;
    case 133:
      writer.string(packet.fmt);
      writer.string(packet.value);
      break;
    case 134:
      writer.string(packet.fmt);
      writer.float(packet.value);
      break;
    case 135:
      writer.string(packet.fmt);
      writer.double(packet.value);
      break;
    case 136:
      break;
    default:
      packet satisfies never;
  }
  return writer.finish();
}

function writeMetadata(writer: XdrWriter, metadata: MetricMetadata): void {
  writer.string(metadata.type);
  writer.string(metadata.name);
  writer.string(metadata.units);
  writer.uint(metadata.slope);
  writer.uint(metadata.tmaxSec);
  writer.uint(metadata.dmaxSec);
  writer.uint(metadata.extra.length);
  for (const [key, value] of metadata.extra) {
    writer.string(key);
    writer.string(value);
  }
}
