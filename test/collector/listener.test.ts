import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import { loopbackEntry, startCollector, waitFor } from './harness.ts';
import { uint } from './packets.ts';

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
