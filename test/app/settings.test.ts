import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SettingsError } from '#kernel/config-reader.ts';
import { readSettings } from '#app/settings.ts';

const problemsOf = (environment: Record<string, string>): string => {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'none';
};

test('without any setting everything has its documented default', () => {
  expect(readSettings({})).toMatchObject({
    http: { host: '127.0.0.1', port: 8080 },
    gateway: { host: '127.0.0.1', port: { port: 8443, explicit: false } },
    localAgent: true,
    listen: [{ cluster: 'default', udpPort: 8649, xml: { port: 8649, explicit: false } }],
  });
});

describe('collector.listen', () => {
  async function read(yaml: string): Promise<ReturnType<typeof readSettings>> {
    const home = await mkdtemp(path.join(tmpdir(), 'plexus-settings-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    await writeFile(path.join(home, 'plexus.yaml'), yaml);
    return readSettings({ PLEXUS_HOME: home });
  }

  test('several entries may feed one cluster; only the first shows it', async () => {
    const { listen } = await read(`collector: {listen: [
      {cluster: web, multicast: 239.2.11.71, interface: eth1},
      {cluster: web, multicast: 'ff15::8649', bind: 'ff15::8649', receiveBufferBytes: 1048576},
      {cluster: edge, xmlPort: off}]}`);
    expect(listen).toMatchObject([
      { cluster: 'web', udpPort: 8649, multicastGroup: '239.2.11.71', interface: 'eth1', xml: { port: 8649 } },
      { cluster: 'web', multicastGroup: 'ff15::8649', bind: 'ff15::8649', receiveBufferBytes: 1_048_576 },
      { cluster: 'edge' },
    ]);
    expect(listen.map(({ xml }) => xml !== undefined)).toEqual([true, false, false]);
  });

  test.each([
    ['only those named', "[10.0.0.0/8, 'fd00::/8']", { '10.1.1.1': true, 'fd00::7': true, '192.0.2.1': false }],
    ['the first that fits decides', "['!10.9.0.0/16', 10.0.0.0/8]", { '10.9.1.1': false, '10.1.1.1': true }],
    ['a list that only refuses lets the rest in', "['!10.9.0.0/255.255.0.0']", { '10.9.1.1': false, '10.1.1.1': true }],
  ])('acl: %s', async (_what, list, verdicts) => {
    const { listen } = await read(`collector: {listen: [{cluster: c, acl: ${list}, xmlAcl: ${list}}]}`);
    for (const [address, allowed] of Object.entries(verdicts)) {
      expect(listen[0]?.acl?.allows(address)).toBe(allowed);
      expect(listen[0]?.xml?.acl?.allows(address)).toBe(allowed);
    }
  });

  test('what is wrong is told together, with the place', async () => {
    const reading = read(`collector: {listen: [
      {udpPort: 70000, colour: red}, {cluster: b, acl: [10.0.0.0/99], spoof: maybe, receiveBufferBytes: none}]}`);
    await expect(reading).rejects.toMatchObject({
      message: expect.stringMatching(
        /listen\[0\]\.colour: not a known[^]*listen\[0\]\.cluster: missing[^]*listen\[0\]\.udpPort: 70000[^]*listen\[1\]\.receiveBufferBytes: "none"[^]*listen\[1\]\.acl: "10\.0\.0\.0\/99"[^]*listen\[1\]\.spoof: "maybe"/,
      ),
    });
  });
});

// [what, environment, text of the message]
const bad: [string, Record<string, string>, string][] = [
  [
    'a port that is no number',
    { PLEXUS_HTTP_PORT: 'eighty' },
    'PLEXUS_HTTP_PORT: "eighty" was given; a port from 0 to 65535',
  ],
  ['a port past the last', { PLEXUS_GATEWAY_PORT: '65536' }, 'PLEXUS_GATEWAY_PORT: "65536" was given'],
  ['a database that is not PostgreSQL', { PLEXUS_DATABASE_URL: 'mysql://x' }, 'postgres:// or postgresql://'],
  ['a queue nobody knows', { PLEXUS_QUEUE_URL: 'amqp://x' }, 'redis:// or rediss:// or postgres://'],
  [
    'a misspelt setting',
    { PLEXUS_HTPP_PORT: '1' },
    'PLEXUS_HTPP_PORT: not a known setting. Did you mean PLEXUS_HTTP_PORT?',
  ],
  ['an open bind without TLS', { PLEXUS_HTTP_HOST: '0.0.0.0' }, 'would send passwords in the clear'],
  ['half a TLS pair', { PLEXUS_TLS_CERT: '/x' }, 'only one is given; both or none'],
  ['a short password', { PLEXUS_ADMIN_PASSWORD: 'short' }, 'at least 10 characters'],
  ['a switch that is neither on nor off', { PLEXUS_LOCAL_AGENT: 'maybe' }, 'on or off is accepted'],
  ['a role that does not exist', { PLEXUS_ROLES: 'web,king' }, 'a comma list of collector, checker'],
];
for (const [what, environment, text] of bad) {
  test(`${what} is refused with what is accepted`, () => expect(problemsOf(environment)).toContain(text));
}

test('a process with some of the roles needs what it shares with the others', () => {
  const message = problemsOf({ PLEXUS_ROLES: 'collector,web' });
  for (const needed of ['PLEXUS_DATABASE_URL', 'PLEXUS_INFLUX_URL', 'PLEXUS_SECRET_KEY'])
    expect(message).toContain(`${needed}: missing`);
  const shared = {
    PLEXUS_DATABASE_URL: 'postgres://db/plexus',
    PLEXUS_INFLUX_URL: 'http://influx:8086',
    PLEXUS_SECRET_KEY: 'k',
  };
  expect(problemsOf({ PLEXUS_ROLES: 'collector,web', ...shared })).toBe('none');
});

test('all problems are told at once', () => {
  const message = problemsOf({ PLEXUS_HTTP_PORT: 'x', PLEXUS_SMTP_URL: 'y', PLEXUS_LOCAL_AGENT: 'z' });
  expect(message.split('\n')).toHaveLength(4);
  expect(message).toContain('3 problems; nothing was started.');
});

test('a secret never shows in logs or JSON', () => {
  const settings = readSettings({ PLEXUS_ADMIN_PASSWORD: 'very secret indeed' });
  expect(JSON.stringify(settings)).not.toContain('very secret');
  expect(`${settings.adminPassword}`).toBe('[secret]');
});
