import { expect, test } from 'vitest';
import { outsideOf, readMonitoring } from '#app/settings-monitoring.ts';
import { createSettingReader } from '#kernel/config-reader.ts';

function read(environment: Record<string, string>, content: unknown = null) {
  const reader = createSettingReader({ environment, file: { name: 'plexus.yaml', content } });
  const monitoring = readMonitoring(reader);
  reader.finish();
  return monitoring;
}

test('without settings nothing listens, and periods are in UTC', () => {
  const monitoring = read({});
  expect(monitoring.timezone).toBe('UTC');
  expect(outsideOf(monitoring)).toEqual({});
});

test('each wire is on as soon as it is said where, and then on this machine only', () => {
  const monitoring = read(
    { PLEXUS_NSCA_PORT: '5667', PLEXUS_NSCA_PASSWORD: 'shared', PLEXUS_COMMAND_FILE: '/run/plexus/nagios.cmd' },
    { timezone: 'Europe/Berlin', livestatus: { socket: '/run/plexus/live', port: 6557 }, commandFolders: '/a:/b' },
  );
  expect(monitoring.timezone).toBe('Europe/Berlin');
  expect(JSON.stringify(monitoring)).not.toContain('shared');
  expect(outsideOf(monitoring)).toEqual({
    nsca: { host: '127.0.0.1', port: 5667, method: 1, password: 'shared' },
    commandFile: { path: '/run/plexus/nagios.cmd', folders: ['/a', '/b'] },
    livestatus: { socket: '/run/plexus/live', tcp: { host: '127.0.0.1', port: 6557 } },
  });
});

test.each([
  [{ PLEXUS_NSCA_METHOD: '4' }, /PLEXUS_NSCA_METHOD: "4" was given; one of 0 \(none\), 1 \(xor\)/],
  [{ PLEXUS_NSCA_PORT: 'nsca' }, /PLEXUS_NSCA_PORT: "nsca" was given; a port/],
  [{ PLEXUS_TIMEZONE: 'Mars/Olympus' }, /PLEXUS_TIMEZONE: "Mars\/Olympus" was given; the name of a time zone/],
  [{ PLEXUS_COMMAND_FILE: 'nagios.cmd' }, /PLEXUS_COMMAND_FILE: "nagios.cmd" was given; a full path/],
  [{ PLEXUS_COMMAND_FOLDERS: '/a:b' }, /PLEXUS_COMMAND_FOLDERS: "\/a:b" was given; full paths with : between/],
  [{ PLEXUS_LIVESTATUS_SOCKET: 'live' }, /PLEXUS_LIVESTATUS_SOCKET: "live" was given; a full path/],
])('%j is refused with what is accepted', (environment, message) => {
  expect(() => read(environment)).toThrow(message);
});
