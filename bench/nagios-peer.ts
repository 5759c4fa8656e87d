// Nagios with the site of the bench of checks: a configuration of its own, no web, as its own
// user. At its end it writes what it remembers of every service.

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { peerPath } from '#test/support/peer.ts';
import { HOSTS, PLUGIN, SERVICES_PER_HOST, type CheckSystem } from './check-system.ts';
import { observePeer, openPeerFolder, startPeer, type LastCheck, type PeerProcess } from './peer-process.ts';

const clock = systemClock();

export interface NagiosPeer extends CheckSystem {
  /** The main file of its configuration. */
  readonly configFile: string;
  /** Reads and verifies the configuration and ends. */
  loadMs(): number;
}

/** Undefined where it is not installed. */
export function createNagiosPeer(): NagiosPeer | undefined {
  const program = peerPath('nagios4');
  if (program === undefined) return undefined;
  const folder = openPeerFolder('nagios');
  const file = (name: string): string => path.join(folder, name);
  mkdirSync(file('spool'));
  chmodSync(file('spool'), 0o777);
  writeFileSync(file('nagios.cfg'), mainFile(file));
  writeFileSync(file('objects.cfg'), objectsFile(60));
  let running: PeerProcess | undefined;

  return {
    name: 'Nagios',
    configFile: file('nagios.cfg'),
    loadMs() {
      const startTick = clock.monotonicMs();
      const { status } = spawnSync(program, ['-v', file('nagios.cfg')], { timeout: 20_000, stdio: 'ignore' });
      if (status !== 0) throw new Error(`nagios4 -v ended with ${status}`);
      return clock.monotonicMs() - startTick;
    },
    async run(intervalSec) {
      writeFileSync(file('objects.cfg'), objectsFile(intervalSec));
      rmSync(file('retention.dat'), { force: true });
      running = startPeer(program, [file('nagios.cfg')]);
      return observePeer(running, intervalSec, () => readRetention(readFileSync(file('retention.dat'), 'utf8')));
    },
    async dispose() {
      await running?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Debian's settings where it has them; spared what only large sites need to be spared. */
const mainFile = (file: (name: string) => string): string => {
  const paths = {
    cfg_file: 'objects.cfg',
    log_file: 'nagios.log',
    object_cache_file: 'objects.cache',
    precached_object_file: 'precached',
    status_file: 'status.dat',
    state_retention_file: 'retention.dat',
    lock_file: 'nagios.pid',
    temp_file: 'nagios.tmp',
    check_result_path: 'spool',
    command_file: 'nagios.cmd',
    query_socket: 'nagios.qh',
  };
  return [
    ...Object.entries(paths).map(([name, value]) => `${name}=${file(value)}`),
    `temp_path=${file('')}`,
    'nagios_user=nagios',
    'nagios_group=nagios',
    'interval_length=1',
    'use_large_installation_tweaks=1',
    'retain_state_information=1',
    'enable_notifications=0',
    'check_external_commands=0',
    'check_for_updates=0',
    'use_syslog=0',
    'illegal_macro_output_chars=`~$&|\'"<>',
    '',
  ].join('\n');
};

function objectsFile(intervalSec: number): string {
  const define = (type: string, directives: Record<string, string | number>): string =>
    `define ${type} {\n${Object.entries(directives)
      .map(([name, value]) => `  ${name} ${value}\n`)
      .join('')}}\n`;
  const always = { notification_period: 'always', check_period: 'always', contacts: 'nobody', max_check_attempts: 3 };
  const lines = [
    define('timeperiod', {
      timeperiod_name: 'always',
      alias: 'always',
      ...Object.fromEntries(
        ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'].map((day) => [
          day,
          '00:00-24:00',
        ]),
      ),
    }),
    define('command', { command_name: 'dummy', command_line: `${PLUGIN} 0` }),
    define('contact', {
      contact_name: 'nobody',
      host_notification_period: 'always',
      service_notification_period: 'always',
      host_notification_commands: 'dummy',
      service_notification_commands: 'dummy',
    }),
  ];
  for (let host = 0; host < HOSTS; host++) {
    const host_name = `bench-${host}`;
    lines.push(
      define('host', { host_name, address: '127.0.0.1', check_command: 'dummy', active_checks_enabled: 0, ...always }),
    );
    for (let service = 0; service < SERVICES_PER_HOST; service++) {
      lines.push(
        define('service', {
          host_name,
          service_description: `service-${service}`,
          check_command: 'dummy',
          check_interval: intervalSec,
          retry_interval: intervalSec,
          ...always,
        }),
      );
    }
  }
  return lines.join('');
}

function readRetention(text: string): LastCheck[] {
  return text
    .split('\nservice {\n')
    .slice(1)
    .map((block) => ({
      atMs: Number(/^last_check=(\d+)$/m.exec(block)?.[1]) * 1000,
      latencyMs: Number(/^check_latency=([\d.]+)$/m.exec(block)?.[1]) * 1000,
    }));
}
