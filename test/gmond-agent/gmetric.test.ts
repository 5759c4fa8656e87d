// `plexus gmetric` where nothing was recorded: what differs from the real one on
// purpose, several channels, and any command line beside the real program.

import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseGmetricArguments } from '#agent/gmetric/gmetric-arguments.ts';
import { runGmetric } from '#agent/gmetric/gmetric.ts';
import { describeWithPeer, peerPath } from '#test/support/peer.ts';

async function openReceiver() {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (datagram) => heard.push(datagram.toString('hex')));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  const { port } = socket.address();
  return {
    port,
    /** All since the last call; loopback keeps order, so a mark of our own says that they are in. */
    async take() {
      socket.send('mark', port, '127.0.0.1');
      await expect.poll(() => heard.at(-1), { interval: 2 }).toBe(Buffer.from('mark').toString('hex'));
      return heard.splice(0).slice(0, -1);
    },
  };
}

function confFile(text: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-gmetric-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'gmond.conf');
  writeFileSync(file, text);
  return file;
}

async function run(args: string[], defaultConf = '/nowhere') {
  let [out, complaint] = ['', ''];
  const status = await runGmetric(args, {
    ...{ environment: {}, hostName: os.hostname(), defaultConf },
    print: (text) => (out += text),
    complain: (text) => (complaint += text),
  });
  return { status, out, complaint };
}

const METRIC = ['-n', 'a', '-v', '1', '-t', 'int8'];
const channel = (port: number) => `udp_send_channel { host = 127.0.0.1 port = ${port} }\n`;

describe('plexus gmetric', () => {
  test('sends on every channel of the file', async () => {
    const [one, two] = [await openReceiver(), await openReceiver()];
    const { status } = await run(['-c', confFile(channel(one.port) + channel(two.port)), ...METRIC]);
    expect(status).toBe(0);
    const first = await one.take();
    expect(first).toHaveLength(2);
    expect(await two.take()).toEqual(first);
  });

  test('a channel that cannot be reached costs itself: the others get the metric, and the status is 1', async () => {
    const receiver = await openReceiver();
    const file = confFile(`udp_send_channel { host = no-such-host.invalid port = 8649 }\n${channel(receiver.port)}`);
    const { status, complaint } = await run(['-c', file, ...METRIC]);
    expect(status).toBe(1);
    expect(complaint).toContain('Unable to send to no-such-host.invalid:8649');
    expect(await receiver.take()).toHaveLength(2);
  });

  test('a line of the file that is wrong is told, and the rest of it used; an unknown name is nothing to tell', async () => {
    const receiver = await openReceiver();
    const file = confFile(`globals { mute = 1 frob = 2 }\n${channel(receiver.port)}`);
    const { status, complaint } = await run(['-c', file, ...METRIC]);
    expect(status).toBe(0);
    expect(complaint).toBe(`${file}:1:18 globals.mute: "1" given, expected yes, no, true, false, on or off\n`);
    expect(await receiver.take()).toHaveLength(2);
  });

  test('the file that is used without -c is the default one', async () => {
    const receiver = await openReceiver();
    expect((await run(METRIC, confFile(channel(receiver.port)))).status).toBe(0);
    expect(await receiver.take()).toHaveLength(2);
  });

  test('help and version end with 0 and send nothing', async () => {
    expect(await run(['-h'])).toMatchObject({ status: 0, out: expect.stringContaining('--heartbeat') as string });
    expect(await run(['-V'])).toMatchObject({ status: 0, out: 'gmetric 3.7.2\n' });
  });

  test('starts in a moment: nothing of the server is loaded', () => {
    const program = path.join(import.meta.dirname, '..', '..', 'app', 'bin', 'plexus.mjs');
    const loaded = spawnSync(process.execPath, [program, 'gmetric', '-V'], {
      encoding: 'utf8',
      env: { ...process.env, NODE_DEBUG: 'esm' },
    });
    expect(loaded.stdout).toBe('gmetric 3.7.2\n');
    expect(loaded.stderr).toContain('gmetric-arguments.ts');
    expect(loaded.stderr).not.toMatch(/commander|collector\/|fastify/);
  });

  test('no command line makes it throw', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 8 }), (args) => {
        expect(['arguments', 'help', 'version', 'wrong']).toContain(parseGmetricArguments(args).kind);
      }),
    );
  });
});

describeWithPeer('gmetric', 'beside the real gmetric', () => {
  test('any command line gives the same datagrams, the same words and the same status', async () => {
    const receiver = await openReceiver();
    const file = confFile(channel(receiver.port));
    const value = fc.constantFrom(
      '1',
      '-5',
      '0x1f',
      'nan',
      'a b',
      '',
      ' 7',
      '7 ',
      '1e5',
      'x"y',
      '.5',
      '99999999999',
      'ü',
    );
    const text = fc.constantFrom(
      'a',
      'b c',
      '10.0.0.1:h',
      'float',
      'string',
      'uint8',
      'both',
      'zero',
      'x,y z',
      '',
      '7',
      '0x10',
    );
    const option = fc.oneof(
      fc
        .tuple(
          fc.constantFrom('-n', '-u', '-s', '-x', '-d', '-g', '-C', '-D', '-T', '-S', '--name', '--sp', '--t'),
          text,
        )
        .map((pair) => pair),
      fc
        .tuple(fc.constantFrom('--units=', '--title=', '--group=', '-Hu', '-S', '-x'), text)
        .map(([name, given]) => [name + given]),
      fc.constantFrom(['-H'], ['--heartbeat'], ['--heartbeat=1'], ['-z'], ['--'], ['word'], ['--nope']),
    );
    const call = fc
      .tuple(
        fc.boolean(),
        value,
        fc.constantFrom('string', 'uint32', 'float', 'uint64'),
        fc.array(option, { maxLength: 4 }),
      )
      .map(([isWhole, given, type, options]) => [
        ...(isWhole ? ['-n', 'm', '-v', given, '-t', type] : []),
        ...options.flat(),
      ]);
    await fc.assert(
      fc.asyncProperty(call, async (args) => {
        const real = spawnSync(peerPath('gmetric') ?? 'gmetric', ['-c', file, ...args], {
          ...{ encoding: 'utf8', argv0: 'gmetric' },
        });
        const wanted = await receiver.take();
        const ours = await run(['-c', file, ...args]);
        expect(ours.complaint.trim()).toBe(real.stderr.trim());
        expect(ours.status).toBe(real.status);
        expect(await receiver.take()).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
