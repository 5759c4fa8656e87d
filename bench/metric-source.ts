// A host that speaks as gmond does: metadata once, then values, over UDP to a server.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { encodeGmondPacket, PACKET_ID, slopeNumber } from '#wire/gmond-packet.ts';

export interface MetricSource {
  /** `host` is IP:NAME, as spoofed packets carry it. */
  announce(host: string, metric: string): Promise<void>;
  /** Resolves once the kernel has the packet. */
  send(host: string, metric: string, value: number): Promise<void>;
  beat(host: string): Promise<void>;
  close(): void;
}

export async function openMetricSource(port: number): Promise<MetricSource> {
  const socket = createSocket('udp4');
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const transmit = (datagram: Buffer) =>
    new Promise<void>((resolve, reject) => socket.send(datagram, (error) => (error ? reject(error) : resolve())));
  const metadata = { slope: slopeNumber('both'), tmaxSec: 60, dmaxSec: 0, extra: [] };

  return {
    announce: (host, name) =>
      transmit(
        encodeGmondPacket({
          id: PACKET_ID.metadata,
          host,
          name,
          spoof: true,
          metadata: { ...metadata, type: 'float', name, units: '' },
        }),
      ),
    send: (host, name, value) => transmit(encodeGmondPacket({ id: 134, host, name, spoof: true, fmt: '%.3f', value })),
    async beat(host) {
      const id = { host, name: 'heartbeat', spoof: true };
      await transmit(
        encodeGmondPacket({
          id: PACKET_ID.metadata,
          ...id,
          metadata: { ...metadata, type: 'uint32', name: 'heartbeat', units: '' },
        }),
      );
      await transmit(encodeGmondPacket({ id: 132, ...id, fmt: '%u', value: 1_700_000_000 }));
    },
    close: () => void socket.close(),
  };
}
