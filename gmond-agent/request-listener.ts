// Hears the metadata requests (id 136) that gmonds put on a multicast group. Bound
// to the group's own address, so that it takes no datagram meant for a collector.

import { createSocket, type Socket } from 'node:dgram';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { createGmondDecoder, PACKET_ID, type RequestPacket } from '#wire/gmond-packet.ts';
import type { MetricTarget } from './metric-socket.ts';

interface RequestListener {
  /** Never rejects: without multicast, metadata still goes out every send_metadata_interval. */
  open(): Promise<void>;
  close(): Promise<void>;
}

export function createRequestListener(
  deps: { log: Logger; heard: (request: RequestPacket) => void },
  target: MetricTarget,
): RequestListener {
  const decode = createGmondDecoder({ cacheSlots: 256 });
  let socket: Socket | undefined;

  function onDatagram(datagram: Buffer): void {
    // Most of what a group carries are values: look at the id before decoding.
    if (datagram.length < 4 || datagram.readUInt32BE(0) !== PACKET_ID.request) return;
    const decoded = decode(datagram);
    if (decoded.ok && decoded.value.id === PACKET_ID.request) deps.heard(decoded.value);
  }

  return {
    open: () =>
      new Promise<void>((resolve) => {
        const fresh = createSocket({ type: 'udp4', reuseAddr: true });
        socket = fresh;
        fresh.on('message', onDatagram);
        fresh.on('error', (error) => {
          deps.log.warn('metadata requests cannot be heard', { group: target.host, ...errorFields(error) });
          resolve();
        });
        fresh.bind(target.port, target.host, () => {
          try {
            fresh.addMembership(target.host, target.multicastInterface);
          } catch (error) {
            deps.log.warn('metadata requests cannot be heard', { group: target.host, ...errorFields(error) });
          }
          fresh.unref();
          resolve();
        });
      }),
    async close() {
      const last = socket;
      socket = undefined;
      if (last) await new Promise<void>((resolve) => last.close(() => resolve()));
    },
  };
}
