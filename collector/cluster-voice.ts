// What this process says to the rest of Plexus, given which clusters it speaks for: the
// events of others are theirs to tell, and so are the rules.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import type { Logger } from '#kernel/log.ts';
import { quietAfterMs } from './host-liveness.ts';
import { createLeadership, OTHER_CLUSTERS, type ClusterLeases } from './leadership.ts';
import { seenEvent } from './host-intake.ts';
import type { LiveHost, MetricState } from './metric-state.ts';

export interface ClusterVoice {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Passes on what concerns clusters that this process speaks for, and what concerns none. */
  publish(events: NewEvent[]): void;
  /** Those of `samples` that this process is to judge; the same array when it is all of them. */
  judged(samples: readonly Sample[]): readonly Sample[];
}

interface Deps {
  clock: Clock;
  log: Logger;
  state: MetricState;
  publish: (events: NewEvent[]) => void;
  onTakeOver?: (() => void) | undefined;
}

export function createClusterVoice(
  deps: Deps & { leases: ClusterLeases | undefined },
  options: { clusters: readonly string[]; hostTmaxSec: number },
): ClusterVoice {
  const { clock, log, state, publish, leases } = deps;
  if (leases === undefined) {
    const nothing = () => Promise.resolve();
    return { start: nothing, stop: nothing, publish, judged: (samples) => samples };
  }
  const leadership = createLeadership({ clock, log, leases, onTakeOver }, { clusters: options.clusters });
  const { leads } = leadership;

  /**
   * What the dead leader had not told any more is not known, so all that is held is told. Quiet
   * hosts with the moment at which they became quiet: to those who know it, that is no news.
   */
  function onTakeOver(cluster: string): void {
    const isMeant = (name: string) =>
      name === cluster || (cluster === OTHER_CLUSTERS && !options.clusters.includes(name));
    const held = [...state.clusters.values()].filter(({ name }) => isMeant(name));
    const events = held.flatMap(({ hosts }) => [...hosts.values()].filter(({ announced }) => announced).map(describe));
    if (events.length > 0) publish(events);
    deps.onTakeOver?.();
  }

  function describe(host: LiveHost): NewEvent {
    if (!host.quiet) return seenEvent(host, clock.nowMs());
    const limitMs = quietAfterMs(host.tmaxSec ?? options.hostTmaxSec);
    const { cluster, key: hostKey, name } = host;
    const data = { cluster, hostKey, name, silentSec: Math.floor(limitMs / 1000) };
    return { kind: 'host.quiet', atMs: host.heardAtMs + limitMs, data };
  }

  return {
    start: () => leadership.start(),
    stop: () => leadership.stop(),
    publish(events) {
      const ours = events.filter(({ data }) => !('cluster' in data) || leads(data.cluster));
      if (ours.length > 0) publish(ours);
    },
    judged: (samples) =>
      samples.every(({ cluster }) => leads(cluster)) ? samples : samples.filter(({ cluster }) => leads(cluster)),
  };
}
