import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createCarbonExport, type CarbonExport, type CarbonOptions } from '#collector/export/carbon.ts';
import { systemClock } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { silentLogger } from '#kernel/log.ts';
import { carbonLine, carbonName } from '#wire/carbon-line.ts';
import { freeTcpPort } from '#test/support/free-port.ts';

const clock = systemClock();
const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const sample = (value: number, metric = 'load_one'): Sample => ({
  ...{ cluster: 'my web', host: 'web-1.example', hostKey: '10.0.0.1', metric, value },
  atMs: 1_700_000_000_900,
});

async function exporter(options: Partial<CarbonOptions> & { port: number }): Promise<CarbonExport> {
  const carbon = createCarbonExport(
    { clock, log: silentLogger },
    { host: '127.0.0.1', protocol: 'tcp', timeoutMs: 1000, ...options },
  );
  await carbon.start(new AbortController().signal);
  closers.push(() => carbon.stop());
  return carbon;
}

async function graphite(
  port = 0,
): Promise<{ port: number; text(): string; clients: Set<Socket>; close(): Promise<void> }> {
  let text = '';
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    socket.once('close', () => clients.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const client of clients) client.destroy();
    await closed;
  };
  closers.push(close);
  return { port: typeof address === 'object' && address ? address.port : 0, text: () => text, clients, close };
}

describe('names in Graphite are those of gmetad', () => {
  const series = { cluster: 'my web', host: 'web-1.example.org', metric: 'load_one' };
  const cases: [title: string, naming: Parameters<typeof carbonName>[1], name: string][] = [
    ['by default', {}, 'my_web.web-1_example_org.load_one'],
    ['with a prefix', { prefix: 'ganglia' }, 'ganglia.my_web.web-1_example_org.load_one'],
    ['by a path', { path: 'dc1.%h.%m.%s.100%%.%x' }, 'dc1.web-1_example_org.load_one.my_web.100%.%x'],
  ];
  test.each(cases)('%s', (_title, naming, name) => expect(carbonName(series, naming)).toBe(name));

  test('no name can break out of its line', () => {
    const name = carbonName({ cluster: '', host: 'a\nb 1 1\r', metric: 'm\t;x=\u0000' });
    expect(carbonLine(name, 0.5, 1999)).toMatch(/^\S+ 0\.5 1\n$/);
  });
});

describe('samples go to Graphite', () => {
  test('as lines, over one connection', async () => {
    const server = await graphite();
    const carbon = await exporter({ port: server.port });
    carbon.push([sample(0.25), sample(-1e21, 'x')]);
    await vi.waitFor(() =>
      expect(server.text()).toBe(
        'my_web.web-1_example.load_one 0.25 1700000000\nmy_web.web-1_example.x -1e+21 1700000000\n',
      ),
    );
    expect(carbon.counters()).toEqual({ sent: 2, waiting: 0, dropped: 0, connected: true });
  });

  test('those that came while it was away, when it is back', async () => {
    const port = await freeTcpPort();
    const carbon = await exporter({ port });
    carbon.push([sample(1), sample(2)]);
    const server = await graphite(port);
    await vi.waitFor(() => expect(server.text().split('\n')).toHaveLength(3), { timeout: 8000 });
  });

  test('it breaks off: the next connection goes on', async () => {
    const server = await graphite();
    const carbon = await exporter({ port: server.port });
    carbon.push([sample(1)]);
    await vi.waitFor(() => expect(server.text()).toContain('load_one 1 '));
    for (const client of server.clients) client.destroy();
    await vi.waitFor(() => expect(carbon.counters().connected).toBe(false));
    carbon.push([sample(2)]);
    await vi.waitFor(() => expect(server.text()).toContain('load_one 2 '), { timeout: 8000 });
  });

  test('away for good: the oldest are given up and counted', async () => {
    const carbon = await exporter({ port: await freeTcpPort(), queueSamples: 10 });
    carbon.push(Array.from({ length: 25 }, (_, value) => sample(value)));
    expect(carbon.counters()).toMatchObject({ waiting: 10, dropped: 15 });
  });

  test('one that takes nothing is left, and what fits no more is counted', async () => {
    const server = createServer((socket) => socket.pause());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const carbon = await exporter({ port, timeoutMs: 500, queueSamples: 200_000 });
    await vi.waitFor(() => expect(carbon.counters().connected).toBe(true));
    carbon.push(Array.from({ length: 200_000 }, (_, value) => sample(value, 'a_long_name_of_a_metric'.repeat(5))));
    const { waiting: before } = carbon.counters();
    await vi.waitFor(() => expect(carbon.counters().waiting).toBeLessThan(before));
    await vi.waitFor(() => expect(carbon.counters().connected).toBe(false), { timeout: 5000 });
    const { sent, waiting, dropped } = carbon.counters();
    expect(waiting).toBeGreaterThan(0);
    expect(sent + waiting + dropped).toBe(200_000);
  });

  test('by datagrams of whole lines', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    closers.push(() => socket.close());
    const heard: string[] = [];
    socket.on('message', (datagram: Buffer) => heard.push(datagram.toString()));
    const carbon = await exporter({ port: socket.address().port, protocol: 'udp' });
    carbon.push(Array.from({ length: 100 }, (_, value) => sample(value)));
    await vi.waitFor(() => expect(heard.join('').split('\n')).toHaveLength(101));
    for (const datagram of heard) expect(datagram.endsWith('\n') && datagram.length <= 1400).toBe(true);
  });

  test('what waits is sent before the end', async () => {
    const server = await graphite();
    const carbon = await exporter({ port: server.port });
    await vi.waitFor(() => expect(carbon.counters().connected).toBe(true));
    carbon.push([sample(7)]);
    await closers.pop()?.();
    await vi.waitFor(() => expect(server.text()).toContain('load_one 7 '));
  });
});

test('one that takes a little at a time does not hold up the stop', async () => {
  const server = createServer((socket) => {
    socket.pause();
    const sip = setInterval(() => socket.read(100_000), 100);
    socket.once('close', () => clearInterval(sip));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const address = server.address();
  const carbon = await exporter({ port: typeof address === 'object' && address ? address.port : 0, timeoutMs: 5000 });
  await vi.waitFor(() => expect(carbon.counters().connected).toBe(true));
  carbon.push(Array.from({ length: 200_000 }, (_, value) => sample(value, 'a_long_name_of_a_metric'.repeat(40))));
  const { waiting } = carbon.counters();
  await vi.waitFor(() => expect(carbon.counters().waiting).toBeLessThan(waiting));
  const began = performance.now();
  await carbon.stop();
  expect(performance.now() - began).toBeLessThan(4500);
}, 20_000);
