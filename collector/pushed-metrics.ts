// Metrics that come by HTTP and not by UDP: pushed by a program, sent on by a
// Prometheus, read from an exporter. From here on they are as if they had been heard.

import type { Clock } from '#kernel/clock.ts';
import { SLOPES, type Sample, type Slope } from '#kernel/domain/metric.ts';
import { PACKET_ID, type ExtraElement, type MetadataPacket, type StringPacket } from '#wire/gmond-packet.ts';
import type { PushCount } from './api.ts';
import type { Channel, MetricIngest } from './metric-ingest.ts';
import type { MetricState } from './metric-state.ts';
import type { Source, SourceTable } from './source-table.ts';

export interface PushedMetric {
  name: string;
  value: number | string;
  /** Epoch ms; now when absent. */
  atMs?: number;
  units: string;
  slope: Slope;
  /** Longest expected time between two values. */
  tmaxSec: number;
  /** 0 = keep for ever. */
  dmaxSec: number;
  groups: readonly string[];
  title?: string;
  description?: string;
}

export interface PushedHost {
  cluster: string;
  host: string;
  /** gmond key; the host's name when absent. */
  hostKey?: string;
  metrics: readonly PushedMetric[];
}

export interface PushIntake {
  /** `source` is whose allowance it counts against. What exceeds a limit is refused and counted there. */
  push(source: string, hosts: readonly PushedHost[]): PushCount;
}

// Clusters have no other bound: each is a socket or a polled source, and here a word of the sender.
const MOST_CLUSTERS = 1000;
// What is older was kept back by a sender that was cut off: history, and no news for live state and rules.
const NEWS_MS = 120_000;

export function createPushIntake(
  deps: {
    clock: Clock;
    state: MetricState;
    sources: SourceTable;
    ingest: MetricIngest;
    /** Takes what is history only; in no order. */
    record: (samples: Sample[]) => void;
  },
  options: { hostTmaxSec: number },
): PushIntake {
  const { clock, state, sources, ingest, record } = deps;
  const channels = new Map<string, Channel>();
  /** Clusters that a push began. */
  const made = new Set<string>();

  /** Names that were given once by mistake must not keep out those that come later. */
  function forgetEmpty(): void {
    for (const name of made) {
      const cluster = state.clusters.get(name);
      if (cluster !== undefined && (cluster.hosts.size > 0 || cluster.polled !== undefined)) continue;
      made.delete(name);
      channels.delete(name);
      state.clusters.delete(name);
    }
  }

  function channelOf(name: string): Channel | undefined {
    const known = channels.get(name);
    // Polling takes a cluster away that is empty; what is pushed then begins a new one.
    if (known && known.cluster === state.clusters.get(name)) return known;
    if (!state.clusters.has(name)) {
      if (state.clusters.size >= MOST_CLUSTERS) forgetEmpty();
      if (state.clusters.size >= MOST_CLUSTERS) return undefined;
      made.add(name);
    }
    // There is no sender to be asked for metadata: it came with the value.
    const channel = {
      cluster: state.cluster(name),
      port: 0,
      group: undefined,
      send: () => undefined,
      policy: undefined,
    };
    channels.set(name, channel);
    return channel;
  }

  const isOld = ({ atMs }: PushedMetric): boolean => atMs !== undefined && atMs < clock.nowMs() - NEWS_MS;

  return {
    push(sourceName, hosts) {
      const counts = { taken: 0, refused: 0, overRate: 0 };
      const old: Sample[] = [];
      for (const { cluster, host, hostKey, metrics } of hosts) {
        const channel = channelOf(cluster);
        const id = { host: `${withoutColon(hostKey ?? host)}:${host}`, spoof: true };
        let longestTmaxSec = 0;
        for (const metric of metrics) {
          const tick = clock.monotonicMs();
          const source = channel && sources.admitPacket(sourceName, tick);
          if (!source) {
            counts.refused++;
            if (channel) counts.overRate++;
            continue;
          }
          counts.taken++;
          if (isOld(metric)) {
            old.push(...asSample(metric, { cluster, host, hostKey: withoutColon(hostKey ?? host) }));
            continue;
          }
          const via = { channel, from: { address: sourceName, port: 0 }, source, tick };
          const before = limitedBy(source);
          ingest.take(metadataOf(metric, id), via);
          ingest.take(valueOf(metric, id), { ...via, atMs: Math.min(metric.atMs ?? Infinity, clock.nowMs()) });
          if (limitedBy(source) > before) {
            counts.taken--;
            counts.refused++;
          } else longestTmaxSec = Math.max(longestTmaxSec, metric.tmaxSec);
        }
        const live = channel?.cluster.bySpoof.get(id.host);
        // A job that reports each hour is not down between two reports.
        if (live?.source.address === sourceName && longestTmaxSec > 0)
          live.tmaxSec = longestTmaxSec > options.hostTmaxSec ? longestTmaxSec : undefined;
      }
      if (old.length > 0) record(old);
      return counts;
    },
  };
}

const limitedBy = ({ drops }: Source): number => (drops.source_series ?? 0) + (drops.all_series ?? 0);

/** The key of a host ends at its first ':', and so does the name of a metric that is shown. */
const withoutColon = (text: string): string => text.replaceAll(':', '_');

function asSample(
  { name, value, atMs }: PushedMetric,
  place: { cluster: string; host: string; hostKey: string },
): Sample[] {
  return typeof value === 'number' && Number.isFinite(value) && atMs !== undefined
    ? [{ ...place, metric: withoutColon(name), value, atMs }]
    : [];
}

type SpoofedId = Pick<StringPacket, 'host' | 'spoof'>;

function metadataOf(metric: PushedMetric, id: SpoofedId): MetadataPacket {
  const extra: ExtraElement[] = [];
  if (metric.title !== undefined) extra.push(['TITLE', metric.title]);
  if (metric.description !== undefined) extra.push(['DESC', metric.description]);
  for (const group of metric.groups) extra.push(['GROUP', group]);
  const { units, tmaxSec, dmaxSec } = metric;
  const name = withoutColon(metric.name);
  const type = typeof metric.value === 'number' ? 'double' : 'string';
  const slope = SLOPES.indexOf(metric.slope);
  return { id: PACKET_ID.metadata, ...id, name, metadata: { type, name, units, slope, tmaxSec, dmaxSec, extra } };
}

/** As gmetric sends every value: as text, which keeps all its digits. */
const valueOf = ({ name, value }: PushedMetric, id: SpoofedId): StringPacket => ({
  ...{ id: PACKET_ID.string, ...id, name: withoutColon(name), fmt: '%s' },
  value: String(value),
});
