// One UDP socket of a cluster: unicast and, where asked, multicast on one port, IPv4 or
// IPv6. Knows nothing of what the datagrams say.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Clock, Timer } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { portTaken } from '#kernel/port-holder.ts';
import { multicastInterfaceOf } from '#kernel/network-interface.ts';

export interface UdpOptions {
  /** Address to bind. The group itself hears multicast alone, as gmond's `bind = <group>` does. */
  host: string;
  port: number;
  /** Group to join. */
  multicast?: string | undefined;
  /** Name or address of the interface to join on; the kernel's choice when absent. */
  interface?: string | undefined;
  /** Receive buffer to ask for. */
  receiveBufferBytes: number;
}

export interface GmondUdp {
  /**
   * Throws AppError `port_taken` or `udp_bind_failed`. An address that this machine does not have (yet) and a
   * group that cannot be joined are warnings, and tried again. Resolves to the port; 0 while it is not bound.
   */
  start(onDatagram: OnDatagram): Promise<number>;
  /** Best effort. */
  send(datagram: Buffer, target: { address: string; port: number }): void;
  stop(): Promise<void>;
  /** Why nothing is heard; undefined while the socket is open. */
  readonly bindFailure: string | undefined;
  /** Why the group is not joined; undefined when it is, or none was asked. */
  readonly joinFailure: string | undefined;
  /** Bytes that the kernel granted; 0 while the socket is closed. */
  readonly receiveBufferBytes: number;
  readonly port: number;
  readonly sendFailures: number;
}

export type OnDatagram = (datagram: Buffer, from: { address: string; port: number }) => void;

// As gmond does: a switch or an interface may have forgotten us.
const REJOIN_AFTER_MS = 60_000;
const BIND_AGAIN_MS = 5000;
// The address belongs to an interface that may still come up.
const MAY_COME = new Set(['EADDRNOTAVAIL', 'ENODEV', 'ENETDOWN', 'ENETUNREACH']);

export function createGmondUdp(deps: { clock: Clock; log: Logger }, options: UdpOptions): GmondUdp {
  const { clock, log } = deps;
  const { host, multicast } = options;
  let port = options.port;
  let socket: Socket | undefined;
  let timer: Timer | undefined;
  let stopped = true;
  let heard = false;
  let joined = false;
  let bindFailure: string | undefined;
  let joinFailure: string | undefined;
  let granted = 0;
  let sendFailures = 0;

  function join(open: Socket, group: string): void {
    try {
      const family = isIPv6(group) ? 6 : 4;
      const on = options.interface === undefined ? undefined : multicastInterfaceOf(options.interface, family);
      if (joined) open.dropMembership(group, on);
      joined = false;
      open.addMembership(group, on);
      // Requests for metadata leave where the group is heard.
      if (on !== undefined) open.setMulticastInterface(on);
      joined = true;
      joinFailure = undefined;
    } catch (error) {
      const reason = reasonOf(error);
      // Said once: the retry is every minute.
      if (joinFailure === undefined)
        log.warn('cannot join the multicast group; unicast still works', { group, reason });
      joinFailure = reason;
    }
  }

  async function open(): Promise<Socket> {
    const sixth = isIPv6(multicast ?? host);
    const opening = createSocket({
      type: sixth ? 'udp6' : 'udp4',
      reuseAddr: true,
      // As gmond: the IPv4 channel of the same port is a socket of its own.
      ipv6Only: sixth,
      recvBufferSize: options.receiveBufferBytes,
    });
    opening.bind({ port, address: host });
    try {
      await once(opening, 'listening');
    } catch (error) {
      opening.close();
      throw error;
    }
    return opening;
  }

  function use(opened: Socket, onDatagram: OnDatagram): void {
    socket = opened;
    bindFailure = undefined;
    port = opened.address().port;
    // Linux reports twice what it grants, for its own book-keeping.
    granted = opened.getRecvBufferSize() / 2;
    const asked = options.receiveBufferBytes;
    if (granted < asked)
      log.warn('the kernel grants a smaller receive buffer; bursts beyond it are lost', {
        port,
        askedBytes: asked,
        grantedBytes: granted,
        remedy: receiveBufferRemedy(asked),
      });
    opened.on('error', (error) => log.warn('udp socket', { error: error.message }));
    opened.on('message', (datagram, from) => {
      heard = true;
      onDatagram(datagram, from);
    });
    if (multicast === undefined) return;
    join(opened, multicast);
    timer = clock.every(REJOIN_AFTER_MS, () => {
      if (!heard) join(opened, multicast);
      heard = false;
    });
  }

  async function bindAgain(onDatagram: OnDatagram): Promise<void> {
    try {
      const opened = await open();
      if (stopped) opened.close();
      else {
        use(opened, onDatagram);
        log.info('the address can be listened on now', { host, port });
      }
    } catch (error) {
      bindFailure = reasonOf(error);
      if (!stopped) timer = clock.after(BIND_AGAIN_MS, () => void bindAgain(onDatagram));
    }
  }

  return {
    get bindFailure() {
      return bindFailure;
    },
    get joinFailure() {
      return joinFailure;
    },
    get receiveBufferBytes() {
      return granted;
    },
    get port() {
      return port;
    },
    get sendFailures() {
      return sendFailures;
    },
    async start(onDatagram) {
      stopped = false;
      try {
        use(await open(), onDatagram);
      } catch (error) {
        if (!MAY_COME.has(codeOf(error))) throw await bindError(error, options);
        bindFailure = reasonOf(error);
        log.warn('cannot listen yet; tried again', { host, port, reason: bindFailure });
        timer = clock.after(BIND_AGAIN_MS, () => void bindAgain(onDatagram));
      }
      return port;
    },
    send(datagram, target) {
      // The sender will speak again, as everywhere in this protocol.
      socket?.send(datagram, target.port, target.address, (error) => {
        if (error) sendFailures++;
      });
    },
    async stop() {
      stopped = true;
      timer?.cancel();
      if (socket === undefined) return;
      const closing = socket;
      socket = undefined;
      const closed = once(closing, 'close');
      closing.close();
      await closed;
    },
  };
}

/** What the operator types so that a socket may have so much. */
export const receiveBufferRemedy = (bytes: number): string => `sysctl -w net.core.rmem_max=${bytes}`;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

async function bindError(cause: unknown, options: UdpOptions): Promise<AppError> {
  const { port, host } = options;
  if (codeOf(cause) === 'EADDRINUSE')
    return portTaken({ protocol: 'udp', port, setting: 'collector.listen[].udpPort', cause });
  return new AppError('udp_bind_failed', `Cannot listen on ${host}:${port}/udp: ${reasonOf(cause)}.`, {
    cause,
    details: { host, port },
  });
}
