import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { createGmondDecoder } from '#wire/gmond-packet.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { startCollector, waitFor, type Running } from './harness.ts';
import { metadata, uint } from './packets.ts';

async function openSender(): Promise<{ socket: Socket; heard: unknown[] }> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const heard: unknown[] = [];
  const decode = createGmondDecoder();
  socket.on('message', (datagram) => heard.push(decode(datagram)));
  return { socket, heard };
}

const asked = async ({ collector }: Running) => (await collector.api.counters()).metadataRequests;

test('a value without metadata is asked about at the socket it came from, once a minute', async () => {
  const clock = new FakeClock();
  const running = await startCollector({ clock });
  const { socket, heard } = await openSender();
  const say = async (packet: Buffer) => {
    const { packetsById } = await running.collector.api.counters();
    socket.send(packet, running.udpPort, '127.0.0.1');
    const total = (list: typeof packetsById) => list.reduce((sum, { packets }) => sum + packets, 0);
    await waitFor(
      'the packet',
      async () => total((await running.collector.api.counters()).packetsById) > total(packetsById),
    );
  };
  await say(uint('orphan', 1));
  await waitFor('the request', () => heard.length === 1);
  expect(heard).toEqual([{ ok: true, value: { id: 136, host: hostname(), name: 'orphan', spoof: false } }]);
  await say(uint('orphan', 2));
  expect((await asked(running)).sent).toBe(1);
  clock.advance(60_000);
  await say(uint('orphan', 3));
  await waitFor('the second request', () => heard.length === 2);
  await say(metadata('orphan'));
  clock.advance(60_000);
  await say(uint('orphan', 4));
  expect((await asked(running)).sent).toBe(2);
});

test('a request for a spoofed host names it as it was sent', async () => {
  const running = await startCollector();
  const { socket, heard } = await openSender();
  socket.send(uint('a:b', 1, { spoof: '10.0.0.1:web-1' }), running.udpPort, '127.0.0.1');
  await waitFor('the request', () => heard.length === 1);
  expect(heard).toEqual([{ ok: true, value: { id: 136, host: '10.0.0.1:web-1', name: 'a:b', spoof: true } }]);
});

test('a flood of unannounced names is asked about at a bounded rate', async () => {
  const clock = new FakeClock();
  const running = await startCollector({ clock });
  for (let i = 0; i < 3; i++) await running.send(...Array.from({ length: 80 }, (_, n) => uint(`n-${i}-${n}`, n)));
  expect(await asked(running)).toMatchObject({ sent: 100, withheld: 140 });
  clock.advance(1000);
  await running.send(...Array.from({ length: 80 }, (_, n) => uint(`n-2-${n}`, n)));
  expect((await asked(running)).sent).toBe(180);
});
