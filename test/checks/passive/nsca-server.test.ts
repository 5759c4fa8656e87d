// The NSCA server against the real send_nsca with every method, and against senders that
// replay, stall, flood or talk nonsense.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createNscaServer, type NscaServerOptions } from '#checks/passive/nsca-server.ts';
import { silentLogger } from '#kernel/log.ts';
import { createNscaDecipher, NSCA_METHODS, type NscaMethod } from '#wire/nsca-cipher.ts';
import { encodeNscaPacket } from '#wire/nsca.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { describeWithPeer } from '../../support/peer.ts';
import { recordingDoor } from './passive-door.ts';

async function startServer(options: Partial<NscaServerOptions> = {}) {
  const clock = new FakeClock();
  const door = recordingDoor();
  const server = createNscaServer(
    { clock, log: silentLogger, door },
    { host: '127.0.0.1', port: 0, method: 0, password: '', ...options },
  );
  const port = await server.listen();
  onTestFinished(() => server.stop());
  return { clock, door, server, port };
}

async function sendNsca(port: number, method: number, password: string, flags: string[] = []): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-nsca-'));
  const config = path.join(folder, 'send.cfg');
  writeFileSync(config, `${password === '' ? '' : `password=${password}\n`}encryption_method=${method}\n`);
  const sender = spawn('/usr/sbin/send_nsca', ['-H', '127.0.0.1', '-p', `${port}`, '-c', config, '-d', ';', ...flags]);
  let said = '';
  sender.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  sender.stdin.end('web-1;http;2;CRITICAL - down|t=1s\x17db;0;UP\x17stranger;x;0;OK\x17web-1;http;0;OK again');
  await once(sender, 'close');
  rmSync(folder, { recursive: true });
  return said;
}

describeWithPeer('send_nsca', 'the real send_nsca', () => {
  const methods = Object.keys(NSCA_METHODS).map(Number) as NscaMethod[];
  const passwords = ['', 's3cret', 'a password that is longer than the key of any cipher'];
  const ways = methods.flatMap((method) => passwords.map((password) => ({ method, password })));
  for (const [sender, flags] of [
    ['now', []],
    ['before 2.9', ['--legacy-2-7-mode']],
  ] as const)
    test.each(ways)(`of ${sender} is understood with method $method and password "$password"`, async (way) => {
      const { door, server, port, clock } = await startServer(way);
      expect(await sendNsca(port, way.method, way.password, [...flags])).toMatch(/^4 data packet\(s\) sent/);
      await expect.poll(() => server.counts()).toEqual({ taken: 3, unknown_host: 1 });
      const atMs = clock.nowMs();
      expect(door.results).toEqual([
        { hostName: 'web-1', serviceName: 'http', code: 2, output: 'CRITICAL - down|t=1s', atMs, via: 'nsca' },
        { hostName: 'db', code: 0, output: 'UP', atMs, via: 'nsca' },
        { hostName: 'web-1', serviceName: 'http', code: 0, output: 'OK again', atMs, via: 'nsca' },
      ]);
    });

  test('with another password or method is cut off and counted', async () => {
    const { door, server, port } = await startServer({ method: 14, password: 'right' });
    await sendNsca(port, 14, 'wrong');
    await sendNsca(port, 1, 'right');
    await expect.poll(() => server.counts()).toEqual({ wrong_version: 2 });
    expect(door.results).toEqual([]);
  });
});

async function connect(port: number): Promise<{ socket: net.Socket; iv: Buffer; sentAtSec: number }> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  const [greeting] = (await once(socket, 'data')) as [Buffer];
  return { socket, iv: greeting.subarray(0, 128), sentAtSec: greeting.readUInt32BE(128) };
}
const result = (sentAtSec: number) =>
  encodeNscaPacket({ hostName: 'web-1', serviceName: 'http', code: 1, output: 'slow', sentAtSec });

test('a packet older than 30 seconds is dropped; the next one counts', async () => {
  const { clock, door, server, port } = await startServer({ connectionMs: 3_600_000 });
  const { socket, sentAtSec } = await connect(port);
  clock.advance(30_000);
  socket.write(result(sentAtSec));
  await expect.poll(() => server.counts()).toEqual({ taken: 1 });
  clock.advance(1000);
  socket.write(result(sentAtSec));
  socket.write(result(sentAtSec + 3600));
  socket.end(result(sentAtSec + 31));
  await expect.poll(() => server.counts()).toEqual({ taken: 2, too_old: 1, from_the_future: 1 });
  expect(door.results).toHaveLength(2);
});

test('a packet recorded on one connection means nothing on another', async () => {
  const { server, port } = await startServer({ method: 1, password: 'p' });
  const first = await connect(port);
  const packet = createNscaDecipher(1, 'p', first.iv)(result(first.sentAtSec), 0);
  const second = await connect(port);
  second.socket.end(packet);
  await expect.poll(() => server.counts()).toEqual({ wrong_version: 1 });
  first.socket.end(packet);
  await expect.poll(() => server.counts()).toEqual({ wrong_version: 1, taken: 1 });
});

test('a sender that says nothing is cut off when its time is over', async () => {
  const { clock, server, port } = await startServer();
  const { socket } = await connect(port);
  clock.advance(29_999);
  expect(server.counts()).toEqual({});
  clock.advance(1);
  await once(socket, 'close');
  expect(server.counts()).toEqual({ too_slow: 1 });
});

test('one connection too many is turned away', async () => {
  const { server, port } = await startServer({ maxConnections: 1 });
  await connect(port);
  const second = net.connect(port, '127.0.0.1').on('error', () => {});
  await once(second, 'close');
  expect(server.counts()).toEqual({ too_many_connections: 1 });
});

test('nonsense, half a packet and a flood are cut off and counted', async () => {
  const { server, port } = await startServer({ maxPacketsPerConnection: 2 });
  (await connect(port)).socket.end('GET / HTTP/1.0\r\n\r\n');
  await expect.poll(() => server.counts()).toEqual({ truncated: 1 });
  (await connect(port)).socket.write(Buffer.alloc(5000, 1));
  await expect.poll(() => server.counts()).toEqual({ truncated: 1, wrong_version: 1 });
  const { socket, sentAtSec } = await connect(port);
  socket.write(Buffer.concat([1, 2, 3].map(() => result(sentAtSec))));
  await expect.poll(() => server.counts()).toEqual({ truncated: 1, wrong_version: 1, taken: 2, too_many_packets: 1 });
});
