// Hosts that reported to an earlier process. One that died while no collector ran would
// otherwise never be missed, since live state begins empty.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';

export interface ExpectedHost {
  name: string;
  /** Names it has been heard under; the first is the one it is told quiet under. */
  keys: readonly { cluster: string; hostKey: string }[];
}

export interface ExpectedHosts {
  /** Takes the hosts of `clusters` as heard last at this moment. */
  expect(hosts: readonly ExpectedHost[], clusters: ReadonlySet<string>): void;
  /** A host was heard for the first time here. */
  heard(cluster: string, hostKey: string): void;
  /** Publishes `host.quiet` for all who are still unheard after `limitMs`, then forgets them. */
  sweep(): void;
}

export function createExpectedHosts(
  deps: { clock: Clock; publish: (events: NewEvent[]) => void },
  options: { limitMs: number },
): ExpectedHosts {
  const { clock, publish } = deps;
  const unheard = new Set<ExpectedHost>();
  const byKey = new Map<string, Map<string, ExpectedHost>>();
  let sinceTick = 0;

  return {
    expect(hosts, clusters) {
      sinceTick = clock.monotonicMs();
      for (const host of hosts) {
        // Another collector may hear the other clusters.
        if (!host.keys[0] || !clusters.has(host.keys[0].cluster)) continue;
        unheard.add(host);
        for (const { cluster, hostKey } of host.keys) {
          const keys = byKey.get(cluster) ?? new Map<string, ExpectedHost>();
          byKey.set(cluster, keys.set(hostKey, host));
        }
      }
    },
    heard(cluster, hostKey) {
      const host = byKey.get(cluster)?.get(hostKey);
      if (host) unheard.delete(host);
    },
    sweep() {
      const silentMs = clock.monotonicMs() - sinceTick;
      if (byKey.size === 0 || silentMs < options.limitMs) return;
      const atMs = clock.nowMs();
      const silentSec = Math.floor(silentMs / 1000);
      const quiet = [...unheard].flatMap(({ name, keys: [first] }): NewEvent[] =>
        first ? [{ kind: 'host.quiet', atMs, data: { ...first, name, silentSec } }] : [],
      );
      unheard.clear();
      byKey.clear();
      if (quiet.length > 0) publish(quiet);
    },
  };
}
