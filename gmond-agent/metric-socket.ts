// Sends datagrams to one target: a multicast group or a host. Names are looked up
// again now and then, since a gmond that does not do so loses a moved collector.

import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import os from 'node:os';
import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { multicastInterfaceOf } from '#kernel/network-interface.ts';

export interface MetricTarget {
  /** Multicast group, address or name. */
  host: string;
  port: number;
  /** Name or address of the interface that multicast leaves by; the kernel's choice when absent. */
  multicastInterface?: string;
  /** Source address; the kernel's choice when absent. */
  bind?: string;
  /** The source address is that of this host's name. */
  bindHostname?: boolean;
  /** Hops that multicast may make; 1 = this network only. */
  ttl?: number;
}

interface MetricSocket {
  /** Resolves when the socket is usable, or after the first try that failed; another one follows in a while. */
  open(): Promise<void>;
  /** Never throws. Before the target's name is known datagrams are dropped and counted. */
  send(datagram: Buffer): void;
  counters(): { sent: number; failed: number };
  close(): Promise<void>;
}

const LOOKUP_EVERY_MS = 5 * 60_000;
const LOOKUP_TIMEOUT_MS = 5_000;
const LOOKUP_RETRY_MS = 10_000;

export const isMulticast = (address: string): boolean =>
  isIP(address) === 6 ? /^ff/i.test(address) : /^(22[4-9]|23\d)\./.test(address);

interface MetricSocketDeps {
  clock: Clock;
  log: Logger;
  /** What comes back to the address that we send from: receivers ask there. */
  heard?: (datagram: Buffer) => void;
}

export function createMetricSocket(deps: MetricSocketDeps, target: MetricTarget): MetricSocket {
  const { clock } = deps;
  const log = deps.log.child({ target: `${target.host}:${target.port}` });
  const closing = new AbortController();
  let socket: Socket | undefined;
  let family: 4 | 6 = 4;
  let address: string | undefined;
  let timer: Timer | undefined;
  let failing = false;
  let sent = 0;
  let failed = 0;

  // One line when it begins and one when it ends, never one per datagram.
  function note(error: Error | undefined): void {
    if (error === undefined) sent++;
    else failed++;
    if (failing === (error !== undefined)) return;
    failing = error !== undefined;
    if (error) log.warn('metrics cannot be sent', errorFields(error));
    else log.info('metrics are sent again');
  }

  async function bind(wanted: 4 | 6): Promise<Socket> {
    const fresh = createSocket(wanted === 4 ? 'udp4' : 'udp6');
    const source = target.bind ?? (target.bindHostname ? await ownAddress(wanted) : undefined);
    try {
      await new Promise<void>((resolve, reject) => {
        fresh.once('error', reject);
        fresh.bind({ port: 0, ...(source !== undefined && { address: source }) }, resolve);
      });
    } catch (error) {
      fresh.close();
      throw error;
    }
    fresh.removeAllListeners('error');
    fresh.on('error', (error) => note(error));
    fresh.on('message', (datagram) => deps.heard?.(datagram));
    fresh.unref();
    return fresh;
  }

  async function use(found: { address: string; family: number }): Promise<void> {
    if (found.address === address) return;
    const wanted = found.family === 6 ? 6 : 4;
    if (socket === undefined || wanted !== family) {
      const fresh = await bind(wanted);
      socket?.close();
      socket = fresh;
      family = wanted;
    }
    if (isMulticast(found.address)) {
      socket.setMulticastTTL(target.ttl ?? 1);
      if (target.multicastInterface !== undefined)
        socket.setMulticastInterface(multicastInterfaceOf(target.multicastInterface, wanted));
    }
    address = found.address;
  }

  async function findAddress(): Promise<{ address: string; family: number }> {
    const family = isIP(target.host);
    if (family !== 0) return { address: target.host, family };
    const giveUp = new AbortController();
    const late = clock.sleep(LOOKUP_TIMEOUT_MS, AbortSignal.any([giveUp.signal, closing.signal])).then(() => {
      throw new Error(`no answer to the name look-up in ${LOOKUP_TIMEOUT_MS} ms`);
    });
    try {
      return await Promise.race([lookup(target.host), late]);
    } finally {
      giveUp.abort();
      // The loser of the race rejects after it is aborted; nobody waits for it any more.
      late.catch(() => undefined);
    }
  }

  async function prepare(): Promise<void> {
    try {
      const found = await findAddress();
      if (closing.signal.aborted) return;
      await use(found);
      if (closing.signal.aborted) return void socket?.close();
      if (isIP(target.host) === 0) timer = clock.after(LOOKUP_EVERY_MS, again);
    } catch (error) {
      if (closing.signal.aborted) return;
      note(error instanceof Error ? error : new Error(String(error)));
      timer = clock.after(LOOKUP_RETRY_MS, again);
    }
  }

  const again = () => void prepare();

  return {
    open: prepare,
    send(datagram) {
      if (socket === undefined || address === undefined) {
        failed++;
        return;
      }
      socket.send(datagram, target.port, address, (error) => note(error ?? undefined));
    },
    counters: () => ({ sent, failed }),
    async close() {
      closing.abort();
      timer?.cancel();
      const last = socket;
      socket = undefined;
      if (last) await new Promise<void>((resolve) => last.close(() => resolve()));
    },
  };
}

const ownAddress = async (family: 4 | 6): Promise<string> => (await lookup(os.hostname(), { family })).address;
