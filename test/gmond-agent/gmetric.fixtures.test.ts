// `plexus gmetric` against every recorded call of the real one: same datagrams, same
// words, same exit status.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runGmetric } from '#agent/gmetric/gmetric.ts';
import { readFixture, readJsonLines } from '#test/support/fixtures.ts';
import { createGmondDecoder } from '#wire/gmond-packet.ts';

interface Recorded {
  note: string;
  args?: string[];
  exit?: number;
  hex: string | null;
  stderr?: string;
  globals?: Record<string, string>;
}

interface Call {
  note: string;
  args: string[];
  exit: number;
  datagrams: string[];
  stderr: string;
  globals: Record<string, string>;
}

/** One call for each run of lines with the same arguments: metadata and value were recorded apart. */
function callsOf(rows: Recorded[]): Call[] {
  const calls: Call[] = [];
  for (const { note, args, exit = 0, hex, stderr = '', globals = {} } of rows) {
    if (args === undefined) continue;
    const last = calls.at(-1);
    // A call sends its metadata first, so a second metadata packet begins another call.
    const begins = hex === null || hex.startsWith('00000080');
    if (last === undefined || begins || JSON.stringify(last.args) !== JSON.stringify(args))
      calls.push({ note, args, exit, datagrams: hex === null ? [] : [hex], stderr, globals });
    else {
      if (hex !== null) last.datagrams.push(hex);
      last.exit = Math.max(last.exit, exit);
    }
  }
  return calls;
}

const manifest = JSON.parse(readFixture('ganglia', 'manifest.json')) as { udp: { file: string }[] };
const calls = manifest.udp.flatMap(({ file }) => callsOf(readJsonLines<Recorded>('ganglia', file)));

/** The name that the recording machine gave itself: that of a packet which is not spoofed. */
const hostName = (() => {
  const decode = createGmondDecoder();
  for (const { datagrams } of calls)
    for (const hex of datagrams) {
      const decoded = decode(Buffer.from(hex, 'hex'));
      if (decoded.ok && !decoded.value.spoof) return decoded.value.host;
    }
  return os.hostname();
})();

const received: string[] = [];
const socket = createSocket('udp4');
const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-gmetric-'));

beforeAll(async () => {
  socket.on('message', (datagram) => received.push(datagram.toString('hex')));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
});
afterAll(() => {
  socket.close();
  rmSync(folder, { recursive: true });
});

test('calls were recorded', () => expect(calls.length).toBeGreaterThan(0));

test.each(calls)('$note: $args', async ({ args, exit, datagrams, stderr, globals }) => {
  const conf = path.join(folder, 'gmond.conf');
  const lines = Object.entries(globals).map(([name, value]) => `${name} = ${value}`);
  const { port } = socket.address();
  writeFileSync(conf, `globals {\n${lines.join('\n')}\n}\nudp_send_channel { host = 127.0.0.1 port = ${port} }\n`);
  received.length = 0;
  let complaint = '';
  const status = await runGmetric(['-c', conf, ...args], {
    ...{ environment: {}, hostName, defaultConf: '/nowhere' },
    print: () => undefined,
    complain: (text) => (complaint += text),
  });
  expect(status).toBe(exit);
  if (stderr !== '') expect(complaint).toContain(stderr);
  // Loopback keeps order: a last datagram of our own says that all before it are in.
  socket.send('end', port, '127.0.0.1');
  await expect.poll(() => received.at(-1)).toBe(Buffer.from('end').toString('hex'));
  expect(received.slice(0, -1)).toEqual(datagrams);
});
