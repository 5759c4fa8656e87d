// Hears the metadata requests (id 136) that gmonds put on a multicast group. Bound
// to the group's own address, so that it takes no datagram meant for a collector.

import { createSocket, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { multicastInterfaceOf } from '#kernel/network-interface.ts';
import { createGmondDecoder, PACKET_ID, type RequestPacket } from '#wire/gmond-packet.ts';
import type { MetricTarget } from './metric-socket.ts';

interface RequestListener {
  /** Never rejects: without multicast, metadata still goes out every send_metadata_interval. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Hands on the metadata requests among datagrams of any kind. */
export function createRequestFilter(heard: (request: RequestPacket) => void): (datagram: Buffer) => void {
  const decode = createGmondDecoder({ cacheSlots: 256 });
  return (datagram) => {
    // Most of what a group carries are values: look at the id before decoding.
    if (datagram.length < 4 || datagram.readUInt32BE(0) !== PACKET_ID.request) return;
    const decoded = decode(datagram);
    if (decoded.ok && decoded.value.id === PACKET_ID.request) heard(decoded.value);
  };
}

export function createRequestListener(
  deps: { log: Logger; heard: (request: RequestPacket) => void },
  target: MetricTarget,
): RequestListener {
  const onDatagram = createRequestFilter(deps.heard);
  const family = isIP(target.host) === 6 ? 6 : 4;
  let socket: Socket | undefined;

  function join(fresh: Socket): void {
    const { multicastInterface } = target;
    if (multicastInterface === undefined) fresh.addMembership(target.host);
    else fresh.addMembership(target.host, multicastInterfaceOf(multicastInterface, family));
  }

  return {
    open: () =>
      new Promise<void>((resolve) => {
        const fresh = createSocket({ type: family === 6 ? 'udp6' : 'udp4', reuseAddr: true });
        socket = fresh;
        fresh.on('message', onDatagram);
        fresh.on('error', (error) => {
          deps.log.warn('metadata requests cannot be heard', { group: target.host, ...errorFields(error) });
          resolve();
        });
        fresh.bind(target.port, target.host, () => {
          try {
            join(fresh);
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
