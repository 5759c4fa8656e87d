// Sends datagrams to one target: a multicast group or a host. Names are looked up
// again now and then, since a gmond that does not do so loses a moved collector.

import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock, Timer } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';

export interface MetricTarget {
  /** Multicast group, address or name. */
  host: string;
  port: number;
  /** Address of the interface that multicast leaves by; the kernel's choice when absent. */
  multicastInterface?: string;
  /** Hops that multicast may make; 1 = this network only. */
  ttl?: number;
}

interface MetricSocket {
  /** Resolves when the socket is usable. Rejects only when no socket can be had. */
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

export function createMetricSocket(deps: { clock: Clock; log: Logger }, target: MetricTarget): MetricSocket {
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
    fresh.on('error', (error) => note(error));
    await new Promise<void>((resolve, reject) => {
      fresh.once('error', reject);
      fresh.bind(0, () => {
        fresh.removeListener('error', reject);
        resolve();
      });
    });
    fresh.unref();
    return fresh;
  }

  async function use(found: { address: string; family: number }): Promise<void> {
    if (found.address === address) return;
    const wanted = found.family === 6 ? 6 : 4;
    if (socket === undefined || wanted !== family) {
      socket?.close();
      socket = await bind(wanted);
      family = wanted;
    }
    if (isMulticast(found.address)) {
      socket.setMulticastTTL(target.ttl ?? 1);
      if (target.multicastInterface !== undefined) socket.setMulticastInterface(target.multicastInterface);
    }
    address = found.address;
  }

  async function resolveName(): Promise<void> {
    const giveUp = new AbortController();
    const late = clock.sleep(LOOKUP_TIMEOUT_MS, AbortSignal.any([giveUp.signal, closing.signal])).then(() => {
      throw new Error(`no answer to the name look-up in ${LOOKUP_TIMEOUT_MS} ms`);
    });
    try {
      const found = await Promise.race([lookup(target.host), late]);
      if (!closing.signal.aborted) await use(found);
      timer = clock.after(LOOKUP_EVERY_MS, again);
    } catch (error) {
      if (closing.signal.aborted) return;
      note(error instanceof Error ? error : new Error(String(error)));
      timer = clock.after(LOOKUP_RETRY_MS, again);
    } finally {
      giveUp.abort();
      // The loser of the race rejects after it is aborted; nobody waits for it any more.
      late.catch(() => undefined);
    }
  }

  const again = () => void resolveName();

  return {
    async open() {
      const version = isIP(target.host);
      if (version === 0) await resolveName();
      else await use({ address: target.host, family: version });
    },
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
