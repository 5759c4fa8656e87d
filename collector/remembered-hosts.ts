// What an earlier process knew of hosts that have not been heard again yet: shown nowhere,
// counted nowhere, and given to a host with its first packet.

import { createNamesakes } from './namesakes.ts';
import type { Announcement, LiveHost } from './metric-state.ts';

export interface RememberedHost {
  cluster: string;
  key: string;
  name: string;
  spoofedAs?: string;
  location?: string;
  agentId?: string;
  gmondStartedSec: number;
  heardAtMs: number;
  quiet: boolean;
  metrics: ReadonlyMap<string, Announcement>;
}

export interface RememberedHosts {
  load(hosts: Iterable<RememberedHost>): void;
  /** Tells a new host what is known of it. True when its name is one that was looked up before. */
  recall(host: LiveHost): boolean;
  /** Metadata of a metric whose first value comes without. */
  announcementOf(host: LiveHost, metricKey: string): Announcement | undefined;
  /** Keys under which the machine of `host` was quiet; told once. */
  takeQuiet(host: LiveHost): { key: string; name: string }[];
  /** Metadata of a host that is heard whose metrics have not spoken yet. */
  unspoken(host: LiveHost): ReadonlyMap<string, Announcement> | undefined;
  unheard(): Iterable<RememberedHost>;
  forget(cluster: string, key: string): void;
  /** Everything: what has not come by now will not. */
  clear(): void;
}

export function createRememberedHosts(): RememberedHosts {
  const unheard = new Map<string, RememberedHost>();
  let quiet = createNamesakes<RememberedHost>();
  let metricsOf = new WeakMap<LiveHost, Map<string, Announcement>>();
  const idOf = (cluster: string, key: string) => `${cluster}\0${key}`;

  function drop(id: string): void {
    const known = unheard.get(id);
    if (known?.quiet) quiet.remove(known);
    unheard.delete(id);
  }

  return {
    load(hosts) {
      for (const host of hosts) {
        unheard.set(idOf(host.cluster, host.key), host);
        if (host.quiet) quiet.add(host);
      }
    },
    recall(host) {
      const id = idOf(host.cluster, host.key);
      const known = unheard.get(id);
      if (known === undefined) return false;
      drop(id);
      // An address may have gone to another machine, which names itself or is looked up again.
      if ((known.spoofedAs === undefined) !== (host.spoofedAs === undefined)) return false;
      if (host.spoofedAs !== undefined && known.name !== host.name) return false;
      host.name = known.name;
      host.location = known.location;
      host.gmondStartedSec = known.gmondStartedSec;
      // An address alone does not say that the same agent still lives there.
      if (host.spoofedAs !== undefined) host.agentId = known.agentId;
      metricsOf.set(host, new Map(known.metrics));
      return known.name !== known.key;
    },
    announcementOf(host, metricKey) {
      const metrics = metricsOf.get(host);
      const announcement = metrics?.get(metricKey);
      if (metrics?.delete(metricKey) && metrics.size === 0) metricsOf.delete(host);
      return announcement;
    },
    takeQuiet(host) {
      const found = quiet.of(host).filter(({ agentId }) => !agentId || !host.agentId || agentId === host.agentId);
      for (const { cluster, key } of found) drop(idOf(cluster, key));
      return found;
    },
    unspoken: (host) => metricsOf.get(host),
    unheard: () => unheard.values(),
    forget: (cluster, key) => drop(idOf(cluster, key)),
    clear() {
      unheard.clear();
      quiet = createNamesakes();
      metricsOf = new WeakMap();
    },
  };
}
