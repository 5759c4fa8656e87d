// Datagrams as short as a test's sentence.

import { encodeGmondPacket, type MetricMetadata } from '#wire/gmond-packet.ts';

export interface PacketOf {
  /** `IP:NAME` for a spoofed packet; otherwise the sender's address is the host. */
  spoof?: string;
}

const idOf = (name: string, { spoof }: PacketOf) => ({ host: spoof ?? 'sender', name, spoof: spoof !== undefined });

export const metadata = (name: string, of: PacketOf & Partial<MetricMetadata> = {}): Buffer => {
  const { spoof, ...rest } = of;
  const shape = { type: 'uint32', name, units: '', slope: 3, tmaxSec: 60, dmaxSec: 0, extra: [], ...rest };
  return encodeGmondPacket({ id: 128, ...idOf(name, spoof === undefined ? {} : { spoof }), metadata: shape });
};

export const uint = (name: string, value: number, of: PacketOf = {}): Buffer =>
  encodeGmondPacket({ id: 132, ...idOf(name, of), fmt: '%u', value });

export const text = (name: string, value: string, of: PacketOf = {}): Buffer =>
  encodeGmondPacket({ id: 133, ...idOf(name, of), fmt: '%s', value });

export const float = (name: string, value: number, of: PacketOf = {}): Buffer =>
  encodeGmondPacket({ id: 134, ...idOf(name, of), fmt: '%.1f', value });

export const request = (name: string, of: PacketOf = {}): Buffer => encodeGmondPacket({ id: 136, ...idOf(name, of) });

export const heartbeat = (of: PacketOf = {}): Buffer => uint('heartbeat', 1_700_000_000, of);
