// Livestatus over real sockets: several requests on one connection, commands, clients that end
// their side, that send rubbish, that say nothing or take nothing.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createLivestatusServer, type LivestatusServerOptions } from '#checks/livestatus/server.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { recordingDoor } from '../passive/passive-door.ts';
import { serviceRow, smallSite } from './small-site.ts';

async function startServer(options: Partial<LivestatusServerOptions> = {}, source = smallSite()) {
  const clock = new FakeClock();
  const door = recordingDoor();
  const server = createLivestatusServer(
    { clock, log: silentLogger, door, source },
    { listen: { host: '127.0.0.1', port: 0 }, ...options },
  );
  const port = await server.listen();
  onTestFinished(() => server.stop());
  const open = () => {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  /** Sends, ends its side, and gives all that comes back. */
  const talk = async (text: string): Promise<string> => {
    const socket = open();
    socket.end(text);
    return (await buffer(socket)).toString();
  };
  return { clock, door, server, open, talk, port };
}

const HOST0 = 'GET hosts\nColumns: name\nFilter: name = host0\n';

test('a client that ends its side after its request, with or without the empty line, is answered', async () => {
  const { talk, server } = await startServer();
  expect(await talk(`${HOST0}\n`)).toBe('host0\n');
  expect(await talk(HOST0)).toBe('host0\n');
  expect(await talk(`${HOST0}\r\n`.replaceAll('\n', '\r\n'))).toBe('host0\n');
  expect(server.counts()).toEqual({ answered: 3 });
});

test('one connection serves many requests, in order, however they are cut', async () => {
  const { talk, open } = await startServer();
  const kept = `${HOST0}ResponseHeader: fixed16\nKeepAlive: on\n\n`;
  const answer = '200           6\nhost0\n';
  expect(await talk(kept.repeat(5))).toBe(answer.repeat(5));
  const socket = open();
  let said = '';
  socket.on('data', (chunk) => (said += chunk.toString()));
  for (const character of kept + kept) {
    socket.write(character);
    await new Promise(setImmediate);
  }
  await expect.poll(() => said).toBe(answer + answer);
});

test('without KeepAlive the server hangs up after the answer', async () => {
  const { open } = await startServer();
  const socket = open();
  socket.write(`${HOST0}\n${HOST0}\n`);
  expect((await buffer(socket)).toString()).toBe('host0\n');
});

test('commands go to the door and have no answer', async () => {
  const { talk, door, server } = await startServer();
  const said = await talk(
    `COMMAND [1] PROCESS_SERVICE_CHECK_RESULT;web-1;http;2;out\n\nCOMMAND [1] DISABLE_NOTIFICATIONS\nCOMMAND [1] NOPE\n\nCOMMAND [1] PROCESS_FILE;/etc/passwd;1\n\n${HOST0}\n`,
  );
  expect(said).toBe('host0\n');
  expect(door.results).toMatchObject([{ hostName: 'web-1', serviceName: 'http', code: 2, via: 'livestatus' }]);
  expect(door.commands).toMatchObject([{ command: { kind: 'switch_program' }, via: 'livestatus' }]);
  expect(server.counts()).toEqual({ taken: 1, command: 1, unknown_command: 1, file_not_allowed: 1, answered: 1 });
});

test('a mistake is told with a header and silent without, and the connection goes on', async () => {
  const { talk } = await startServer();
  expect(await talk('GET nosuch\n\n')).toBe('');
  expect(await talk(`GET nosuch\nResponseHeader: fixed16\nKeepAlive: on\n\n${HOST0}\n`)).toBe(
    "404          30\nTable 'nosuch' does not exist.host0\n",
  );
});

test('a request without end is refused at 64 KB', async () => {
  const { open, server } = await startServer();
  const socket = open();
  socket.write(`GET hosts\nFilter: name = ${'x'.repeat(200_000)}`);
  expect((await buffer(socket)).toString()).toMatch(/^413 /);
  expect(server.counts()).toEqual({ refused_413: 1 });
});

test('an answer that is too large to be framed is refused', async () => {
  const { talk } = await startServer({ maxAnswerBytes: 1000 });
  expect(await talk('GET services\nResponseHeader: fixed16\n\n')).toMatch(/^413 .*\nThe answer is too large/);
});

test('a silent client is cut off when its time is over, and so is one that takes nothing', async () => {
  const many = Array.from({ length: 50_000 }, (_, i) => serviceRow('h', `s${i}`, { output: 'x'.repeat(200) }));
  const { open, clock, server } = await startServer({ idleMs: 10_000 }, smallSite({ services: many }));
  const silent = open();
  const greedy = open();
  greedy.pause();
  greedy.write('GET services\nColumns: plugin_output\n\n');
  await once(silent, 'connect');
  await expect.poll(() => server.counts()).toEqual({ answered: 1 });
  await expect
    .poll(() => {
      clock.advance(10_000);
      return server.counts();
    })
    .toEqual({ answered: 1, cut_off: 2 });
});

test('one connection too many is turned away', async () => {
  const { open, talk, server } = await startServer({ maxConnections: 1 });
  await once(open(), 'connect');
  expect(await talk(HOST0)).toBe('');
  expect(server.counts()).toEqual({ too_many_connections: 1 });
});

test('rubbish never ends the server', async () => {
  const { talk } = await startServer();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (rubbish) => {
      await talk(rubbish);
    }),
    { numRuns: 50 },
  );
  expect(await talk(HOST0)).toBe('host0\n');
});

test('a source that fails costs the connection that asked, and is logged', async () => {
  const source = smallSite();
  const { talk } = await startServer({}, source);
  const collection = source.collection;
  source.collection = () => Promise.reject(new Error('the database is away'));
  expect(await talk(HOST0)).toBe('');
  source.collection = collection;
  expect(await talk(HOST0)).toBe('host0\n');
});

test('a socket in the file system replaces one that was left behind, and nothing else', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-live-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'live');
  const deps = { clock: new FakeClock(), log: silentLogger, door: recordingDoor(), source: smallSite() };
  const killed = `require('net').createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', killed]), 'exit');
  expect(existsSync(file)).toBe(true);
  const first = createLivestatusServer(deps, { listen: { path: file } });
  await first.listen();
  onTestFinished(() => first.stop());
  const second = createLivestatusServer(deps, { listen: { path: file } });
  await expect(second.listen()).rejects.toThrow(/EADDRINUSE/);
  const socket = net.connect(file);
  socket.end(HOST0);
  expect((await buffer(socket)).toString()).toBe('host0\n');
  const taken = path.join(folder, 'file');
  writeFileSync(taken, 'precious');
  const third = createLivestatusServer(deps, { listen: { path: taken } });
  await expect(third.listen()).rejects.toThrow(/EADDRINUSE/);
  expect(existsSync(taken)).toBe(true);
});
