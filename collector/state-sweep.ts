// Forgets what has outlived its DMAX. Only live state and XML: history is untouched.

import type { Clock } from '#kernel/clock.ts';
import { isExpired, type LiveCluster, type LiveHost, type MetricState } from './metric-state.ts';

export interface StateSweep {
  /** Looks at a bounded part of the state; called once a second it comes round in due time. */
  step(): void;
  readonly removed: { hosts: number; metrics: number };
}

// About 2 ms of work, so that a million metrics are seen within a minute and packets do not wait.
const METRICS_PER_STEP = 20_000;

/** A host is removed after `hostDmaxSec` of silence (0 = never), a metric after its own DMAX. */
export function createStateSweep(
  deps: { clock: Clock; state: MetricState },
  options: { hostDmaxSec: number },
): StateSweep {
  const { clock, state } = deps;
  const removed = { hosts: 0, metrics: 0 };
  let round = hostsOf(state);

  function sweepHost(cluster: LiveCluster, host: LiveHost, tick: number): void {
    const dmaxSec = host.dmaxSec ?? options.hostDmaxSec;
    if (dmaxSec > 0 && tick - host.heardTick > dmaxSec * 1000) {
      state.removeHost(cluster, host);
      removed.hosts++;
      return;
    }
    for (const [key, metric] of host.metrics) {
      if (!isExpired(metric, tick)) continue;
      state.removeMetric(host, key, metric);
      removed.metrics++;
    }
  }

  return {
    removed,
    step() {
      const tick = clock.monotonicMs();
      for (let looked = 0; looked < METRICS_PER_STEP;) {
        const next = round.next();
        if (next.done) {
          round = hostsOf(state);
          return;
        }
        const [cluster, host] = next.value;
        looked += 1 + host.metrics.size;
        sweepHost(cluster, host, tick);
      }
    },
  };
}

// Map iterators stay valid while entries come and go, so one round may take many steps.
function* hostsOf(state: MetricState): Generator<[LiveCluster, LiveHost], undefined> {
  for (const cluster of state.clusters.values()) for (const host of cluster.hosts.values()) yield [cluster, host];
}
