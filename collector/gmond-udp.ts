// The UDP socket of one cluster: unicast and, where asked, multicast on one port.
// Knows nothing of what the datagrams say.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock, Timer } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { portTaken } from '#kernel/port-holder.ts';

export interface UdpOptions {
  host: string;
  port: number;
  /** Group to join. */
  multicast?: string | undefined;
  /** Address of the interface to join on; the kernel's choice when absent. */
  interface?: string | undefined;
}

export interface GmondUdp {
  /** Throws AppError `port_taken` or `udp_bind_failed`. A group that cannot be joined is only a warning. Resolves to the port. */
  start(onDatagram: OnDatagram): Promise<number>;
  send(datagram: Buffer, target: { address: string; port: number }): void;
  stop(): Promise<void>;
  /** Why the group is not joined; undefined when it is, or none was asked. */
  readonly joinFailure: string | undefined;
  readonly sendFailures: number;
}

export type OnDatagram = (datagram: Buffer, from: { address: string; port: number }) => void;

// Room for a burst of a second or so; the kernel may grant less (net.core.rmem_max).
const RECEIVE_BUFFER_BYTES = 8 * 1024 * 1024;
// As gmond does: a switch or an interface may have forgotten us.
const REJOIN_AFTER_MS = 60_000;

export function createGmondUdp(deps: { clock: Clock; log: Logger }, options: UdpOptions): GmondUdp {
  const { clock, log } = deps;
  const { multicast } = options;
  let socket: Socket | undefined;
  let timer: Timer | undefined;
  let heardTick = 0;
  let joined = false;
  let joinFailure: string | undefined;
  let sendFailures = 0;

  function join(open: Socket, group: string): void {
    try {
      if (joined) open.dropMembership(group, options.interface);
      joined = false;
      open.addMembership(group, options.interface);
      joined = true;
      joinFailure = undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // Said once: the retry is every minute.
      if (joinFailure === undefined)
        log.warn('cannot join the multicast group; unicast still works', { group, reason });
      joinFailure = reason;
    }
  }

  return {
    get joinFailure() {
      return joinFailure;
    },
    get sendFailures() {
      return sendFailures;
    },
    async start(onDatagram) {
      const open = createSocket({
        type: (multicast ?? options.host).includes(':') ? 'udp6' : 'udp4',
        reuseAddr: true,
        recvBufferSize: RECEIVE_BUFFER_BYTES,
      });
      open.bind({ port: options.port, address: options.host });
      try {
        await once(open, 'listening');
      } catch (error) {
        throw await bindError(error, options);
      }
      socket = open;
      open.on('error', (error) => log.warn('udp socket', { error: error.message }));
      open.on('message', (datagram, from) => {
        heardTick = clock.monotonicMs();
        onDatagram(datagram, from);
      });
      if (multicast !== undefined) {
        join(open, multicast);
        timer = clock.every(REJOIN_AFTER_MS, () => {
          if (clock.monotonicMs() - heardTick >= REJOIN_AFTER_MS) join(open, multicast);
        });
      }
      return open.address().port;
    },
    send(datagram, target) {
      // Best effort, as all of this protocol: the sender will speak again.
      socket?.send(datagram, target.port, target.address, (error) => {
        if (error) sendFailures++;
      });
    },
    async stop() {
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

async function bindError(cause: unknown, options: UdpOptions): Promise<AppError> {
  const { port, host } = options;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const taken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
  if (taken) return portTaken({ protocol: 'udp', port, setting: 'collector.listen[].udpPort', cause });
  return new AppError('udp_bind_failed', `Cannot listen on ${host}:${port}/udp: ${reason}.`, {
    cause,
    details: { host, port },
  });
}
