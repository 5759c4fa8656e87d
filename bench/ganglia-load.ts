// The load of the Ganglia benches: 1,000 spoofed hosts × 40 metrics as datagrams in files,
// and the sender that puts them on loopback at a steady rate.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeGmondPacket } from '#wire/gmond-packet.ts';

export const HOSTS = 1000;
export const METRICS = 40;

export interface Load {
  /** Of every metric, once. */
  metadata: string;
  values: string;
}

/** Every datagram of the load: all metadata, all values. */
export function datagramsOfLoad(): { metadata: Buffer[]; values: Buffer[] } {
  const metadata: Buffer[] = [];
  const values: Buffer[] = [];
  for (let m = 0; m < METRICS; m++) {
    for (let h = 0; h < HOSTS; h++) {
      const id = { host: `10.0.${h >> 8}.${h & 255}:node-${h}.example`, name: `metric_number_${m}`, spoof: true };
      const extra: [string, string][] = [
        ['TITLE', `Metric Number ${m}`],
        ['DESC', 'A metric of the benchmark'],
        ['GROUP', 'bench'],
      ];
      const shape = { type: 'float', name: id.name, units: '%', slope: 3, tmaxSec: 90, dmaxSec: 0, extra };
      metadata.push(encodeGmondPacket({ id: 128, ...id, metadata: shape }));
      values.push(encodeGmondPacket({ id: 134, ...id, fmt: '%.1f', value: h + m / 10 }));
    }
  }
  return { metadata, values };
}

/** Files in `folder`. */
export async function writeLoad(folder: string): Promise<Load> {
  const { metadata, values } = datagramsOfLoad();
  const load = { metadata: path.join(folder, 'metadata'), values: path.join(folder, 'values') };
  await writeFile(load.metadata, framed(metadata));
  await writeFile(load.values, framed(values));
  return load;
}

const framed = (datagrams: Buffer[]): Buffer =>
  Buffer.concat(
    datagrams.flatMap((datagram) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(datagram.length);
      return [length, datagram];
    }),
  );

/** Resolves to what was sent, and how fast; `seconds` 0 = each datagram once. */
export async function send(
  port: number,
  perSec: number,
  seconds: number,
  file: string,
): Promise<{ sent: number; perSec: number }> {
  const script = path.join(import.meta.dirname, 'udp-sender.py');
  const child = spawn('python3', [script, String(port), String(perSec), String(seconds), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let answer = '';
  child.stdout.on('data', (chunk) => (answer += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the sender failed with ${code}`);
  const [sent = 0, took = 1] = answer.trim().split(' ').map(Number);
  return { sent, perSec: sent / took };
}
