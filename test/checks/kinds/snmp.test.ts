// SNMP values from a real snmpd in each version, and packets that are none.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { snmpKind } from '#checks/kinds/snmp.ts';
import { freeUdpPort } from '../../support/free-port.ts';
import { describeWithPeer, peerPath } from '../../support/peer.ts';
import { serveUdp } from './loopback-servers.ts';
import { stateOfPlugin } from './real-plugin.ts';
import { runKind } from './run-kind.ts';

const UPTIME = '1.3.6.1.2.1.1.3.0';
const NAME = '1.3.6.1.2.1.1.5.0';
const SERVICES = '1.3.6.1.2.1.1.7.0';
const NOTHING = '1.3.6.1.2.1.1.99.0';

const refused: [string, Record<string, unknown>, string][] = [
  ['no value', { oids: [] }, '/oids'],
  ['a name in place of numbers', { oids: [{ oid: 'sysUpTime.0' }] }, '/oids/0/oid'],
  ['a limit that is no range', { oids: [{ oid: UPTIME, warn: 'x' }] }, '/oids/0/warn'],
  ['version 3 without a user', { version: '3', oids: [{ oid: UPTIME }] }, '/user'],
  ['a user of version 2', { user: 'a', oids: [{ oid: UPTIME }] }, '/user'],
  [
    'a protocol without its password',
    { version: '3', user: 'a', authProtocol: 'sha', oids: [{ oid: UPTIME }] },
    '/authPassword',
  ],
  [
    'privacy without authentication',
    { version: '3', user: 'a', privProtocol: 'aes', privPassword: 'b', oids: [{ oid: UPTIME }] },
    '/privProtocol',
  ],
];
test.each(refused)('%s is refused when the check is saved', (_, spec, where) => {
  expect(snmpKind.prepare(spec)).toMatchObject({
    ok: false,
    problems: expect.arrayContaining([expect.objectContaining({ path: where })]),
  });
});

describe('an agent that is none', () => {
  const ask = (port: number, settings = {}, timeoutMs = 400) =>
    runKind(snmpKind, { port, retries: 0, oids: [{ oid: UPTIME }], ...settings }, { timeoutMs });

  test('silence is UNKNOWN', async () => {
    expect(await ask(await serveUdp(() => []))).toMatchObject({
      state: 'unknown',
      output: expect.stringMatching(/^SNMP UNKNOWN - no answer from 127.0.0.1 port \d+ within 0.4 seconds/),
    });
  });

  test('garbage is UNKNOWN and said to be', async () => {
    expect(await ask(await serveUdp(() => [Buffer.from('garbage')]))).toMatchObject({
      state: 'unknown',
      output: expect.stringMatching(/only what is no SNMP/),
    });
  });

  test('a name that does not exist is UNKNOWN', async () => {
    expect(await ask(161, { address: 'nope.invalid' })).toMatchObject({ state: 'unknown' });
  });

  // A response with the request's own contents, and then each of its bytes in turn made wrong, cut off or doubled.
  const GET_REQUEST = 0xa0;
  const GET_RESPONSE = 0xa2;
  function responseTo(request: Buffer): Buffer {
    const response = Buffer.from(request);
    response[response.indexOf(GET_REQUEST)] = GET_RESPONSE;
    return response;
  }

  test.each(['2c', '3'])('version %s: any damage to an answer gives a state', async (version) => {
    let at = 0;
    const damages = [
      (whole: Buffer, byte: number) => whole.fill((whole[byte] ?? 0) ^ 0xff, byte, byte + 1),
      (whole: Buffer, byte: number) => whole.fill(0x84, byte, byte + 1),
      (whole: Buffer, byte: number) => whole.subarray(0, byte),
      (whole: Buffer, byte: number) => Buffer.concat([whole.subarray(0, byte), whole]),
    ];
    const access = version === '3' ? { version, user: 'ann' } : { version };
    const damaged = (damage: (typeof damages)[number]) => (request: Buffer) => [
      damage(responseTo(request), at % request.length),
    ];
    const ports = await Promise.all(damages.map((damage) => serveUdp(damaged(damage))));
    for (at = 0; at < 70; at++) {
      const results = await Promise.all(ports.map((port) => ask(port, access, 30)));
      for (const result of results) expect(result).toHaveProperty('state');
    }
  });
});

describeWithPeer('snmpd', 'a real agent', () => {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'plexus-snmpd-'));
  let port = 0;
  let agent: ChildProcess;

  beforeAll(async () => {
    port = await freeUdpPort();
    const config = path.join(scratch, 'snmpd.conf');
    const users = [
      ['md5aes', 'MD5', 'AES'],
      ['shaaes', 'SHA', 'AES'],
      ['sha256aes', 'SHA-256', 'AES'],
    ];
    const lines = [
      `agentaddress udp:127.0.0.1:${port}`,
      'rocommunity inside 127.0.0.1',
      'sysName web-1.example',
      'sysServices 72',
      ...users.map(([name, auth, priv]) => `createUser ${name} ${auth} auth-secret ${priv} priv-secret`),
      ...users.map(([name]) => `rouser ${name} priv`),
      'createUser plain SHA auth-secret',
      'rouser plain auth',
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    agent = spawn(peerPath('snmpd') ?? 'snmpd', ['-f', '-Lo', '-C', '-c', config, '-p', path.join(scratch, 'pid')], {
      stdio: 'ignore',
      env: { ...process.env, SNMP_PERSISTENT_DIR: scratch },
    });
    // Each try waits for its own answer.
    for (let tries = 0; tries < 40; tries++) {
      const result = await ask({ retries: 0, oids: [{ oid: UPTIME }] }, 500);
      if (typeof result === 'object' && result.state === 'ok') return;
    }
    throw new Error('snmpd does not answer');
  }, 30_000);
  afterAll(async () => {
    const gone = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGKILL');
    await gone;
    rmSync(scratch, { recursive: true });
  });

  const ask = (settings: Record<string, unknown>, timeoutMs = 3000) =>
    runKind(snmpKind, { port, community: 'inside', retries: 1, ...settings }, { timeoutMs });

  const values: [string, Record<string, unknown>[], string, RegExp][] = [
    ['a number', [{ oid: SERVICES, label: 'services' }], 'ok', /^SNMP OK - services is 72 on 127.0.0.1 port/],
    [
      'past its warning',
      [{ oid: SERVICES, warn: '70', crit: '80' }],
      'warning',
      /1.3.6.1.2.1.1.7.0 72 \(limit 70\) on/,
    ],
    ['past both', [{ oid: `.${SERVICES}`, warn: '50', crit: '70' }], 'critical', /72 \(limit 70\)/],
    [
      'scaled',
      [{ oid: SERVICES, label: 'half', factor: 0.5, unit: 'kW', crit: '30' }],
      'critical',
      /half 36kW \(limit 30\)/,
    ],
    ['a text', [{ oid: NAME, label: 'name', equals: 'web-1.example' }], 'ok', /name is "web-1.example"/],
    [
      'another text',
      [{ oid: NAME, label: 'name', equals: 'web-2' }],
      'critical',
      /name is "web-1.example" \(expected "web-2"\)/,
    ],
    ['a text by pattern', [{ oid: NAME, matches: '^web-\\d' }], 'ok', /^SNMP OK/],
    [
      'a text that should be a number',
      [{ oid: NAME, label: 'name', crit: '5' }],
      'unknown',
      /name is no number: "web-1.example"/,
    ],
    ['a value that is not there', [{ oid: NOTHING, label: 'fan' }], 'unknown', /fan is not there \(NoSuch\w+/],
    ['one of two is past its limit', [{ oid: NAME }, { oid: SERVICES, crit: '10' }], 'critical', /72 \(limit 10\)/],
  ];
  test.each(values)('%s', async (_, oids, state, output) => {
    expect(await ask({ oids })).toMatchObject({ state, output: expect.stringMatching(output) });
  });

  test('numbers go to the history with their limits', async () => {
    expect(await ask({ oids: [{ oid: SERVICES, label: 'services', warn: '100' }, { oid: NAME }] })).toMatchObject({
      perfdata: 'services=72;100',
    });
  });

  const secret = { authPassword: 'auth-secret', privPassword: 'priv-secret' };
  const three = { version: '3', community: undefined, oids: [{ oid: SERVICES }] };
  const accesses: [string, Record<string, unknown>, string][] = [
    ['version 1', { version: '1', oids: [{ oid: SERVICES }] }, 'ok'],
    ['version 2c', { version: '2c', oids: [{ oid: SERVICES }] }, 'ok'],
    ['MD5 and AES', { ...three, ...secret, user: 'md5aes', authProtocol: 'md5', privProtocol: 'aes' }, 'ok'],
    ['SHA and AES', { ...three, ...secret, user: 'shaaes', authProtocol: 'sha', privProtocol: 'aes' }, 'ok'],
    ['SHA-256 and AES', { ...three, ...secret, user: 'sha256aes', authProtocol: 'sha256', privProtocol: 'aes' }, 'ok'],
    ['SHA without privacy', { ...three, user: 'plain', authProtocol: 'sha', authPassword: 'auth-secret' }, 'ok'],
    ['a wrong password', { ...three, user: 'plain', authProtocol: 'sha', authPassword: 'wrong-secret' }, 'unknown'],
    ['a user that is not known', { ...three, user: 'nobody' }, 'unknown'],
    ['a wrong community', { community: 'outside', oids: [{ oid: SERVICES }] }, 'unknown'],
  ];
  test.each(accesses)('%s', async (_, settings, state) => {
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    const { version = '2c' } = given;
    const community = version === '3' ? {} : { community: 'inside' };
    const spec = { port, retries: 0, ...community, ...given };
    expect(await runKind(snmpKind, spec, { timeoutMs: 1500 })).toMatchObject({ state });
  });

  describeWithPeer(['check_snmp', 'snmpget'], 'the same state as check_snmp', () => {
    const same: [string, string[], Record<string, unknown>][] = [
      ['a number', ['-o', SERVICES, '-w', '100', '-c', '200'], { oids: [{ oid: SERVICES, warn: '100', crit: '200' }] }],
      ['a warning', ['-o', SERVICES, '-w', '70', '-c', '80'], { oids: [{ oid: SERVICES, warn: '70', crit: '80' }] }],
      ['critical', ['-o', SERVICES, '-w', '50', '-c', '70'], { oids: [{ oid: SERVICES, warn: '50', crit: '70' }] }],
      // It compares with the quotes that snmpget puts around a text.
      ['a text', ['-o', NAME, '-s', '"web-1.example"'], { oids: [{ oid: NAME, equals: 'web-1.example' }] }],
      ['another text', ['-o', NAME, '-s', 'web-2'], { oids: [{ oid: NAME, equals: 'web-2' }] }],
      ['a pattern', ['-o', NAME, '-r', 'web'], { oids: [{ oid: NAME, matches: '^web' }] }],
      ['another pattern', ['-o', NAME, '-r', '^db'], { oids: [{ oid: NAME, matches: '^db' }] }],
      ['nothing there', ['-o', NOTHING, '-w', '1', '-c', '2'], { oids: [{ oid: NOTHING, warn: '1', crit: '2' }] }],
      [
        'a wrong community',
        ['-o', NAME, '-C', 'outside', '-e', '0', '-t', '1'],
        { community: 'outside', retries: 0, oids: [{ oid: NAME }] },
      ],
    ];
    test.each(same)('%s', { timeout: 15_000 }, async (_, args, settings) => {
      const community = args.includes('-C') ? [] : ['-C', 'inside'];
      const theirs = await stateOfPlugin('check_snmp', [
        '-H',
        '127.0.0.1',
        '-p',
        String(port),
        '-P',
        '2c',
        ...community,
        ...args,
      ]);
      expect(await ask(settings, 1000)).toMatchObject({ state: theirs });
    });
  });
});
