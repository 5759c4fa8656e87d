// Asks senders for the metadata of values that came without (message 136), as gmond
// does, but at a bounded rate: a stranger must not make us flood the network.

import type { GmondPacket } from '#wire/gmond-packet.ts';
import { encodeGmondPacket, PACKET_ID } from '#wire/gmond-packet.ts';
import type { LiveMetric } from './metric-state.ts';

export interface RequestTarget {
  address: string;
  port: number;
}

export interface MetadataRequests {
  /** `send` is called with the request and each place where the sender may be listening. */
  ask(packet: GmondPacket, metric: LiveMetric, via: RequestVia): void;
  readonly sent: number;
  /** Not asked, since too many were asked within the second. */
  readonly withheld: number;
}

export interface RequestVia {
  tick: number;
  from: RequestTarget;
  /** Port on which the senders of this cluster listen, which is the port we listen on. */
  port: number;
  /** The group, when the cluster is a multicast one. */
  group: string | undefined;
  send: (datagram: Buffer, target: RequestTarget) => void;
}

const ASK_AGAIN_MS = 60_000;
const MAX_PER_SEC = 500;
const MAX_PER_SOURCE_PER_SEC = 100;

export interface RequestOptions {
  hostname: string;
  /** Where a gmond puts its requests: on its own send channels, besides the places that `via` tells. */
  sendBesides?: ((datagram: Buffer) => void) | undefined;
}

export function createMetadataRequests(options: RequestOptions): MetadataRequests {
  let windowTick = -Infinity;
  let windowCount = 0;
  let sent = 0;
  let withheld = 0;

  function isWithinRate(metric: LiveMetric, tick: number): boolean {
    if (tick - windowTick >= 1000) {
      windowTick = tick;
      windowCount = 0;
    }
    if (windowCount >= MAX_PER_SEC || metric.source.windowRequests >= MAX_PER_SOURCE_PER_SEC) return false;
    windowCount++;
    metric.source.windowRequests++;
    return true;
  }

  return {
    get sent() {
      return sent;
    },
    get withheld() {
      return withheld;
    },
    ask(packet, metric, via) {
      if (via.tick - metric.requestedTick < ASK_AGAIN_MS) return;
      if (!isWithinRate(metric, via.tick)) {
        withheld++;
        return;
      }
      metric.requestedTick = via.tick;
      sent++;
      const { name, spoof } = packet;
      const host = spoof ? packet.host : options.hostname;
      const datagram = encodeGmondPacket({ id: PACKET_ID.request, host, name, spoof });
      for (const target of targetsOf(via)) via.send(datagram, target);
      options.sendBesides?.(datagram);
    },
  };
}

// Our agent listens on the socket it sends from. A gmond does not: it listens on the
// cluster's port, and where that is bound to the group (Debian's default) only there.
function targetsOf({ from, port, group }: RequestVia): RequestTarget[] {
  const targets = [from];
  if (group !== undefined) targets.push({ address: group, port });
  // On this machine that port is our own.
  else if (port !== from.port && !from.address.startsWith('127.')) targets.push({ address: from.address, port });
  return targets;
}
