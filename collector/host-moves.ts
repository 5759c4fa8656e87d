// A machine that changed its address is heard under another key. Its old entry must not
// stay as a ghost, go quiet and wake somebody.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { LiveCluster, LiveHost, MetricState } from './metric-state.ts';
import { createNamesakes } from './namesakes.ts';
import type { RememberedHosts } from './remembered-hosts.ts';

export interface HostMoves {
  /** A host has become known, or its agent: closes what is open under the old key of the same machine. */
  settle(host: LiveHost): void;
  /** For one sweep of `cluster`: tells whether a host, silent for too long, lives on under another key. Its entry is gone then. */
  lookAt(cluster: LiveCluster): (silent: LiveHost) => boolean;
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
  const quiet = createNamesakes<LiveHost>();

  function forget(cluster: LiveCluster, host: LiveHost): void {
    quiet.remove(host);
    state.removeHost(cluster, host);
  }

  function tellBack(cluster: string, { key: hostKey, name }: { key: string; name: string }): void {
    publish([{ kind: 'host.back', atMs: clock.nowMs(), data: { cluster, hostKey, name } }]);
  }

  return {
    noteQuiet: (host) => void quiet.add(host),
    settle(host) {
      const cluster = state.clusters.get(host.cluster);
      for (const older of quiet.of(host)) {
        if (!older.quiet || cluster?.hosts.get(older.key) !== older) quiet.remove(older);
        else if (isSameMachine(older, host)) {
          forget(cluster, older);
          tellBack(host.cluster, older);
        }
      }
      for (const older of remembered.takeQuiet(host)) tellBack(host.cluster, older);
    },
    lookAt(cluster) {
      // What a poll brought follows its source, which tells of a host again and again.
      if (cluster.polled !== undefined) return () => false;
      // Half a site may fall silent at once: what takes the square of it would hold up the other half.
      const alive = createNamesakes<LiveHost>();
      for (const host of cluster.hosts.values()) if (!host.quiet) alive.add(host);
      return (silent) => {
        const isSuccessor = (other: LiveHost) => other !== silent && !other.quiet && isSameMachine(silent, other);
        if (!alive.of(silent).some(isSuccessor)) return false;
        forget(cluster, silent);
        return true;
      };
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
