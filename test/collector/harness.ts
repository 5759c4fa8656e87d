// A collector on loopback ports of its own, with everything it hands on kept in lists.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { systemClock, type Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { silentLogger } from '#kernel/log.ts';
import { createCollector, type Collector, type CollectorDeps, type CollectorOptions } from '#collector/service.ts';
import type { ListenEntry } from '#collector/listener.ts';

export interface Running {
  collector: Collector;
  samples: Sample[];
  events: NewEvent[];
  udpPort: number;
  xmlPort: number;
  send(...datagrams: Uint8Array[]): Promise<void>;
  xml(): Promise<string>;
}

const DEADLINE_MS = 20_000;

export const loopbackEntry = (entry: Partial<ListenEntry> = {}): ListenEntry => ({
  cluster: 'default',
  udpPort: 0,
  udpHost: '127.0.0.1',
  xmlPort: 0,
  ...entry,
});

export async function startCollector(
  options: Partial<CollectorOptions> & { clock?: Clock; deps?: Partial<CollectorDeps> } = {},
): Promise<Running> {
  const { clock = systemClock(), deps, ...rest } = options;
  const samples: Sample[] = [];
  const events: NewEvent[] = [];
  const collector = createCollector(
    {
      clock,
      log: silentLogger,
      appendHistory: (batch) => samples.push(...batch),
      onSamples: () => undefined,
      publish: (news) => events.push(...news),
      ...deps,
    },
    { listen: [loopbackEntry()], resolveNames: false, ...rest },
  );
  await collector.start(new AbortController().signal);
  onTestFinished(() => collector.stop());
  const [ports] = collector.api.ports();
  const udpPort = ports?.udp.port ?? 0;
  const xmlPort = ports?.xml?.port ?? 0;
  return {
    collector,
    samples,
    events,
    udpPort,
    xmlPort,
    send: (...datagrams) => sendAndWait(collector, udpPort, datagrams),
    xml: () => readAll(xmlPort),
  };
}

/** Sends from one socket and waits until the collector has counted them all, in one way or the other. */
async function sendAndWait(collector: Collector, port: number, datagrams: Uint8Array[]): Promise<void> {
  const before = await heard(collector);
  const socket = createSocket('udp4');
  for (const datagram of datagrams) {
    await new Promise<void>((resolve, reject) =>
      socket.send(datagram, port, '127.0.0.1', (error) => (error ? reject(error) : resolve())),
    );
  }
  socket.close();
  await waitFor('datagrams to arrive', async () => (await heard(collector)) >= before + datagrams.length);
}

async function heard(collector: Collector): Promise<number> {
  const { packetsById, drops } = await collector.api.counters();
  const { too_short = 0, unknown_id = 0, truncated = 0, too_many_elements = 0, too_long = 0, rate = 0 } = drops;
  const decoded = packetsById.reduce((sum, { packets }) => sum + packets, 0);
  return decoded + too_short + unknown_id + truncated + too_many_elements + too_long + rate;
}

/** Asks again each turn of the event loop until `isTrue`, or fails at the deadline naming what it waited for. */
export async function waitFor(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const clock = systemClock();
  const giveUpAtMs = clock.monotonicMs() + DEADLINE_MS;
  while (!(await isTrue())) {
    if (clock.monotonicMs() > giveUpAtMs) throw new Error(`waited ${DEADLINE_MS} ms for ${what}`);
    await clock.sleep(5);
  }
}

export async function readAll(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
  await once(socket, 'end');
  return text;
}
