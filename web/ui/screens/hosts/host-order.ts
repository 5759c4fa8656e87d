// In which order the hosts of a cluster stand. Pure.

import type { LatestValue } from '#web/contract/metrics.ts';

export const HOST_ORDERS = ['high', 'low', 'name'] as const;
export type HostOrder = (typeof HOST_ORDERS)[number];

export const isHostOrder = (name: string): name is HostOrder => (HOST_ORDERS as readonly string[]).includes(name);

/** Hosts that are down come first in any order by value; hosts without the metric last. */
export function orderHosts<Host extends Pick<LatestValue, 'host' | 'hostUp' | 'number'>>(
  hosts: readonly Host[],
  order: HostOrder,
): Host[] {
  const numeric = new Intl.Collator(undefined, { numeric: true });
  const byName = (a: Host, b: Host): number => numeric.compare(a.host, b.host);
  if (order === 'name') return [...hosts].sort(byName);
  const sign = order === 'high' ? -1 : 1;
  return [...hosts].sort((a, b) => {
    if (a.hostUp !== b.hostUp) return Number(a.hostUp) - Number(b.hostUp);
    if (a.number === null || b.number === null)
      return Number(a.number === null) - Number(b.number === null) || byName(a, b);
    return sign * (a.number - b.number) || byName(a, b);
  });
}
