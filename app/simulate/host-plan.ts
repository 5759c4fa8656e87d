// Which virtual hosts there are: names, kinds and clusters. Pure.

import type { HostKind } from './virtual-host.ts';

export interface ClusterPlan {
  name: string;
  /** Where its metric packets go: a packet names no cluster, so each has a port of its own. */
  sendTo: { host: string; port: number };
  /** Weight when hosts are dealt out; 1 when absent. */
  weight?: number;
}

export interface HostPlan {
  /** `web-01`: the cluster and a number within it. */
  name: string;
  kind: HostKind;
  cluster: ClusterPlan;
  /** Unique in the fleet, from 0. */
  index: number;
}

const KINDS: readonly HostKind[] = ['web', 'db', 'cache', 'batch'];

/** By the beginning of the cluster's name; other names take the kinds in turn. */
const kindOf = (cluster: string, position: number): HostKind =>
  KINDS.find((kind) => cluster.startsWith(kind)) ?? KINDS[position % KINDS.length] ?? 'web';

/** Deals `count` hosts out by weight: no cluster is off its share by a whole host, the first ones get the rest. */
export function planHosts(clusters: readonly ClusterPlan[], count: number): HostPlan[] {
  const total = clusters.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const sizes = clusters.map(({ weight = 1 }) => Math.floor((count * weight) / total));
  const rest = count - sizes.reduce((sum, size) => sum + size, 0);
  const digits = Math.max(2, String(count).length);
  const hosts: HostPlan[] = [];
  clusters.forEach((cluster, position) => {
    const size = (sizes[position] ?? 0) + (position < rest ? 1 : 0);
    const kind = kindOf(cluster.name, position);
    for (let number = 1; number <= size; number++) {
      const name = `${cluster.name}-${String(number).padStart(digits, '0')}`;
      hosts.push({ name, kind, cluster, index: hosts.length });
    }
  });
  return hosts;
}

/** `web=127.0.0.1:8649,db=127.0.0.1:8650`; the reason when it is not that. */
export function parseClusters(list: string): { ok: true; clusters: ClusterPlan[] } | { ok: false; reason: string } {
  const clusters: ClusterPlan[] = [];
  for (const entry of list.split(',').map((part) => part.trim())) {
    // The name becomes part of host names, of directories and of a script.
    const [, name = '', target = ''] = /^([a-z0-9][a-z0-9-]{0,39})=(.+)$/.exec(entry) ?? [];
    const sendTo = parseTarget(target);
    if (name === '' || !sendTo)
      return { ok: false, reason: `"${entry}" was given; name=host:port is accepted, such as web=127.0.0.1:8649` };
    if (clusters.some((cluster) => cluster.name === name)) return { ok: false, reason: `"${name}" is there twice` };
    clusters.push({ name, sendTo });
  }
  return { ok: true, clusters };
}

/** `host:port`; undefined when it is not that. */
export function parseTarget(text: string): { host: string; port: number } | undefined {
  const [, host = '', port = ''] = /^\[?([^[\]\s]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  return host !== '' && Number(port) >= 1 && Number(port) <= 65_535 ? { host, port: Number(port) } : undefined;
}
