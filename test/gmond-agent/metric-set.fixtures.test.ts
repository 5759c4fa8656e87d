// What our agent sends, byte for byte, against the recorded datagrams of a real gmond.

import { expect, test } from 'vitest';
import { createDefaultGroups } from '#agent/default-groups.ts';
import { datagramsOf } from '#agent/metric-packets.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { readFixture, readJsonLines } from '#test/support/fixtures.ts';
import { createGmondDecoder, type GmondPacket } from '#wire/gmond-packet.ts';

interface Recorded {
  hex: string;
  note: string;
}

const decode = createGmondDecoder();

function packetOf(recorded: Recorded): GmondPacket {
  const decoded = decode(Buffer.from(recorded.hex, 'hex'));
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.value;
}

const groups = createDefaultGroups(
  { clock: new FakeClock(), readText: () => Promise.resolve(''), readSpace: () => Promise.resolve(undefined) },
  { profile: 'ganglia', intervalScale: 1, startedAtSec: 0, agentId: undefined, arch: 'x64', location: 'r1,c2,p3' },
);
const metrics = groups.flatMap((group) => group.metrics);

const manifest = JSON.parse(readFixture('ganglia', 'manifest.json')) as { udp: { file: string }[] };
// Captures of a gmond from its start on say when each datagram came.
const starts = manifest.udp
  .map(({ file }) => ({ file, recorded: readJsonLines<Recorded>('ganglia', file) }))
  .filter(({ recorded }) => recorded.every(({ note }) => note.includes('t=+')));

test('the manifest names a capture of a gmond from its start on', () => expect(starts).not.toEqual([]));

for (const { file, recorded } of starts) {
  // All of one gmond, which names itself the same way each time.
  const [first] = recorded.map(packetOf);
  const identity = { host: first?.host ?? '', spoof: first?.spoof ?? false };

  test(`${file}: metadata and value of each default metric are the recorded bytes`, () => {
    let compared = 0;
    for (let i = 0; i < recorded.length; i++) {
      const row = recorded[i];
      if (row === undefined) continue;
      const packet = packetOf(row);
      const metric = metrics.find(({ name }) => name === packet.name);
      expect(metric, packet.name).toBeDefined();
      if (metric === undefined || packet.id === 136) continue;
      const value = packet.id === 128 ? 0 : packet.value;
      const [metadata, ...rest] = datagramsOf({ metric, value, withMetadata: true }, identity);
      const ours = packet.id === 128 ? metadata : rest[0];
      expect(ours?.toString('hex'), packet.name).toBe(row.hex);
      compared++;
    }
    expect(compared).toBe(recorded.length);
  });

  test(`${file}: the first round goes out in gmond's order`, () => {
    const names = recorded
      .filter((row) => row.note.includes('t=+0.0s'))
      .map(packetOf)
      .filter((packet) => packet.id === 128)
      .map((packet) => packet.name);
    // cpu_steal is in gmond's built-in default but not in Debian's gmond.conf, which was recorded.
    expect(metrics.map(({ name }) => name).filter((name) => name !== 'cpu_steal' || names.includes(name))).toEqual(
      names,
    );
  });
}

test('cpu_steal, the one metric that was not recorded, reads as gmond -m lists it', () => {
  expect(metrics.find(({ name }) => name === 'cpu_steal')).toMatchObject({
    type: 'float',
    units: '%',
    tmaxSec: 90,
    title: 'CPU steal',
    description: 'cpu_steal',
    valueThreshold: 1,
  });
});
