// The metric sender against a real UDP socket, with time that jumps.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { createMetricSender, type MetricSender, type MetricSenderOptions } from '#agent/send-loop.ts';
import type { ReadText } from '#agent/samplers/proc-reader.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { createGmondDecoder, encodeGmondPacket, type GmondPacket } from '#wire/gmond-packet.ts';

const PROC: Record<string, string> = {
  '/proc/stat': 'cpu  25 0 0 75 0 0 0 0\ncpu0 25 0 0 75 0 0 0 0\nbtime 1700000000\n',
  '/proc/meminfo': 'MemTotal: 1000 kB\nMemFree: 500 kB\n',
  '/proc/loadavg': '0.52 0.29 0.13 2/115 12514\n',
  '/proc/net/dev': 'eth0:1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n',
};
const readText: ReadText = (path) => Promise.resolve(PROC[path]);

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A receiver on loopback; `until` resolves with all packets once `enough` holds. */
async function openReceiver() {
  const socket = createSocket('udp4');
  const decode = createGmondDecoder();
  const packets: GmondPacket[] = [];
  let check = () => {};
  socket.on('message', (datagram) => {
    const decoded = decode(datagram);
    if (decoded.ok) packets.push(decoded.value);
    check();
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  cleanups.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return {
    port: socket.address().port,
    packets,
    until: (enough: (packets: GmondPacket[]) => boolean) =>
      new Promise<GmondPacket[]>((resolve, reject) => {
        const deadline = AbortSignal.timeout(5000);
        deadline.addEventListener('abort', () =>
          reject(new Error(`only ${packets.length} packets: ${packets.map((p) => `${p.id} ${p.name}`).join(', ')}`)),
        );
        check = () => {
          if (enough(packets)) resolve(packets);
        };
        check();
      }),
  };
}

async function startSender(
  clock: FakeClock,
  options: Partial<MetricSenderOptions> & Pick<MetricSenderOptions, 'targets'>,
  readSpace: (path: string) => Promise<undefined> = () => Promise.resolve(undefined),
): Promise<MetricSender> {
  const sender = createMetricSender(
    { clock, log: silentLogger, readText, readSpace },
    { hostName: 'web-1', ip: '10.0.0.1', profile: 'ganglia', ...options },
  );
  await sender.start(new AbortController().signal);
  cleanups.push(() => sender.stop());
  return sender;
}

const values = (packets: GmondPacket[], name: string) => packets.filter((p) => p.name === name && p.id !== 128);

test('the host is named IP:hostname, and the heartbeat’s metadata carries the agent id last', async () => {
  const receiver = await openReceiver();
  const clock = new FakeClock();
  await startSender(clock, { targets: [{ host: '127.0.0.1', port: receiver.port }], agentId: 'agent-7' });
  const packets = await receiver.until((all) => values(all, 'heartbeat').length === 1);
  const metadata = packets.find((packet) => packet.name === 'heartbeat' && packet.id === 128);
  expect(metadata).toMatchObject({
    host: '10.0.0.1:web-1',
    spoof: true,
    metadata: {
      extra: [
        ['TITLE', 'heartbeat'],
        ['DESC', 'Last heartbeat'],
        ['GROUP', 'core'],
        ['PLEXUS_AGENT', 'agent-7'],
      ],
    },
  });
  expect(values(packets, 'heartbeat')[0]).toMatchObject({ id: 132, value: Math.floor(new FakeClock().nowMs() / 1000) });
});

test('without spoofing the plain hostname is told', async () => {
  const receiver = await openReceiver();
  await startSender(new FakeClock(), { targets: [{ host: '127.0.0.1', port: receiver.port }], spoof: false });
  const [first] = await receiver.until((all) => all.length > 0);
  expect(first).toMatchObject({ host: 'web-1', spoof: false });
});

test('a heartbeat comes every 20 s, its metadata every 60 s', async () => {
  const receiver = await openReceiver();
  const clock = new FakeClock();
  await startSender(clock, { targets: [{ host: '127.0.0.1', port: receiver.port }] });
  await receiver.until((all) => values(all, 'heartbeat').length === 1);
  for (let beats = 2; beats <= 4; beats++) {
    clock.advance(20_000);
    await receiver.until((all) => values(all, 'heartbeat').length === beats);
  }
  expect(receiver.packets.filter((packet) => packet.name === 'heartbeat' && packet.id === 128)).toHaveLength(2);
});

test('a disk that does not answer delays nothing else', async () => {
  const receiver = await openReceiver();
  const clock = new FakeClock();
  PROC['/proc/mounts'] = '/dev/vda / ext4 rw 0 0\n';
  await startSender(clock, { targets: [{ host: '127.0.0.1', port: receiver.port }] }, () => new Promise(() => {}));
  await receiver.until((all) => values(all, 'cpu_user').length === 1 && values(all, 'heartbeat').length === 1);
  clock.advance(20_000);
  await receiver.until((all) => values(all, 'heartbeat').length === 2);
  expect(values(receiver.packets, 'disk_free')).toEqual([]);
  delete PROC['/proc/mounts'];
});

test('each target gets every datagram, and a name is looked up', async () => {
  const [one, two] = [await openReceiver(), await openReceiver()];
  await startSender(new FakeClock(), {
    targets: [
      { host: '127.0.0.1', port: one.port },
      { host: 'localhost', port: two.port },
    ],
  });
  await one.until((all) => values(all, 'load_one').length === 1);
  expect(values(one.packets, 'load_one')[0]).toMatchObject({ fmt: '%.2f', value: Math.fround(0.52) });
});

test('a name that nobody knows is counted, not fatal', async () => {
  const clock = new FakeClock();
  const sender = await startSender(clock, { targets: [{ host: 'no-such-host.invalid', port: 9 }] });
  await new Promise<void>((resolve) => setImmediate(resolve));
  expect(sender.counters().sent).toBe(0);
  expect(sender.counters().failed).toBeGreaterThan(0);
});

test('multicast: our packets arrive, and a metadata request on the group is answered', async () => {
  const clock = new FakeClock();
  const group = '239.2.11.99';
  const ear = createSocket({ type: 'udp4', reuseAddr: true });
  ear.bind(0, group);
  await once(ear, 'listening');
  cleanups.push(() => new Promise<void>((resolve) => ear.close(() => resolve())));
  ear.addMembership(group, '127.0.0.1');
  const decode = createGmondDecoder();
  const announced: string[] = [];
  let check = () => {};
  ear.on('message', (datagram) => {
    const decoded = decode(datagram);
    if (decoded.ok && decoded.value.id === 128) announced.push(decoded.value.name);
    check();
  });
  const until = (enough: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      AbortSignal.timeout(5000).addEventListener('abort', () => reject(new Error(announced.join(' '))));
      check = () => enough() && resolve();
      check();
    });
  const port = ear.address().port;
  await startSender(clock, { targets: [{ host: group, port, multicastInterface: '127.0.0.1' }] });
  await until(() => announced.includes('load_one'));

  ear.setMulticastInterface('127.0.0.1');
  announced.length = 0;
  const request = encodeGmondPacket({ id: 136, host: 'localhost', name: 'load_one', spoof: false });
  ear.send(request, port, group);
  // The request has been heard when the next heartbeat's time comes; ours and the sender's share one loop.
  await until(() => {
    clock.advance(20_000);
    return announced.includes('load_one');
  });
});
