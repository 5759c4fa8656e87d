// The NRPE check against Debian's own daemon, plain and under TLS, and against daemons on the
// loopback that are old, silent, hostile or not there.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createNrpeKind } from '#checks/kinds/nrpe.ts';
import { makeSelfSigned } from '#gateway/self-signed.ts';
import { decodeNrpePacket, encodeNrpePacket } from '#wire/nrpe.ts';
import { freeTcpPort } from '../../support/free-port.ts';
import { describeWithPeer, peerPath } from '../../support/peer.ts';
import { runKind } from './run-kind.ts';

const kind = createNrpeKind();

describeWithPeer('nrpe', 'an NRPE daemon of Debian', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-nrpe-'));
  const ports = { off: 0, adh: 0, cert: 0, strict: 0 };
  const daemons: ChildProcess[] = [];
  const server = makeSelfSigned({ commonName: 'nrpe', hosts: [], nowMs: Date.UTC(2020, 0, 1) });
  const client = makeSelfSigned({ commonName: 'plexus', hosts: [], nowMs: Date.UTC(2020, 0, 1) });

  async function startDaemon(name: keyof typeof ports, flags: string[], settings: string[]): Promise<void> {
    const port = await freeTcpPort();
    const file = path.join(folder, `${name}.cfg`);
    // The daemon refuses to be root; its package brings a user for it.
    const user = process.getuid?.() === 0 ? 'nagios' : os.userInfo().username;
    const commands = {
      ok: "echo 'OK: all good|time=0.5s;1;2;0;10'",
      warn: "echo 'WARNING: slow'; exit 1",
      crit: 'echo CRITICAL; exit 2',
      five: 'echo five; exit 5',
      multi: "printf 'first | a=1\\nsecond\\nthird | b=2\\n'",
      big: 'head -c 20000 /dev/zero | tr "\\\\0" B',
      slow: 'sleep 60',
      arg: 'echo $ARG1$',
    };
    writeFileSync(
      file,
      [
        `server_port=${port}`,
        'server_address=127.0.0.1',
        `nrpe_user=${user}`,
        `nrpe_group=${user}`,
        `pid_file=${folder}/${name}.pid`,
        'allowed_hosts=127.0.0.1',
        'dont_blame_nrpe=1',
        'command_timeout=1',
        ...settings,
        ...Object.entries(commands).map(
          ([command, line]) => `command[${command}]=/bin/sh -c '${line.replaceAll("'", '"')}'`,
        ),
        '',
      ].join('\n'),
    );
    const daemon = spawn(peerPath('nrpe') ?? 'nrpe', ['-c', file, '-f', ...flags], { stdio: 'ignore' });
    daemons.push(daemon);
    ports[name] = port;
    await accepts(daemon, port);
  }

  beforeAll(async () => {
    chmodSync(folder, 0o755);
    for (const [name, text] of Object.entries({
      'server.pem': server.certificatePem,
      'server.key': server.privateKeyPem,
      'client.pem': client.certificatePem,
    }))
      writeFileSync(path.join(folder, name), text);
    const certificates = [`ssl_cert_file=${folder}/server.pem`, `ssl_privatekey_file=${folder}/server.key`];
    await startDaemon('off', ['-n'], []);
    await startDaemon('adh', [], []);
    await startDaemon('cert', [], [...certificates, 'ssl_use_adh=0']);
    await startDaemon(
      'strict',
      [],
      [...certificates, `ssl_cacert_file=${folder}/client.pem`, 'ssl_use_adh=0', 'ssl_client_certs=2'],
    );
  });
  afterAll(() => {
    for (const daemon of daemons) daemon.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  const answers: [string, Record<string, unknown>, Record<string, unknown>][] = [
    ['tells its version', {}, { state: 'ok', output: expect.stringMatching(/^NRPE v\d/) }],
    ['gives perfdata', { command: 'ok' }, { state: 'ok', output: 'OK: all good', perfdata: 'time=0.5s;1;2;0;10' }],
    ['warns', { command: 'warn' }, { state: 'warning', output: 'WARNING: slow' }],
    ['finds something critical', { command: 'crit' }, { state: 'critical', output: 'CRITICAL' }],
    ['makes UNKNOWN of exit 5', { command: 'five' }, { state: 'unknown', output: 'five' }],
    [
      'gives several lines',
      { command: 'multi' },
      { state: 'ok', output: 'first', longOutput: 'second\nthird', perfdata: 'a=1  b=2' },
    ],
    [
      'does not know a command',
      { command: 'nosuch' },
      { state: 'unknown', output: "NRPE: Command 'nosuch' not defined" },
    ],
    [
      'ends a slow command itself',
      { command: 'slow' },
      { state: 'unknown', output: expect.stringMatching(/timed out/) },
    ],
    [
      'refuses arguments by hanging up',
      { command: 'arg', args: ['a', 'b'] },
      { state: 'unknown', output: expect.stringMatching(/hung up without an answer: it refuses arguments/) },
    ],
  ];
  for (const tls of ['off', 'adh'] as const)
    for (const version of ['auto', 2, 4] as const)
      test.each(answers)(`%s (tls ${tls}, version ${version})`, async (_, spec, expected) => {
        const result = await runKind(kind, { ...spec, port: ports[tls], tls, version });
        // Version 2 has no room behind the first kilobyte, which none of these needs.
        expect(result).toMatchObject(expected);
      });

  test('sends 20 KB in version 4 and the first 1,023 bytes in version 2', async () => {
    const ask = async (version: number) => runKind(kind, { command: 'big', port: ports.adh, version });
    expect(await ask(4)).toMatchObject({ output: 'B'.repeat(20_000) });
    expect(await ask(2)).toMatchObject({ output: 'B'.repeat(1023) });
  });

  test('is believed when its certificate is from the given authority, and not else', async () => {
    const spec = { command: 'ok', tls: 'cert', port: ports.cert };
    expect(await runKind(kind, { ...spec, ca: server.certificatePem })).toMatchObject({ state: 'ok' });
    expect(await runKind(kind, { ...spec, ca: client.certificatePem })).toMatchObject({
      state: 'critical',
      output: expect.stringMatching(/^NRPE CRITICAL - no TLS with 127.0.0.1 port \d+: /),
    });
  });

  test('that wants to know us gets our certificate', async () => {
    const spec = { command: 'ok', tls: 'cert', port: ports.strict, ca: server.certificatePem };
    expect(await runKind(kind, { ...spec, cert: client.certificatePem, key: client.privateKeyPem })).toMatchObject({
      state: 'ok',
    });
    expect(await runKind(kind, spec)).toMatchObject({ state: expect.stringMatching(/critical|unknown/) });
  });

  test('without TLS cannot be asked with it, nor the other way round', async () => {
    expect(await runKind(kind, { port: ports.off, tls: 'adh' })).toMatchObject({ state: 'critical' });
    expect(await runKind(kind, { port: ports.adh, tls: 'off' })).toMatchObject({ state: 'unknown' });
  });
});

/** A daemon of our own; `answer` gets the decoded query, and what it returns is sent before the end. */
async function listen(answer: (query: Buffer, socket: net.Socket) => Buffer | undefined): Promise<number> {
  const daemon = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (query) => {
      const bytes = answer(query, socket);
      if (bytes) socket.end(bytes);
    });
  });
  onTestFinished(() => void daemon.close());
  daemon.listen(0, '127.0.0.1');
  await once(daemon, 'listening');
  return (daemon.address() as AddressInfo).port;
}

async function accepts(daemon: ChildProcess, port: number): Promise<void> {
  while (daemon.exitCode === null) {
    const socket = net.connect(port, '127.0.0.1');
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
  }
  throw new Error(`nrpe ended with ${daemon.exitCode}`);
}

const answerOf = (version: 2 | 3 | 4, text: string) =>
  encodeNrpePacket({ version, type: 'response', resultCode: 0, text });

test('a daemon that only knows version 2 is asked with it from the second time on', async () => {
  const asked: number[] = [];
  const port = await listen((query, socket) => {
    const decoded = decodeNrpePacket(query);
    const version = decoded.ok ? decoded.value.version : 0;
    asked.push(version);
    if (version === 2) return answerOf(2, 'OK');
    socket.end();
    return undefined;
  });
  for (let run = 0; run < 3; run++) expect(await runKind(kind, { port, tls: 'off' })).toMatchObject({ state: 'ok' });
  expect(asked).toEqual([4, 2, 2, 2]);
});

const misfits: [string, () => Buffer, RegExp][] = [
  ['a web server', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /unknown version$/],
  ['a damaged answer', () => Buffer.from(answerOf(4, 'OK')).fill('X', 17, 18), /wrong checksum$/],
  ['half an answer', () => answerOf(4, 'a longer answer').subarray(0, 20), /truncated$/],
  [
    'an answer of two gigabytes',
    () => Buffer.from(`00040002${'00'.repeat(8)}7fffffff`, 'hex'),
    /length out of bounds$/,
  ],
  [
    'our own question',
    () => encodeNrpePacket({ version: 4, type: 'query', resultCode: 0, text: 'x' }),
    /is a question$/,
  ],
];
test.each(misfits)('%s is no answer', async (_, bytes, output) => {
  const port = await listen(bytes);
  expect(await runKind(kind, { port, tls: 'off', version: 4 })).toMatchObject({
    state: 'unknown',
    output: expect.stringMatching(output),
  });
});

test('a daemon that says nothing is CRITICAL when the time is over', async () => {
  const port = await listen(() => undefined);
  expect(await runKind(kind, { port, tls: 'off' }, { timeoutMs: 100 })).toMatchObject({
    state: 'critical',
    output: `NRPE CRITICAL - no answer from 127.0.0.1 port ${port} within 0.1 seconds`,
  });
});

test('nobody there is CRITICAL', async () => {
  const port = await freeTcpPort();
  expect(await runKind(kind, { port })).toMatchObject({
    state: 'critical',
    output: expect.stringMatching(/ECONNREFUSED/),
  });
});

test('macros are filled into arguments, and none of them can become two', async () => {
  const asked: string[] = [];
  const port = await listen((query) => {
    const decoded = decodeNrpePacket(query);
    asked.push(decoded.ok ? decoded.value.text : decoded.reason);
    return answerOf(4, 'OK');
  });
  const spec = { port, tls: 'off', command: 'disk', args: ['-H', '$HOSTNAME$'] };
  expect(await runKind(kind, spec, { hostName: 'web-9' })).toMatchObject({ state: 'ok' });
  expect(asked).toEqual(['disk!-H!web-9']);
  expect(await runKind(kind, spec, { hostName: 'web!9' })).toMatchObject({
    state: 'unknown',
    output: 'NRPE UNKNOWN - a macro put a "!" into an argument',
  });
  expect(await runKind(kind, spec, { hostName: 'x'.repeat(2000) })).toMatchObject({ state: 'unknown' });
  expect(asked).toHaveLength(1);
});

test('what it would ask is shown without passwords', () => {
  const prepared = kind.prepare({ command: 'sql', args: ['$HOSTNAME$', '$USER3$'] });
  const target = {
    checkId: 'check-1',
    hostId: 'host-1',
    hostName: 'web-1',
    series: { cluster: 'c', host: 'web-1' },
    address: '192.0.2.1',
    timeoutMs: 1000,
    macro: (name: string) => (name === 'USER3' ? 'hunter2' : 'web-1'),
  };
  expect(prepared.ok && prepared.describe?.(target)).toBe('nrpe 192.0.2.1:5666 (tls adh) sql!web-1![secret]');
});

const refused: [string, Record<string, unknown>, string][] = [
  ['an argument with the mark between arguments', { args: ['a!b'] }, '/args/0'],
  ['more than version 2 holds', { args: ['x'.repeat(2000)] }, '/args'],
  ['certificates without an authority', { tls: 'cert' }, '/ca'],
  ['an authority that is no PEM', { tls: 'cert', ca: 'nonsense' }, '/ca'],
  ['an authority for anonymous TLS', { ca: 'x' }, '/ca'],
  ['a certificate without its key', { tls: 'cert', ca: 'x', cert: 'x' }, '/key'],
];
test.each(refused)('%s is refused when the check is saved', (_, spec, where) => {
  expect(kind.prepare(spec)).toMatchObject({ ok: false, problems: [expect.objectContaining({ path: where })] });
});
