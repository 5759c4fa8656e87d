// A site in memory with a host, or some, and services, for the parts of the engine that need no database.

import { checkSettings, type StoredCheckSettings } from '#checks/check-settings.ts';
import { createSite, type WatchedSite } from '#checks/engine/site.ts';
import type { LoadedCheck, LoadedHost } from '#checks/engine/site-store.ts';
import type { ServiceNode } from '#checks/engine/node.ts';

const NEVER: LoadedCheck['state'] = {
  ...{ state: 'pending', stateType: 'hard', machine: {}, output: '', longOutput: '', perfdata: '', mutedBy: null },
  ...{ lastCheckAtMs: null, lastOkAtMs: null, nextCheckAtMs: null },
};

const loadedHost = (name: string): LoadedHost => ({
  ...{ id: `host-${name}`, name, address: '10.0.0.1', cluster: 'c', alias: '', isReporting: true },
  ...{ isInMaintenance: false, downtimes: [] },
});

interface SmallService {
  name: string;
  settings?: StoredCheckSettings;
  details?: LoadedCheck['definition']['details'];
  maxAttempts?: number;
}

/** One host of that name with these services; a service's id is its name. */
function putHost(site: WatchedSite, hostName: string, services: readonly SmallService[]): LoadedHost {
  const host = loadedHost(hostName);
  const checks = services.map(({ name, settings = {}, details = {}, maxAttempts = 1 }): LoadedCheck => ({
    definition: {
      ...{
        id: name,
        name,
        object: 'service',
        hostId: host.id,
        hostName,
        address: host.address,
        kind: 'passive',
        spec: {},
      },
      ...{ timeoutMs: 5000, details, serviceGroups: ['web'] },
      settings: { ...checkSettings('service', settings), intervalMs: 60_000, retryIntervalMs: 10_000, maxAttempts },
    },
    state: NEVER,
  }));
  site.update([host.id], { hosts: [host], checks }, () => false);
  return host;
}

export function smallSite(services: readonly SmallService[]): {
  site: WatchedSite;
  service(name: string): ServiceNode;
} {
  const site = createSite({ zone: 'UTC' });
  putHost(site, 'web-1', services);
  return {
    site,
    service(name) {
      const node = site.objects.get(name);
      if (node?.object !== 'service') throw new Error(`no service ${name}`);
      return node;
    },
  };
}
