// A host that sends a counter five times a second, so that a lost sample shows as a
// number that is missing, however slow the machine is that runs the test.

import { createSocket } from 'node:dgram';
import type { MetricsResult } from '#web/contract/metrics.ts';
import { systemClock } from '#kernel/clock.ts';
import { metadata, uint } from '#test/collector/packets.ts';
import type { TestServer } from './server.ts';

const PERIOD_MS = 200;

export interface Feeder {
  readonly name: string;
  /** The last number sent, and when (epoch ms). */
  last(): { number: number; atMs: number };
  /** Falls silent; `resume` goes on counting. */
  pause(): void;
  resume(): void;
  /** One value of another metric. */
  send(metric: string, value: number): void;
  stop(): void;
}

export function startFeeder(udpPort: number, name: string, ip: string): Feeder {
  const clock = systemClock();
  const socket = createSocket('udp4');
  const of = { spoof: `${ip}:${name}` };
  const put = (datagram: Buffer) => socket.send(datagram, udpPort, '127.0.0.1');
  let number = 0;
  let atMs = 0;
  let timer: { cancel(): void } | undefined;
  const beat = () => {
    // A restarted collector knows the metric by its first value, and its shape from the next metadata.
    if (number % 5 === 0) put(metadata('beat', of));
    atMs = clock.nowMs();
    put(uint('beat', ++number, of));
  };
  const feeder: Feeder = {
    name,
    last: () => ({ number, atMs }),
    pause() {
      timer?.cancel();
      timer = undefined;
    },
    resume() {
      timer ??= clock.every(PERIOD_MS, beat);
    },
    send(metric, value) {
      put(metadata(metric, of));
      put(uint(metric, value, of));
    },
    stop() {
      feeder.pause();
      socket.close();
    },
  };
  feeder.resume();
  return feeder;
}

/** What history holds of the feeder since `fromMs`: smallest and largest number of each second, oldest first. */
export async function fedSince(server: TestServer, feeder: Feeder, fromMs: number): Promise<[number, number][]> {
  const { series } = await server.send<MetricsResult>('POST', '/metrics/query', {
    from: Math.floor(fromMs / 1000) * 1000,
    to: Math.ceil(Date.now() / 1000) * 1000 + 1000,
    stepSec: 1,
    series: [{ cluster: 'default', host: feeder.name, metric: 'beat' }],
  });
  return series[0]?.points.map(([, , min, max]) => [min, max]) ?? [];
}

/** The numbers that are missing between the first and the last second. */
export function missing(fed: readonly [number, number][]): string[] {
  return fed.flatMap(([min], second) => {
    const before = fed[second - 1]?.[1];
    return before === undefined || min === before + 1 ? [] : [`${before + 1} to ${min - 1}`];
  });
}
