// A machine that changed its address is heard under another key. Its old entry must not
// stay as a ghost, go quiet and wake somebody.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { LiveCluster, LiveHost, MetricState } from './metric-state.ts';
import type { RememberedHosts } from './remembered-hosts.ts';

export interface HostMoves {
  /** A host has become known, or its agent: closes what is open under the old key of the same machine. */
  settle(host: LiveHost): void;
  /** True when `host`, silent for too long, lives on under another key; its entry is gone then. */
  hasMoved(cluster: LiveCluster, host: LiveHost): boolean;
  /** Notes a host that went quiet under its own key. */
  noteQuiet(host: LiveHost): void;
}

export function createHostMoves(deps: {
  clock: Clock;
  state: MetricState;
  remembered: Pick<RememberedHosts, 'takeQuiet'>;
  publish: (events: NewEvent[]) => void;
}): HostMoves {
  const { clock, state, remembered, publish } = deps;
  const quiet = new Set<LiveHost>();

  function forget(cluster: LiveCluster, host: LiveHost): void {
    quiet.delete(host);
    state.removeHost(cluster, host);
  }

  function tellBack(cluster: string, { key: hostKey, name }: { key: string; name: string }): void {
    publish([{ kind: 'host.back', atMs: clock.nowMs(), data: { cluster, hostKey, name } }]);
  }

  return {
    noteQuiet: (host) => void quiet.add(host),
    settle(host) {
      for (const older of quiet) {
        const cluster = state.clusters.get(older.cluster);
        if (!older.quiet || cluster?.hosts.get(older.key) !== older) quiet.delete(older);
        else if (older.cluster === host.cluster && isSameMachine(older, host)) {
          forget(cluster, older);
          tellBack(host.cluster, older);
        }
      }
      for (const older of remembered.takeQuiet(host)) tellBack(host.cluster, older);
    },
    hasMoved(cluster, host) {
      // What a poll brought follows its source, which tells of a host again and again.
      if (cluster.polled !== undefined) return false;
      for (const other of cluster.hosts.values()) {
        if (other === host || other.quiet || !isSameMachine(host, other)) continue;
        forget(cluster, host);
        return true;
      }
      return false;
    },
  };
}

/**
 * By the agent where both have one; otherwise by name, as inventory joins hosts, and only when
 * `newer` began after the last word of `older`: clones of one image may share a name and both live.
 */
function isSameMachine(older: LiveHost, newer: LiveHost): boolean {
  if (older.agentId !== undefined && newer.agentId !== undefined) return older.agentId === newer.agentId;
  return newer.firstTick >= older.heardTick && older.name.toLowerCase() === newer.name.toLowerCase();
}
