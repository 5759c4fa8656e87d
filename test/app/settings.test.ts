import { expect, test } from 'vitest';
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
