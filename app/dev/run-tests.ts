// `npm test`: brings the real peers where that is possible (Debian, as root), then
// runs the checks and the whole suite. Elsewhere it says what is skipped and why.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const PEERS: Record<string, string> = {
  'ganglia-monitor': '/usr/sbin/gmond',
  influxdb: '/usr/bin/influxd',
  'redis-server': '/usr/bin/redis-server',
  'monitoring-plugins-basic': '/usr/lib/nagios/plugins/check_dummy',
  chromium: '/usr/bin/chromium',
};
const POLICY = '/usr/sbin/policy-rc.d';

const missing = () => Object.keys(PEERS).filter((name) => !existsSync(PEERS[name] ?? ''));

const isDebian = (): boolean => {
  try {
    return /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
};

const run = (command: string, args: string[], env: Record<string, string> = {}): boolean =>
  spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;

function installPeers(packages: string[]): void {
  console.log(`test set-up: installing ${packages.join(', ')} with apt-get (PLEXUS_TEST_INSTALL=0 turns this off)`);
  // Without this Debian would start each daemon as it is installed.
  const hadPolicy = existsSync(POLICY);
  if (!hadPolicy) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
    chmodSync(POLICY, 0o755);
  }
  try {
    const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], quiet);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet);
  } finally {
    if (!hadPolicy) rmSync(POLICY);
  }
}

const wanted = missing();
if (wanted.length > 0) {
  const reason =
    process.env['PLEXUS_TEST_INSTALL'] === '0'
      ? 'PLEXUS_TEST_INSTALL=0'
      : !isDebian()
        ? 'this is not Debian'
        : process.getuid?.() !== 0
          ? 'not root'
          : undefined;
  if (reason === undefined) installPeers(wanted);
  else console.log(`test set-up: ${wanted.join(', ')} not installed (${reason}); their tests are skipped`);
}

const checked = run(process.execPath, ['app/dev/check.ts']);
const tested = run('vitest', ['run', ...process.argv.slice(2)]);
process.exitCode = checked && tested ? 0 : 1;
