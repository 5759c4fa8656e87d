// What the collector knows right now: cluster → host → metric, latest value and
// metadata only. Holds no rules; ingest writes it, queries and the XML dump read it.

import type { Slope } from '#kernel/domain/metric.ts';
import type { ExtraElement, NumericId } from '#wire/gmond-packet.ts';
import type { Source } from './source-table.ts';

/** Metadata of a metric, shared by all hosts that announce the same; never changed once made. */
export interface Announcement {
  type: string;
  units: string;
  slope: Slope;
  tmaxSec: number;
  /** 0 = keep for ever. */
  dmaxSec: number;
  extra: readonly ExtraElement[];
}

export interface LiveMetric {
  /** Name as shown: a spoofed `outer:inner` shows `outer`. */
  name: string;
  /** Whose allowance this metric counts against. */
  source: Source;
  announcement: Announcement | undefined;
  /** Monotonic ms of the last metadata; meaningless without announcement. */
  announcedTick: number;
  /** Wire id of the last value; undefined until the first value. */
  valueId: NumericId | 133 | undefined;
  fmt: string;
  /** A string as it was on the wire when `valueId` is 133. */
  value: number | string;
  /** Monotonic ms of the last value. */
  valueTick: number;
  /** Monotonic ms at which we last asked for its metadata. */
  requestedTick: number;
}

export interface LiveHost {
  cluster: string;
  /** Source IP, or the text before ':' of a spoofed host; of a polled host its IP attribute. */
  key: string;
  /** The whole `IP:NAME` that it was first seen under; undefined when it is not spoofed. */
  spoofedAs: string | undefined;
  name: string;
  source: Source;
  /** Monotonic ms of its first packet. */
  firstTick: number;
  /** Monotonic and wall ms of the last packet of any kind. */
  heardTick: number;
  heardAtMs: number;
  quiet: boolean;
  /** False while its name is being looked up; its samples and its first event wait for that. */
  named: boolean;
  announced: boolean;
  gmondStartedSec: number;
  location: string | undefined;
  /** What a polled source or whoever pushes said of it; undefined where the collector's own setting holds. */
  tmaxSec: number | undefined;
  /** What a polled source said of it; undefined when it was heard here. */
  dmaxSec: number | undefined;
  tags: string | undefined;
  agentId: string | undefined;
  /** By name as gmond keys it: with the part after ':' of a spoofed name. */
  metrics: Map<string, LiveMetric>;
}

export interface ClusterLabels {
  owner?: string;
  latlong?: string;
  url?: string;
}

/** How a polled cluster or grid stands with the data source that it came from. */
export interface PolledFrom {
  /** Name of the data source. */
  source: string;
  /** LOCALTIME that the source told last, Unix seconds. */
  localtimeSec: number;
  /** Monotonic ms of the last whole answer. */
  polledTick: number;
  /** False after every address of the source has failed: its data stay, as gmetad keeps them. */
  alive: boolean;
}

export interface LiveCluster {
  name: string;
  /** Of the polled source; of a cluster that is heard, the listen entry's. */
  labels: ClusterLabels;
  /** Undefined while the cluster is only heard on our own sockets. */
  polled: PolledFrom | undefined;
  hosts: Map<string, LiveHost>;
  /** Finds a spoofed host by its whole `IP:NAME`, which spares the hot path a split. */
  bySpoof: Map<string, LiveHost>;
}

/** Sum of one numeric metric over the hosts that are up; of a nested grid as its gmetad told it. */
export interface SummaryMetric {
  name: string;
  sum: number;
  /** Hosts that count in `sum`. */
  num: number;
  type: string;
  units: string;
  slope: Slope;
  /** Digits after the point that the sum is shown with. */
  decimals: number;
  extra: readonly ExtraElement[];
}

/** A grid below this one: only its summary is known here, as in gmetad. */
export interface LiveGrid {
  name: string;
  authority: string;
  polled: PolledFrom;
  hostsUp: number;
  hostsDown: number;
  metrics: Map<string, SummaryMetric>;
}

export interface MetricState {
  clusters: Map<string, LiveCluster>;
  /** By name. */
  grids: Map<string, LiveGrid>;
  cluster(name: string): LiveCluster;
  /** Hosts and metrics held; each counts one against the limits. */
  readonly size: number;
  addHost(cluster: LiveCluster, host: LiveHost): void;
  removeHost(cluster: LiveCluster, host: LiveHost): void;
  addMetric(host: LiveHost, key: string, metric: LiveMetric): void;
  removeMetric(host: LiveHost, key: string, metric: LiveMetric): void;
}

export function createMetricState(): MetricState {
  const clusters = new Map<string, LiveCluster>();
  let size = 0;

  const count = (source: Source, by: 1 | -1) => {
    size += by;
    source.series += by;
  };

  return {
    clusters,
    grids: new Map(),
    get size() {
      return size;
    },
    cluster(name) {
      let cluster = clusters.get(name);
      if (cluster === undefined) {
        cluster = { name, labels: {}, polled: undefined, hosts: new Map(), bySpoof: new Map() };
        clusters.set(name, cluster);
      }
      return cluster;
    },
    addHost(cluster, host) {
      cluster.hosts.set(host.key, host);
      if (host.spoofedAs !== undefined) cluster.bySpoof.set(host.spoofedAs, host);
      count(host.source, 1);
    },
    removeHost(cluster, host) {
      for (const metric of host.metrics.values()) count(metric.source, -1);
      count(host.source, -1);
      cluster.hosts.delete(host.key);
      if (host.spoofedAs !== undefined) cluster.bySpoof.delete(host.spoofedAs);
    },
    addMetric(host, key, metric) {
      host.metrics.set(key, metric);
      count(metric.source, 1);
    },
    removeMetric(host, key, metric) {
      if (host.metrics.delete(key)) count(metric.source, -1);
    },
  };
}

/** True once a metric with a DMAX has been silent for longer; it is hidden at once and swept later. */
export const isExpired = (metric: LiveMetric, tick: number): boolean =>
  metric.announcement !== undefined &&
  metric.announcement.dmaxSec > 0 &&
  tick - Math.max(metric.valueTick, metric.announcedTick) > metric.announcement.dmaxSec * 1000;

/** True for a host that a data source brought. */
export const isPolled = ({ dmaxSec }: LiveHost): boolean => dmaxSec !== undefined;

/** Address of a host; the key of a polled one that shares its address with another ends in its name. */
export function addressOf(host: LiveHost): string {
  const { key, name } = host;
  const isShared = isPolled(host) && key.endsWith(` ${name}`);
  return isShared ? key.slice(0, -name.length - 1) : key;
}
