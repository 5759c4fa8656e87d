// What the summary of a cluster, a grid or everything says in a few figures, from the
// default Ganglia metric set. Pure.

import type { MetricSummary } from '#web/contract/metrics.ts';

/** Metrics that the figures are made of. */
export const GRID_METRICS = [
  'load_one',
  'cpu_num',
  'cpu_idle',
  'mem_total',
  'mem_free',
  'mem_buffers',
  'mem_cached',
  'bytes_in',
  'bytes_out',
] as const;
type GridMetric = (typeof GRID_METRICS)[number];

/** Null where no host reports what the figure needs. */
export interface GridFigures {
  cpus: number | null;
  /** Processes that run or wait, for each hundred CPUs. */
  loadPercent: number | null;
  /** Time not idle, each host counting the same, as ganglia-web averages. */
  cpuPercent: number | null;
  memoryPercent: number | null;
  memoryUsedKb: number | null;
  memoryTotalKb: number | null;
  /** Bytes a second, of all hosts together. */
  networkIn: number | null;
  networkOut: number | null;
}

// gmond tells what seldom changes only every 20 minutes: until nearly all hosts have, a sum would be a lie.
const ENOUGH_HOSTS = 0.9;

export function gridFigures(summary: readonly MetricSummary[]): GridFigures {
  const relevant = summary.filter(({ name }) => GRID_METRICS.some((metric) => metric === name));
  const most = Math.max(1, ...relevant.map(({ num }) => num));
  const find = (name: GridMetric): MetricSummary | undefined =>
    relevant.find((metric) => metric.name === name && metric.num >= most * ENOUGH_HOSTS);
  const sum = (name: GridMetric): number | null => find(name)?.sum ?? null;
  const average = (name: GridMetric): number | null => {
    const metric = find(name);
    return metric ? metric.sum / metric.num : null;
  };
  const idle = average('cpu_idle');
  const total = sum('mem_total');
  const free = sum('mem_free');
  // What a program can still get: free memory and what the kernel gives back.
  const used =
    total === null || free === null ? null : total - free - (sum('mem_buffers') ?? 0) - (sum('mem_cached') ?? 0);
  return {
    cpus: sum('cpu_num'),
    loadPercent: percent(average('load_one'), average('cpu_num')),
    cpuPercent: idle === null ? null : 100 - idle,
    memoryPercent: percent(used, total),
    memoryUsedKb: used,
    memoryTotalKb: total,
    networkIn: sum('bytes_in'),
    networkOut: sum('bytes_out'),
  };
}

const percent = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole === 0 ? null : (100 * part) / whole;

/**
 * Where a link to another grid or a cluster's page may lead: only http and https, because an
 * address that was heard on the network must not become a script. Null = show it as text.
 */
export function safeLink(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}

// gmetad polls every 15 s by default, and heartbeats come every 20 s: three missed are old.
const OLD_SEC = 60;

/** Whether figures are so old that they must look old. */
export const isOld = ({ alive, ageSec }: { alive: boolean; ageSec: number }): boolean => !alive || ageSec > OLD_SEC;

export const GRID_ORDERS = ['worst', 'name', 'load', 'hosts'] as const;
export type GridOrder = (typeof GRID_ORDERS)[number];

export const isGridOrder = (name: string): name is GridOrder => (GRID_ORDERS as readonly string[]).includes(name);

interface GridRow {
  name: string;
  hostsUp: number;
  hostsDown: number;
  alive: boolean;
  ageSec: number;
  figures: GridFigures;
}

/** Worst first: dead sources, then the share of hosts that are down, then load. */
export function orderRows<Row extends GridRow>(rows: readonly Row[], order: GridOrder): Row[] {
  const byName = (a: Row, b: Row): number => a.name.localeCompare(b.name, undefined, { numeric: true });
  const load = (row: Row): number => row.figures.loadPercent ?? -1;
  const known = (row: Row): number => row.hostsUp + row.hostsDown;
  const downShare = (row: Row): number => row.hostsDown / Math.max(1, known(row));
  const compare: Record<GridOrder, (a: Row, b: Row) => number> = {
    worst: (a, b) => Number(isOld(b)) - Number(isOld(a)) || downShare(b) - downShare(a) || load(b) - load(a),
    name: () => 0,
    load: (a, b) => load(b) - load(a),
    hosts: (a, b) => known(b) - known(a),
  };
  return [...rows].sort((a, b) => compare[order](a, b) || byName(a, b));
}
