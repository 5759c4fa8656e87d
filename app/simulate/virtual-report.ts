// What a virtual host tells of itself: facts, packages, services, processes as a
// Debian machine of its kind would. The same host tells the same, but for its services.

import type { AgentReport } from '#kernel/domain/event.ts';
import { hash32 } from '#kernel/splay.ts';
import type { HostKind, VirtualHost } from './virtual-host.ts';
import type { VirtualRoot } from './virtual-root.ts';

// None that is checked over the network: nothing answers at the address of a virtual host.
const COMMON_SERVICES = ['chrony', 'cron', 'rsyslog', 'unattended-upgrades'];
const SERVICES: Readonly<Record<HostKind, readonly string[]>> = {
  web: ['haproxy', 'varnish'],
  db: ['pgbouncer', 'postgresql'],
  cache: ['redis-server'],
  batch: ['gearman-job-server', 'postfix'],
};

export const servicesOf = (kind: HostKind): string[] => [...COMMON_SERVICES, ...SERVICES[kind]].sort();

const COMMON_PACKAGES: readonly [string, string][] = [
  ['base-files', '12.4+deb12u9'],
  ['bash', '5.2.15-2+b7'],
  ['ca-certificates', '20230311'],
  ['chrony', '4.3-2+deb12u1'],
  ['coreutils', '9.1-1'],
  ['cron', '3.0pl1-162'],
  ['curl', '7.88.1-10+deb12u8'],
  ['dpkg', '1.21.22'],
  ['libc6', '2.36-9+deb12u9'],
  ['libssl3', '3.0.15-1~deb12u1'],
  ['openssh-server', '1:9.2p1-2+deb12u4'],
  ['openssl', '3.0.15-1~deb12u1'],
  ['python3', '3.11.2-1+b1'],
  ['rsyslog', '8.2302.0-1'],
  ['sudo', '1.9.13p3-1+deb12u1'],
  ['systemd', '252.33-1~deb12u1'],
  ['tzdata', '2024b-0+deb12u1'],
  ['unattended-upgrades', '2.9.1+nmu3'],
  ['vim-tiny', '2:9.0.1378-2'],
];
const PACKAGES: Readonly<Record<HostKind, readonly [string, string][]>> = {
  web: [
    ['haproxy', '2.6.12-1+deb12u1'],
    ['varnish', '7.1.1-1.1+deb12u1'],
  ],
  db: [
    ['pgbouncer', '1.18.0-1'],
    ['postgresql-15', '15.10-0+deb12u1'],
  ],
  cache: [['redis-server', '5:7.0.15-1~deb12u2']],
  batch: [
    ['gearman-job-server', '1.1.20+ds-1'],
    ['postfix', '3.7.11-0+deb12u1'],
  ],
};
// One host in nine was left out of the last round of updates: something to find in the inventory.
const OLD_OPENSSL = '3.0.11-1~deb12u2';
const isBehind = (hostName: string): boolean => hash32(hostName) % 9 === 0;

const CPU_MODELS: Readonly<Record<HostKind, string>> = {
  web: 'AMD EPYC 7313P 16-Core Processor',
  db: 'Intel(R) Xeon(R) Gold 6334 CPU @ 3.60GHz',
  cache: 'AMD EPYC 7313P 16-Core Processor',
  batch: 'AMD EPYC 7543 32-Core Processor',
};

interface ReportingHost {
  host: VirtualHost;
  kind: HostKind;
  root: VirtualRoot;
  /** Services besides those of its kind. */
  services: readonly string[];
}

export function reportOf({ host, kind, root, services }: ReportingHost): AgentReport {
  const seed = hash32(host.name);
  const names = [...new Set([...servicesOf(kind), ...services])].sort();
  const pidOf = (name: string) => 400 + (hash32(`${host.name} ${name}`) % 30_000);
  const packages = [...COMMON_PACKAGES, ...PACKAGES[kind]]
    .map(([name, version]) => ({
      name,
      version: isBehind(host.name) && (name === 'openssl' || name === 'libssl3') ? OLD_OPENSSL : version,
      arch: name === 'tzdata' || name === 'ca-certificates' ? 'all' : 'amd64',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const states = names.map((name) => ({ name, state: root.stateOf(name) }));
  return {
    facts: {
      hostname: host.name,
      'os.name': 'Debian GNU/Linux',
      'os.id': 'debian',
      'os.version': '12',
      'os.pretty': 'Debian GNU/Linux 12 (bookworm)',
      'kernel.release': '6.1.0-28-amd64',
      arch: 'x64',
      'cpu.model': CPU_MODELS[kind],
      'cpu.count': host.cpus,
      'memory.bytes': host.memoryBytes,
      'swap.bytes': 4 * 2 ** 30,
      'boot.atMs': host.bootAtMs,
      virtualization: kind === 'db' ? 'none' : 'kvm',
      timezone: 'UTC',
      'address.eth0': host.ip,
    },
    packages,
    services: states.map(({ name, state }) => ({ name, state, ...(state === 'running' && { pid: pidOf(name) }) })),
    processes: states
      .filter(({ state }) => state === 'running')
      .map(({ name }, place) => ({
        name,
        pid: pidOf(name),
        user: COMMON_SERVICES.includes(name) ? 'root' : name.slice(0, 8),
        cpuSec: 10 + ((seed >>> place) % 90_000),
        rssBytes: (4 + ((seed >>> place) % 400)) * 2 ** 20,
        startedAtMs: host.bootAtMs + 20_000 + place * 1500,
      })),
  };
}
