// Who is heard, and in whose name. Sources of loopback: 127.0.0.2 stands for another machine.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createAccessList, type AccessList } from '#collector/access-list.ts';
import type { SpoofPolicy } from '#collector/sender-policy.ts';
import { createSourceTable, DEFAULT_LIMITS, OTHER_SOURCES } from '#collector/source-table.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { loopbackEntry, startCollector, waitFor, type Running } from './harness.ts';
import { uint } from './packets.ts';

function listOf(...allowed: string[]): AccessList {
  const made = createAccessList({ default: 'deny', access: allowed.map((ip) => ({ ip, action: 'allow' })) });
  return made.ok ? made.value : expect.unreachable();
}

async function sendFrom(address: string, running: Running, datagram: Buffer): Promise<void> {
  const packets = async () => {
    const { packetsById, drops } = await running.collector.api.counters();
    return packetsById.reduce((sum, entry) => sum + entry.packets, 0) + (drops.denied ?? 0) + (drops.spoof_denied ?? 0);
  };
  const before = await packets();
  const socket = createSocket('udp4').bind(0, address);
  await once(socket, 'listening');
  socket.send(datagram, running.udpPort, '127.0.0.1');
  await waitFor('the datagram', async () => (await packets()) > before);
  socket.close();
}

const hostsOf = ({ collector }: Running) => collector.api.hosts().map(({ name }) => name);

describe('access list of a socket', () => {
  test('whoever is not on it is not heard, and counted by address', async () => {
    const running = await startCollector({ listen: [loopbackEntry({ acl: listOf('127.0.0.1') })] });
    await sendFrom('127.0.0.2', running, uint('m', 1));
    await sendFrom('127.0.0.1', running, uint('m', 1));
    expect(hostsOf(running)).toEqual(['127.0.0.1']);
    const { drops, dropsBySource } = await running.collector.api.counters();
    expect(drops).toEqual({ denied: 1 });
    expect(dropsBySource).toMatchObject([{ source: '127.0.0.2', drops: { denied: 1 } }]);
  });

  test('belongs to its socket alone', async () => {
    const listen = [loopbackEntry(), loopbackEntry({ cluster: 'closed', acl: listOf('10.0.0.0/8') })];
    const running = await startCollector({ listen });
    await sendFrom('127.0.0.2', running, uint('m', 1));
    expect(hostsOf(running)).toEqual(['127.0.0.2']);
  });

  test('forged addresses do not take the room of those that may speak', () => {
    const clock = new FakeClock();
    const table = createSourceTable({ clock, onLimited: () => undefined }, { ...DEFAULT_LIMITS, maxSources: 10 });
    for (let i = 0; i < 100; i++) table.deny(`10.6.6.${i}`, clock.monotonicMs());
    expect(table.admitPacket('10.0.0.1', clock.monotonicMs())?.address).toBe('10.0.0.1');
    expect([...table.all()].find(({ address }) => address === OTHER_SOURCES)?.drops).toEqual({ denied: 95 });
  });
});

describe('spoof policy', () => {
  const cases: [policy: SpoofPolicy | undefined, from: string, as: string, heard: boolean][] = [
    [undefined, '127.0.0.2', '10.0.0.1:web-1', true],
    ['allow', '127.0.0.2', '10.0.0.1:web-1', true],
    ['local', '127.0.0.2', '10.0.0.1:web-1', true],
    ['deny', '127.0.0.2', '10.0.0.1:web-1', false],
    ['deny', '127.0.0.1', '10.0.0.1:web-1', false],
    ['deny', '127.0.0.2', '127.0.0.2:web-1', true],
    ['deny', '127.0.0.2', '127.0.0.22:web-1', false],
    ['deny', '127.0.0.2', 'nocolon', false],
    [listOf('127.0.0.3'), '127.0.0.2', '10.0.0.1:web-1', false],
    [listOf('127.0.0.2/31'), '127.0.0.2', '10.0.0.1:web-1', true],
  ];
  test.each(cases)('%j: %s may speak as %s: %j', async (spoof, from, as, heard) => {
    const running = await startCollector({ listen: [loopbackEntry(spoof && { spoof })] });
    await sendFrom(from, running, uint('m', 1, { spoof: as }));
    expect(hostsOf(running)).toEqual(heard ? ['web-1'] : []);
    expect((await running.collector.api.counters()).drops).toEqual(heard ? {} : { spoof_denied: 1 });
  });

  test('what is not spoofed is heard whatever the policy', async () => {
    const running = await startCollector({ listen: [loopbackEntry({ spoof: 'deny' })] });
    await sendFrom('127.0.0.2', running, uint('m', 1));
    expect(hostsOf(running)).toEqual(['127.0.0.2']);
  });
});
