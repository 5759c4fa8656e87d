// The collector's only door for the console and the API: what is live now, and how
// the collector itself is doing. Instants are epoch milliseconds, TN seconds.

import type { Slope } from '#kernel/domain/metric.ts';
import type { DropReason } from './source-table.ts';

export interface ClusterView {
  name: string;
  hostsUp: number;
  hostsDown: number;
  metrics: number;
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
  /** Datagrams lost in the kernel's buffer. */
  kernelDrops: number;
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
  udp: { port: number; multicast?: string; joinFailure?: string };
  /** Absent when none was asked for. `takenBy` says why it is not served. */
  xml?: { port: number; serving: boolean; takenBy?: string };
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
  counters(): Promise<CollectorCounters>;
  ports(): PortView[];
}
