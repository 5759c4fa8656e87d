import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLogger, type Logger } from '#kernel/log.ts';
import { freeUdpPort } from '#test/support/free-port.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { loopbackEntry, startCollector, waitFor } from './harness.ts';
import { uint } from './packets.ts';

async function sendTo(family: 'udp4' | 'udp6', address: string, port: number, ...datagrams: Buffer[]): Promise<void> {
  const socket = createSocket(family).bind(0, family === 'udp4' ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  if (family === 'udp4') socket.setMulticastInterface('127.0.0.1');
  await Promise.all(
    datagrams.map((datagram) => new Promise<void>((resolve) => socket.send(datagram, port, address, () => resolve()))),
  );
  socket.close();
}

describe('a port that is taken', () => {
  async function takePort(): Promise<number> {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    onTestFinished(() => void holder.close());
    const address = holder.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  test('is reported with its holder, and all else works', async () => {
    const port = await takePort();
    const { collector, send } = await startCollector({ listen: [loopbackEntry({ xmlPort: port })] });
    const takenBy = expect.stringContaining(`pid ${process.pid} `);
    expect(collector.api.ports()).toMatchObject([{ cluster: 'default', xml: { port, serving: false, takenBy } }]);
    await send(uint('m', 1));
    expect(collector.api.hosts()).toHaveLength(1);
  });

  test('fails the start when it is required, and frees what was open', async () => {
    const port = await takePort();
    const entry = loopbackEntry({ xmlPort: port, xmlPortRequired: true });
    await expect(startCollector({ listen: [entry] })).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringMatching(
        new RegExp(`^Port ${port}/tcp is taken by pid ${process.pid} \\(.+\\)\\. Stop it`),
      ),
    });
  });
});

describe('sockets', () => {
  test('two collectors may share a UDP port, as gmonds do', async () => {
    const first = await startCollector();
    const second = await startCollector({ listen: [loopbackEntry({ udpPort: first.udpPort })] });
    expect(second.udpPort).toBe(first.udpPort);
  });

  test('a group that cannot be joined is reported, and unicast works', async () => {
    const entry = loopbackEntry({ multicast: '239.2.11.71', interface: '192.0.2.1' });
    const { collector, send } = await startCollector({ listen: [entry] });
    const joinFailure = expect.stringContaining('addMembership');
    expect(collector.api.ports()).toMatchObject([{ udp: { multicast: '239.2.11.71', joinFailure } }]);
    await send(uint('m', 1));
    expect(collector.api.hosts()).toHaveLength(1);
  });

  test('multicast and unicast arrive on one socket', async () => {
    const entry = loopbackEntry({ udpHost: '0.0.0.0', multicast: '239.2.11.71', interface: '127.0.0.1' });
    const { collector, send, udpPort } = await startCollector({ listen: [entry] });
    await send(uint('unicast', 1));
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    socket.setMulticastInterface('127.0.0.1');
    socket.send(uint('multicast', 2), udpPort, '239.2.11.71');
    const names = () => collector.api.hostMetrics('default', '127.0.0.1')?.map((metric) => metric.name);
    await waitFor('the multicast packet', () => names()?.length === 2);
    expect(names()).toEqual(['multicast', 'unicast']);
    expect(collector.api.ports()).toEqual([
      {
        cluster: 'default',
        udp: {
          address: '0.0.0.0',
          port: udpPort,
          multicast: '239.2.11.71',
          receiveBuffer: { askedBytes: 4_194_304, grantedBytes: expect.any(Number) },
        },
        xml: expect.anything(),
      },
    ]);
  });

  test('several sockets feed one cluster, IPv4 and IPv6 on one port', async () => {
    const udpPort = await freeUdpPort();
    const entries = [
      loopbackEntry({ udpPort }),
      loopbackEntry({ udpPort, udpHost: '::1' }),
      loopbackEntry({ cluster: 'other' }),
    ];
    const { collector, send } = await startCollector({ listen: entries });
    await send(uint('m', 1, { spoof: '10.0.0.1:four' }));
    await sendTo('udp6', '::1', udpPort, uint('m', 2, { spoof: '10.0.0.2:six' }), uint('m', 3));
    await waitFor('IPv6', () => collector.api.hosts('default').length === 3);
    expect(collector.api.hosts('default').map(({ key, name }) => [key, name])).toEqual([
      ['::1', '::1'],
      ['10.0.0.1', 'four'],
      ['10.0.0.2', 'six'],
    ]);
    expect(collector.api.hosts('other')).toEqual([]);
  });

  test('a socket bound to its group hears the group and no unicast', async () => {
    const udpPort = await freeUdpPort();
    const group = '239.2.11.72';
    const entry = loopbackEntry({ udpPort, udpHost: group, multicast: group, interface: 'lo' });
    const { collector } = await startCollector({ listen: [entry] });
    await sendTo('udp4', '127.0.0.1', udpPort, uint('unicast', 1));
    await sendTo('udp4', group, udpPort, uint('multicast', 2));
    const names = () => collector.api.hostMetrics('default', '127.0.0.1')?.map(({ name }) => name);
    await waitFor('the multicast packet', () => names() !== undefined);
    expect(names()).toEqual(['multicast']);
  });

  test('a group that is silent for a minute is joined anew, and heard again', async () => {
    const clock = new FakeClock();
    const udpPort = await freeUdpPort();
    const group = '239.2.11.73';
    const entry = loopbackEntry({ udpPort, udpHost: group, multicast: group, interface: 'lo' });
    const { collector } = await startCollector({ listen: [entry], clock });
    for (let round = 1; round <= 2; round++) {
      await sendTo('udp4', group, udpPort, uint(`m${round}`, 1));
      await waitFor('the multicast packet', () => collector.api.hosts()[0]?.metricCount === round);
      clock.advance(180_000);
      expect(collector.api.ports()[0]?.udp).not.toHaveProperty('joinFailure');
    }
  });

  // Loopback routes no IPv6 multicast.
  const [outside] = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv6' && !internal)
      .map(({ address }) => ({ name, address })),
  );
  test.skipIf(outside === undefined)('an IPv6 group is joined by the name of an interface or its address', async () => {
    const { name, address } = outside ?? expect.unreachable();
    // Scope 1 does not leave the machine.
    const group = 'ff11::8649';
    for (const on of [name, address]) {
      const udpPort = await freeUdpPort();
      const entry = loopbackEntry({ udpPort, udpHost: '::', multicast: group, interface: on });
      const { collector } = await startCollector({ listen: [entry] });
      expect(collector.api.ports()[0]?.udp).not.toHaveProperty('joinFailure');
      const socket = createSocket('udp6').bind(0, '::');
      await once(socket, 'listening');
      onTestFinished(() => void socket.close());
      socket.setMulticastInterface(`::%${name}`);
      socket.send(uint('m', 1, { spoof: '10.0.0.2:six' }), udpPort, group);
      await waitFor('the multicast packet', () => collector.api.hosts().length === 1);
    }
  });

  test('a receive buffer beyond what the kernel grants is shown as it is', async () => {
    const asked = 512 * 1024 * 1024;
    const warnings: unknown[] = [];
    const log: Logger = { ...silentLogger, warn: (_message, fields) => void warnings.push(fields), child: () => log };
    const { collector } = await startCollector({
      listen: [loopbackEntry({ receiveBufferBytes: asked })],
      deps: { log },
    });
    const { receiveBuffer } = collector.api.ports()[0]?.udp ?? expect.unreachable();
    expect(receiveBuffer.askedBytes).toBe(asked);
    expect(receiveBuffer.grantedBytes).toBeGreaterThan(0);
    expect(receiveBuffer.grantedBytes).toBeLessThan(asked);
    expect(warnings).toMatchObject([
      { grantedBytes: receiveBuffer.grantedBytes, remedy: `sysctl -w net.core.rmem_max=${asked}` },
    ]);
  });

  test('what the kernel dropped is told of the socket that lost it', async () => {
    const entries = [loopbackEntry({ receiveBufferBytes: 4096 }), loopbackEntry({ cluster: 'calm' })];
    const { collector, udpPort } = await startCollector({ listen: entries });
    const dropsOf = async () => (await collector.api.counters()).kernelDropsBySocket;
    // All in one turn of the event loop, which is therefore not read meanwhile.
    await waitFor('a full buffer', async () => {
      await sendTo('udp4', '127.0.0.1', udpPort, ...Array.from({ length: 500 }, () => Buffer.alloc(1400)));
      return ((await dropsOf())[0]?.drops ?? 0) > 0;
    });
    expect(await dropsOf()).toMatchObject([
      { cluster: 'default', address: '127.0.0.1', port: udpPort, drops: expect.any(Number) },
      { cluster: 'calm', drops: 0 },
    ]);
    const { kernelDrops, kernelDropsBySocket } = await collector.api.counters();
    expect(kernelDrops).toBe(kernelDropsBySocket[0]?.drops);
  });

  test('an address that is no address says so', async () => {
    const entry = loopbackEntry({ udpHost: '192.0.2.1.2' });
    await expect(startCollector({ listen: [entry] })).rejects.toMatchObject({ code: 'udp_bind_failed' });
  });

  test('an address that this machine does not have yet is tried again, and the others are heard', async () => {
    const clock = new FakeClock();
    const entries = [loopbackEntry(), loopbackEntry({ udpHost: '192.0.2.1', xmlPort: 0 })];
    const { collector, send } = await startCollector({ listen: entries, clock });
    const failure = () => collector.api.ports()[1]?.udp.bindFailure;
    expect(failure()).toContain('EADDRNOTAVAIL');
    await send(uint('m', 1));
    expect(collector.api.hosts()).toHaveLength(1);
    clock.advance(60_000);
    expect(failure()).toContain('EADDRNOTAVAIL');
  });
});
