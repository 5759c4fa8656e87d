// `npm test`: brings the real peers where that is possible (Debian, as root), then
// runs the checks and the whole suite. Elsewhere it says what is skipped and why.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const PEERS: Record<string, string> = {
  'ganglia-monitor': '/usr/sbin/gmond',
  gmetad: '/usr/sbin/gmetad',
  influxdb: '/usr/bin/influxd',
  'victoria-metrics': '/usr/bin/victoria-metrics',
  python3: '/usr/bin/python3',
  'ganglia-webfrontend': '/usr/share/ganglia-webfrontend/ganglia.php',
  'php-cli': '/usr/bin/php',
  'php-xml': '/usr/share/doc/php-xml',
  'redis-server': '/usr/bin/redis-server',
  'monitoring-plugins-basic': '/usr/lib/nagios/plugins/check_dummy',
  'monitoring-plugins-standard': '/usr/lib/nagios/plugins/check_snmp',
  fping: '/usr/bin/fping',
  'iputils-ping': '/bin/ping',
  openssl: '/usr/bin/openssl',
  snmp: '/usr/bin/snmpget',
  snmpd: '/usr/sbin/snmpd',
  'nagios4-core': '/usr/sbin/nagios4',
  'nagios-nrpe-server': '/usr/sbin/nrpe',
  'nsca-client': '/usr/sbin/send_nsca',
  curl: '/usr/bin/curl',
  chromium: '/usr/bin/chromium',
  // Without any font a page has no text to measure.
  'fonts-dejavu-core': '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
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

interface Counts {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

/** The counts of the run, from vitest's own report; undefined when it did not get that far. */
function readCounts(file: string): Counts | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-tests-'));
const report = path.join(directory, 'report.json');
const checked = run(process.execPath, ['app/dev/check.ts']);
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const tested = run('vitest', ['run', ...reporters, ...process.argv.slice(2)]);
const counts = readCounts(report);
rmSync(directory, { recursive: true });

const skipped = (counts?.numPendingTests ?? 0) + (counts?.numTodoTests ?? 0);
const skipsFail = process.env['PLEXUS_TEST_REQUIRE_PEERS'] === '1' && skipped > 0;
if (!checked) console.log('npm run check failed; see above.');
if (skipsFail) console.log(`${skipped} tests were skipped, and PLEXUS_TEST_REQUIRE_PEERS=1 makes that a failure.`);
process.exitCode = checked && tested && counts && !skipsFail ? 0 : 1;
console.log(`${counts?.numPassedTests ?? 0} passed, ${counts?.numFailedTests ?? 0} failed, ${skipped} skipped`);
