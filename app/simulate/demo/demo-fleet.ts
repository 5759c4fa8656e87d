// The fleet of the demo: which clusters, which hosts have a part in the story, and
// what their applications measure.

import { existsSync, readFileSync } from 'node:fs';
import type { CustomMetric } from '../custom-metrics.ts';
import { planHosts, type HostPlan } from '../host-plan.ts';
import type { HostExtras } from '../virtual-agent.ts';
import type { Strain } from '../virtual-host.ts';
import type { VirtualRoot } from '../virtual-root.ts';
import { hash32 } from '#kernel/splay.ts';

export const CLUSTERS = ['web', 'batch', 'db'] as const;
const WEIGHTS: Readonly<Record<string, number>> = { web: 5, batch: 3, db: 2 };
/** With fewer one of the clusters would be empty. */
export const LEAST_HOSTS = 6;

/** Where the job queue keeps its backlog on a batch host; a script that drains it writes here. */
export const BACKLOG = '/var/spool/jobs/waiting';
const DISK_NEARLY_FULL = 0.93;

export interface DemoFleetPlan {
  hosts: HostPlan[];
  /** Runs the shop. */
  shopHost: string;
  /** Its job queue fills up now and then. */
  queueHost: string;
  /** Its CPUs are busy now and then. */
  busyHost: string;
  /** What to change to make `busyHost` busy. */
  busyStrain: Strain;
  extrasOf(host: HostPlan): HostExtras;
}

export function planDemoFleet(clusters: readonly { name: string; udpPort: number }[], count: number): DemoFleetPlan {
  const hosts = planHosts(
    clusters.map(({ name, udpPort }) => ({
      name,
      sendTo: { host: '127.0.0.1', port: udpPort },
      weight: WEIGHTS[name] ?? 1,
    })),
    count,
  );
  const named = (cluster: string, place: number): string =>
    hosts.filter((host) => host.cluster.name === cluster).at(place)?.name ?? '';
  const shopHost = named('web', 0);
  const queueHost = named('batch', 0);
  const busyHost = named('batch', -1);
  const fullHost = named('db', -1);
  const busyStrain: Strain = {};
  return {
    ...{ hosts, shopHost, queueHost, busyHost, busyStrain },
    extrasOf({ name, kind }) {
      return {
        services: name === shopHost ? ['shop'] : [],
        strain: name === busyHost ? busyStrain : name === fullHost ? { diskShare: DISK_NEARLY_FULL } : {},
        metrics: (root) =>
          kind === 'web' ? webMetrics(name) : kind === 'db' ? dbMetrics(name) : queueMetrics(name, root),
      };
    },
  };
}

/** A wave around `level`, `swing` of it to either side, shifted by the host's name. */
const wave = (seedText: string, level: number, swing: number, periodSec: number) => {
  const seed = hash32(seedText);
  return (nowMs: number): number => {
    const at = nowMs / 1000 + (seed % 10_000);
    const slow = Math.sin((2 * Math.PI * at) / periodSec);
    const quick = Math.sin(at / 3.1) * 0.2;
    return Math.max(0, level * (1 + swing * (slow + quick)));
  };
};

const webMetrics = (host: string): CustomMetric[] => [
  {
    ...{ name: 'http_requests', title: 'HTTP requests', units: 'requests/s', group: 'http' },
    valueAt: wave(`${host} requests`, 140, 0.5, 900),
  },
  {
    ...{ name: 'http_p95', title: 'Response time, 95th percentile', units: 'ms', group: 'http' },
    valueAt: wave(`${host} p95`, 85, 0.3, 420),
  },
];

const dbMetrics = (host: string): CustomMetric[] => [
  {
    ...{ name: 'db_connections', title: 'Client connections', units: 'connections', group: 'database' },
    valueAt: wave(`${host} connections`, 60, 0.4, 600),
  },
  {
    ...{ name: 'db_replication_lag', title: 'Replication lag', units: 's', group: 'database' },
    valueAt: wave(`${host} lag`, 4, 0.9, 300),
  },
];

const queueMetrics = (host: string, root: VirtualRoot): CustomMetric[] => {
  const usual = wave(`${host} waiting`, 40, 0.4, 240);
  const file = root.real(BACKLOG);
  return [
    {
      ...{ name: 'jobs_waiting', title: 'Jobs that wait', units: 'jobs', group: 'queue' },
      valueAt: (nowMs) => (existsSync(file) ? Number(readFileSync(file, 'utf8')) || 0 : 0) + usual(nowMs),
    },
    {
      ...{ name: 'jobs_running', title: 'Jobs at work', units: 'jobs', group: 'queue' },
      valueAt: wave(`${host} running`, 24, 0.3, 360),
    },
  ];
};
