import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { describeHolder, findPortHolder, portTaken } from '#kernel/port-holder.ts';
import { parseProcNet } from '#kernel/proc-net.ts';

test('a listening TCP port is traced to its process', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  expect(await findPortHolder('tcp', port)).toEqual({ pid: process.pid, command: expect.any(String) });
  const error = await portTaken({ protocol: 'tcp', port, setting: 'http.port' });
  expect(error).toMatchObject({ code: 'port_taken', details: { port, pid: process.pid } });
  expect(error.message).toMatch(
    /^Port \d+\/tcp is taken by pid \d+ \(.+\)\. Stop it, or set http\.port to another port\.$/,
  );
});

test('so is a UDP port, and a free one has no holder', async () => {
  const socket = createSocket('udp6').bind(0, '::1');
  await once(socket, 'listening');
  const { port } = socket.address();
  expect(await findPortHolder('udp', port)).toMatchObject({ pid: process.pid });
  socket.close();
  await once(socket, 'close');
  expect(await findPortHolder('udp', port)).toBeUndefined();
  expect(describeHolder(undefined)).toBe('another process');
});

test('the kernel table is read by its columns; lines that are none are skipped', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  505: 00000000:21C9 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 12345 2 0000000000000000 17

garbage
  7: 00000000000000000000000001000000:21C9 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 9 2 0000000000000000 3
   2: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 678 1 0000000000000000 100 0 0 10 0`;
  expect(parseProcNet(text)).toEqual([
    { address: '0.0.0.0', port: 8649, inode: 12345, listening: false, drops: 17 },
    { address: '::1', port: 8649, inode: 9, listening: false, drops: 3 },
    { address: '127.0.0.1', port: 80, inode: 678, listening: true, drops: 100 },
  ]);
});
