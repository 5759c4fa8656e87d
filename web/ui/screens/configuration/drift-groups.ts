// The same difference on many hosts is one thing to look at. Pure.

import type { Drift } from '#web/contract/inventory.ts';

export interface DriftGroup {
  desiredStateId: string;
  name: string;
  summary: string;
  diff: string;
  hosts: { id: string; name: string }[];
}

/** Most hosts first. A diff that names its host differs on each, and so stays apart. */
export function groupDrift(drifts: readonly Drift[]): DriftGroup[] {
  const groups = new Map<string, DriftGroup>();
  for (const drift of drifts) {
    const key = JSON.stringify([drift.desiredStateId, drift.summary, drift.diff]);
    const host = { id: drift.hostId, name: drift.hostName };
    const group = groups.get(key);
    if (group) group.hosts.push(host);
    else {
      const { desiredStateId, desiredStateName: name, summary, diff } = drift;
      groups.set(key, { desiredStateId, name, summary, diff, hosts: [host] });
    }
  }
  return [...groups.values()].sort((a, b) => b.hosts.length - a.hosts.length || a.name.localeCompare(b.name));
}
