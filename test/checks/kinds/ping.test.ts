// Pings as fping and ping of Debian tell of them, and how many processes a crowd of checks costs.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parseFping, parsePing } from '#checks/kinds/ping-output.ts';
import { createPingKind } from '#checks/kinds/ping.ts';
import { describeWithPeer, peerPath } from '../../support/peer.ts';
import { stateOfPlugin } from './real-plugin.ts';
import { runKind } from './run-kind.ts';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'plexus-ping-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** A program of that name which runs this script of the shell. */
function program(name: string, script: string): string {
  const file = path.join(scratch, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

test('what fping prints', () => {
  const text = [
    '192.0.2.1 : 0.50 - 1.50',
    '192.0.2.2 : - - -',
    '2001:db8::1   : 0.25 0.25 0.25',
    'ICMP Host Unreachable from 10.0.0.1 for ICMP Echo sent to 192.0.2.2',
    'nope.example: Name or service not known',
    '192.0.2.3 : duplicate for [0], 84 bytes',
  ].join('\n');
  expect([...parseFping(text)]).toEqual([
    ['192.0.2.1', { sent: 3, received: 2, averageMs: 1 }],
    ['192.0.2.2', { sent: 3, received: 0 }],
    ['2001:db8::1', { sent: 3, received: 3, averageMs: 0.25 }],
  ]);
});

test('what ping prints', () => {
  const text = [
    '5 packets transmitted, 4 received, 20% packet loss, time 804ms',
    'rtt min/avg/max/mdev = 0.017/0.030/0.044/0.002 ms',
  ].join('\n');
  expect(parsePing(text)).toEqual({ sent: 5, received: 4, averageMs: 0.03 });
  expect(parsePing('3 packets transmitted, 0 received, +3 errors, 100% packet loss')).toEqual({ sent: 3, received: 0 });
  expect(parsePing('ping: nope: Name or service not known')).toBeUndefined();
});

test('any text is read', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const { sent, received } of parseFping(text).values()) expect(received).toBeLessThanOrEqual(sent);
      parsePing(text);
    }),
  );
});

const answers = (line: string) => ({ fping: program('fping-says', `echo '${line}' >&2; exit 1`) });
const verdicts: [string, string, string, string, string][] = [
  [
    'all back',
    '127.0.0.1 : 10 20',
    'ok',
    'PING OK - 127.0.0.1: Packet loss = 0%, RTA = 15.00 ms',
    'rta=15ms;100;500;0 pl=0%;20;60;0;100',
  ],
  [
    'slow',
    '127.0.0.1 : 100 100',
    'warning',
    'PING WARNING - 127.0.0.1: Packet loss = 0%, RTA = 100.00 ms (limit 100 ms, 20%)',
    'rta=100ms;100;500;0 pl=0%;20;60;0;100',
  ],
  [
    'half lost',
    '127.0.0.1 : 10 -',
    'warning',
    'PING WARNING - 127.0.0.1: Packet loss = 50%, RTA = 10.00 ms (limit 100 ms, 20%)',
    'rta=10ms;100;500;0 pl=50%;20;60;0;100',
  ],
  [
    'most lost',
    '127.0.0.1 : 10 - - -',
    'critical',
    'PING CRITICAL - 127.0.0.1: Packet loss = 75%, RTA = 10.00 ms (limit 500 ms, 60%)',
    'rta=10ms;100;500;0 pl=75%;20;60;0;100',
  ],
  [
    'all lost',
    '127.0.0.1 : - -',
    'critical',
    'PING CRITICAL - 127.0.0.1: Packet loss = 100% (limit 500 ms, 60%)',
    'rta=U;100;500;0 pl=100%;20;60;0;100',
  ],
];
test.each(verdicts)('%s', async (_, line, state, output, perfdata) => {
  expect(await runKind(createPingKind(answers(line)), {})).toMatchObject({ state, output, perfdata });
});

const unasked: [string, Parameters<typeof createPingKind>[0], Record<string, unknown>, RegExp][] = [
  ['no program', {}, {}, /neither fping nor ping is installed/],
  [
    'no rights',
    { fping: program('no-rights', 'echo "fping: can\'t create socket (must run as root?)" >&2; exit 4') },
    {},
    /can't create socket/,
  ],
  ['a program that is gone', { fping: '/nonexistent/fping' }, {}, /ENOENT/],
  ['a program that dies', { fping: program('dies', 'kill -9 $$') }, {}, /fping ended with -1/],
  ['no such name', { fping: program('unknown', 'exit 2') }, {}, /127.0.0.1: name is not known/],
  ['an address that would be an option', {}, { address: '$OPTION$' }, /is no address/],
  ['IPv6 of an IPv4 address', {}, { ipVersion: 6 }, /no IPv6 address/],
];
test.each(unasked)('%s is UNKNOWN', async (_, programs, spec, output) => {
  const result = await runKind(createPingKind(programs), spec);
  expect(result).toMatchObject({ state: 'unknown', output: expect.stringMatching(output) });
});

test('a crowd of pings is one process; the same host is asked once', async () => {
  const log = path.join(scratch, 'log');
  const fping = program(
    'counts',
    `echo "$@" >> ${log}; while [ "$1" != "--" ]; do shift; done; shift; for t in "$@"; do echo "$t : 1" >&2; done`,
  );
  const kind = createPingKind({ fping });
  const addresses = Array.from({ length: 400 }, (_, at) => `10.0.${Math.floor(at / 200)}.${at % 200}`);
  const results = await Promise.all([...addresses, ...addresses].map((address) => runKind(kind, {}, { address })));
  expect(results.every((result) => typeof result === 'object' && result.state === 'ok')).toBe(true);
  const runs = readFileSync(log, 'utf8').trim().split('\n');
  expect(runs.length).toBeLessThanOrEqual(5);
});

test('a program that hangs is given up at the time limit, and ended', async () => {
  const pidFile = path.join(scratch, 'pid');
  const kind = createPingKind({ fping: program('hangs', `echo $$ > ${pidFile}; exec sleep 60`) });
  expect(await runKind(kind, {}, { timeoutMs: 400 })).toMatchObject({
    state: 'critical',
    output: 'PING CRITICAL - 127.0.0.1: no end within 0.4 seconds',
  });
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await expect.poll(() => isRunning(pid)).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const spec = { packets: 2, waitMs: 200 };
// Class E is routed nowhere.
const NOWHERE = '240.0.0.1';

describeWithPeer(['fping', 'ping'], 'real programs', () => {
  test.each(['fping', 'ping'])('%s', async (name) => {
    const kind = createPingKind({ [name]: peerPath(name) });
    const run = (address: string, settings = {}) =>
      runKind(kind, { ...spec, ...settings }, { address, timeoutMs: 8000 });
    expect(await run('127.0.0.1')).toMatchObject({ state: 'ok', perfdata: expect.stringMatching(/^rta=[\d.]+ms;/) });
    expect(await run('::1', { ipVersion: 6 })).toMatchObject({ state: 'ok' });
    expect(await run('localhost')).toMatchObject({ state: 'ok' });
    expect(await run(NOWHERE)).toMatchObject({ state: 'critical' });
    expect(await run('nope.invalid')).toMatchObject({ state: 'unknown' });
  });
});

describeWithPeer(['check_ping', 'fping'], 'the same state as check_ping', () => {
  test.each([
    ['127.0.0.1', '100,20%', '500,60%'],
    ['127.0.0.1', '0.000001,20%', '500,60%'],
    ['127.0.0.1', '0.000001,20%', '0.000002,60%'],
    ['nope.invalid', '100,20%', '500,60%'],
  ])('%s with %s and %s', async (address, warn, crit) => {
    const args = ['-H', address, '-w', warn, '-c', crit, '-p', '1'];
    const theirs = await stateOfPlugin('check_ping', args);
    expect(await runKind(createPingKind(), { ...spec, warn, crit }, { address })).toMatchObject({ state: theirs });
  });
});
