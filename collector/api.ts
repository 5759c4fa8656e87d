// The collector's only door for the console and the API: what is live now, and how
// the collector itself is doing. Instants are epoch milliseconds, TN seconds.

import type { Slope } from '#kernel/domain/metric.ts';
import type { TargetView } from './prometheus/scrape.ts';
import type { PushedHost } from './pushed-metrics.ts';
import type { SourceView } from './polling/polling.ts';
import type { DropReason } from './source-table.ts';

export interface ClusterView {
  name: string;
  hostsUp: number;
  hostsDown: number;
  metrics: number;
  /** Data source that it is polled from; absent when it is heard on our own sockets. */
  source?: string;
  /** False while no address of its data source answers. */
  alive: boolean;
  /** Since the last packet or the last whole answer of the source. */
  ageSec: number;
  owner?: string;
  latlong?: string;
  url?: string;
}

/** A numeric metric summed over the hosts that are up. */
export interface SummaryView {
  name: string;
  sum: number;
  /** Hosts that count in `sum`. */
  num: number;
  type: string;
  units: string;
  slope: Slope;
  groups: string[];
  title: string;
}

export interface ClusterSummaryView extends ClusterView {
  summary: SummaryView[];
}

export interface NestedGridView {
  name: string;
  authority: string;
  source: string;
  alive: boolean;
  ageSec: number;
  hostsUp: number;
  hostsDown: number;
  summary: SummaryView[];
}

export interface GridView {
  name: string;
  authority: string;
  /** Over all clusters and nested grids whose source is alive. */
  hostsUp: number;
  hostsDown: number;
  summary: SummaryView[];
  clusters: ClusterSummaryView[];
  grids: NestedGridView[];
}

/** A metric that at least one host has now. */
export interface MetricNameView {
  name: string;
  hosts: number;
  /** False: text, which has no history. */
  numeric: boolean;
  units: string;
  type: string;
  slope: Slope;
  groups: string[];
  title: string;
}

/** What one host last said of one metric; without the last four where it does not have it. */
export interface LatestValueView {
  cluster: string;
  hostKey: string;
  host: string;
  hostUp: boolean;
  value?: string;
  number?: number;
  tnSec?: number;
  tmaxSec?: number;
}

export interface HostView {
  cluster: string;
  /** gmond key: with `cluster` the identity of a host here. */
  key: string;
  name: string;
  ip: string;
  up: boolean;
  /** Seconds since the last packet. */
  tnSec: number;
  tmaxSec: number;
  reportedAtMs: number;
  /** Absent until the host has sent a heartbeat. */
  gmondStartedAtMs?: number;
  location?: string;
  agentId?: string;
  metricCount: number;
}

export interface MetricView {
  name: string;
  /** As Ganglia shows it. */
  value: string;
  /** Present when the value is a finite number. */
  number?: number;
  /** Without metadata (`announced` false): '' and the like. */
  type: string;
  units: string;
  slope: Slope;
  tnSec: number;
  tmaxSec: number;
  dmaxSec: number;
  groups: string[];
  title: string;
  description: string;
  /** False while the sender has not told the metric's metadata; such a metric is not in the XML. */
  announced: boolean;
}

export interface CollectorCounters {
  packetsById: { id: number; packets: number }[];
  /** All drops by reason, and of each source that had any (at most 100, worst first). */
  drops: Partial<Record<DropReason, number>>;
  dropsBySource: { source: string; packets: number; series: number; drops: Partial<Record<DropReason, number>> }[];
  sources: number;
  /** Datagrams lost in the kernel's buffers, and of which sockets. */
  kernelDrops: number;
  kernelDropsBySocket: { cluster: string; address: string; port: number; drops: number }[];
  /** Hosts and metrics held. */
  series: number;
  removed: { hosts: number; metrics: number };
  metadataRequests: { sent: number; withheld: number; sendFailures: number };
  /** Numeric samples handed to history and rules. */
  handedOver: { batches: number; samples: number };
  xmlClients: { served: number; refused: number; cutOff: number };
}

export interface PortView {
  cluster: string;
  udp: UdpView;
  /** Absent when none was asked for. `takenBy` says why it is not served. */
  xml?: { port: number; serving: boolean; takenBy?: string };
}

/** A port of gmetad's kind: the dump of the whole grid, or answers to queries. */
export interface GridPortView {
  name: 'xml' | 'queries';
  port: number;
  serving: boolean;
  /** Why it is not served. */
  takenBy?: string;
}

export interface UdpView {
  /** Address that is bound. */
  address: string;
  port: number;
  multicast?: string;
  joinFailure?: string;
  /** Why nothing is heard here; it is tried again. */
  bindFailure?: string;
  /** What was asked for and what the kernel granted; less needs a larger net.core.rmem_max. */
  receiveBuffer: { askedBytes: number; grantedBytes: number };
}

export interface PushCount {
  taken: number;
  /** Over a limit: too many a second or too many series. */
  refused: number;
  /** Those of the refused that would be taken a moment later. */
  overRate: number;
}

export interface CollectorApi {
  /** Sorted by name. */
  clusters(): ClusterView[];
  /** Of one cluster or of all; sorted by cluster and name. */
  hosts(cluster?: string): HostView[];
  host(cluster: string, hostKey: string): HostView | undefined;
  /** Key of the host that shows under this name now; any one when several do. */
  keyOfHost(cluster: string, name: string): string | undefined;
  /** Sorted by name; undefined when the host is not known. */
  hostMetrics(cluster: string, hostKey: string): MetricView[] | undefined;
  latest(cluster: string, hostKey: string, metric: string): MetricView | undefined;
  /** Of every host of one cluster or of all, sorted as `hosts`. */
  latestOfAll(metric: string, cluster?: string): LatestValueView[];
  /** Of one cluster or of all; sorted by name. */
  metricNames(cluster?: string): MetricNameView[];
  /** Everything at a glance, at most a second old; only sums of `metrics` when given. Lists are sorted by name. */
  grid(metrics?: ReadonlySet<string>): GridView;
  clusterSummary(cluster: string): ClusterSummaryView | undefined;
  /**
   * Forgets a host in live state and XML; its history and its row in inventory stay. One that still
   * sends is there again with its next packet. False when it is not known.
   */
  removeHost(cluster: string, hostKey: string): boolean;
  /** The same for one metric, by the name that it shows under. */
  removeMetric(cluster: string, hostKey: string, metric: string): boolean;
  /** Takes metrics as if they had been heard. `source` is whose allowance they count against. */
  push(source: string, hosts: readonly PushedHost[]): PushCount;
  /** The same from a remote-write request; throws AppError `bad_remote_write` or `no_instance` (status 400). */
  remoteWrite(source: string, packed: Uint8Array, cluster: string): PushCount;
  /** Last values in Prometheus' text format, a family at a time. */
  exposition(cluster?: string): Iterable<string>;
  scrapeTargets(): TargetView[];
  counters(): Promise<CollectorCounters>;
  ports(): PortView[];
  gridPorts(): GridPortView[];
  /** Data sources that are polled, in the order of the settings. */
  sources(): SourceView[];
}
