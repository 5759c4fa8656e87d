// A thread that sends gmond packets at a steady rate, as a cluster does, whatever the
// thread of the test is busy with.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '#kernel/clock.ts';
import { encodeGmondPacket } from '#wire/gmond-packet.ts';

export interface SteadyLoad {
  port: number;
  hosts: number;
  metrics: number;
  perSec: number;
  /** Rounds over all metrics; the first one sends the metadata as well. */
  rounds: number;
}

const load: SteadyLoad = workerData;
const clock = systemClock();
const socket = createSocket('udp4');
socket.connect(load.port, '127.0.0.1');
await once(socket, 'connect');
let sent = 0;
const startedMs = clock.monotonicMs();
for (let round = 0; round < load.rounds; round++) {
  for (let h = 0; h < load.hosts; h++) {
    for (let m = 0; m < load.metrics; m++) {
      const id = { host: `10.0.${h >> 8}.${h & 255}:node-${h}`, name: `metric_${m}`, spoof: true };
      if (round === 0) {
        const shape = { type: 'float', name: id.name, units: '%', slope: 3, tmaxSec: 90, dmaxSec: 0, extra: [] };
        await send(encodeGmondPacket({ id: 128, ...id, metadata: shape }));
      }
      await send(encodeGmondPacket({ id: 134, ...id, fmt: '%.1f', value: round + m }));
    }
  }
}
socket.close();
parentPort?.postMessage(sent);

async function send(datagram: Buffer): Promise<void> {
  while ((clock.monotonicMs() - startedMs) * load.perSec < sent * 1000) await clock.sleep(1);
  await new Promise<void>((resolve) => socket.send(datagram, () => resolve()));
  sent++;
}
