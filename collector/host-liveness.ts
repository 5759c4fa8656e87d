// Decides when a host has gone quiet and when it is back. Storing and alerting
// belong to whoever reads the events.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { HostMoves } from './host-moves.ts';
import type { LiveHost, MetricState } from './metric-state.ts';

// gmetad and ganglia-web both call a host down after four missed TMAX periods;
// operators who come from Ganglia expect the same moment here.
const MISSED_PERIODS = 4;

// A host that tells no TMAX is a gmond older than 2.5; gmetad gives it a minute.
const WITHOUT_TMAX_MS = 60_000;

/** Silence after which a host with this TMAX is quiet. */
export const quietAfterMs = (tmaxSec: number): number =>
  tmaxSec > 0 ? MISSED_PERIODS * tmaxSec * 1000 : WITHOUT_TMAX_MS;

export interface HostLiveness {
  /** To be called for every packet of a host, whatever its kind; `atMs` when that was not just now. */
  heard(host: LiveHost, tick: number, atMs?: number): void;
  /** Publishes `host.quiet` for each host that has just passed its limit; call it about once a second. */
  sweep(): void;
}

/**
 * Each silence publishes one `host.quiet`, each return one `host.back`. Silence is
 * measured on the monotonic clock: a stepped wall clock must not take the site down.
 * Source: gmetad/process_xml.c (host-up rule), spec/ganglia.md §2.2.
 */
export function createHostLiveness(
  deps: { clock: Clock; state: MetricState; moves: HostMoves; publish: (events: NewEvent[]) => void },
  options: { hostTmaxSec: number },
): HostLiveness {
  const { clock, state, moves, publish } = deps;

  return {
    heard(host, tick, atMs = clock.nowMs()) {
      host.heardTick = tick;
      host.heardAtMs = atMs;
      if (!host.quiet) return;
      host.quiet = false;
      const { cluster, key: hostKey, name } = host;
      publish([{ kind: 'host.back', atMs: host.heardAtMs, data: { cluster, hostKey, name } }]);
    },
    sweep() {
      const tick = clock.monotonicMs();
      const quiet: NewEvent[] = [];
      for (const cluster of state.clusters.values()) {
        let hasMoved: ((silent: LiveHost) => boolean) | undefined;
        for (const host of cluster.hosts.values()) {
          const silentMs = tick - host.heardTick;
          if (host.quiet || silentMs < quietAfterMs(host.tmaxSec ?? options.hostTmaxSec)) continue;
          hasMoved ??= moves.lookAt(cluster);
          if (hasMoved(host)) continue;
          host.quiet = true;
          moves.noteQuiet(host);
          const data = {
            cluster: host.cluster,
            hostKey: host.key,
            name: host.name,
            silentSec: Math.floor(silentMs / 1000),
          };
          quiet.push({ kind: 'host.quiet', atMs: clock.nowMs(), data });
        }
      }
      if (quiet.length > 0) publish(quiet);
    },
  };
}
