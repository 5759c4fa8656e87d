// Icinga 2 with the site of the bench of checks: a configuration of its own with the checker and
// nothing else, as its own user. At its end it writes what it remembers of every service.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { peerPath } from '#test/support/peer.ts';
import { HOSTS, PLUGIN, SERVICES_PER_HOST, type CheckSystem } from './check-system.ts';
import { observePeer, openPeerFolder, startPeer, type LastCheck, type PeerProcess } from './peer-process.ts';

const clock = systemClock();

export interface IcingaPeer extends CheckSystem {
  /** Reads and verifies the configuration and ends. */
  loadMs(): number;
}

/** Undefined where it is not installed. */
export function createIcingaPeer(): IcingaPeer | undefined {
  const program = peerPath('icinga2');
  if (program === undefined) return undefined;
  const folder = openPeerFolder('icinga');
  const file = (name: string): string => path.join(folder, name);
  for (const name of ['data', 'log', 'cache', 'run', 'spool']) {
    mkdirSync(file(name));
    chmodSync(file(name), 0o777);
  }
  const args = (more: string[]): string[] => [
    'daemon',
    ...['-c', file('icinga2.conf'), '-x', 'critical'],
    ...['-D', `DataDir=${file('data')}`, '-D', `LogDir=${file('log')}`, '-D', `CacheDir=${file('cache')}`],
    ...['-D', `InitRunDir=${file('run')}`, '-D', `SpoolDir=${file('spool')}`],
    ...more,
  ];
  const state = file('data/icinga2.state');
  writeFileSync(file('icinga2.conf'), configuration(60));
  let running: PeerProcess | undefined;

  return {
    name: 'Icinga',
    loadMs() {
      const startTick = clock.monotonicMs();
      const { status } = spawnSync(program, args(['-C']), { timeout: 30_000, stdio: 'ignore' });
      if (status !== 0) throw new Error(`icinga2 daemon -C ended with ${status}`);
      return clock.monotonicMs() - startTick;
    },
    async run(intervalSec) {
      writeFileSync(file('icinga2.conf'), configuration(intervalSec));
      rmSync(state, { force: true });
      running = startPeer(program, args([]));
      return observePeer(running, intervalSec, () => (existsSync(state) ? readState(readFileSync(state)) : []));
    },
    async dispose() {
      await running?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const configuration = (intervalSec: number): string => `
object CheckerComponent "checker" {}
object CheckCommand "dummy" { command = [ "${PLUGIN}", "0" ] }
for (h in range(${HOSTS})) {
  object Host "bench-" + h {
    address = "127.0.0.1"
    check_command = "dummy"
    enable_active_checks = false
  }
  for (s in range(${SERVICES_PER_HOST})) {
    object Service "service-" + s use (h) {
      host_name = "bench-" + h
      check_command = "dummy"
      check_interval = ${intervalSec}
      retry_interval = ${intervalSec}
      max_check_attempts = 3
    }
  }
}
`;

interface StateEntry {
  type: string;
  update: { last_check_result?: { schedule_start: number; execution_start: number } | null };
}

/** Netstrings of JSON, one an object. */
function readState(bytes: Buffer): LastCheck[] {
  const checks: LastCheck[] = [];
  for (let at = 0; at < bytes.length;) {
    const colon = bytes.indexOf(':', at);
    const length = Number(bytes.toString('latin1', at, colon));
    const { type, update }: StateEntry = JSON.parse(bytes.toString('utf8', colon + 1, colon + 1 + length));
    const result = update.last_check_result;
    if (type === 'Service' && result) {
      checks.push({
        atMs: result.execution_start * 1000,
        latencyMs: (result.execution_start - result.schedule_start) * 1000,
      });
    }
    at = colon + 1 + length + 1;
  }
  return checks;
}
