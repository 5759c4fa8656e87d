// The metrics of a host in the groups it reports them in, numbers and texts apart. Pure.

import type { LiveMetric } from '#web/contract/metrics.ts';

export interface MetricGroup {
  /** '' for metrics of no group. */
  name: string;
  metrics: LiveMetric[];
}

/** Groups by name, the nameless one last; metrics by name. Texts have no history and stand for themselves. */
export function groupMetrics(metrics: readonly LiveMetric[]): { groups: MetricGroup[]; texts: LiveMetric[] } {
  const order = new Intl.Collator(undefined, { numeric: true });
  const sorted = [...metrics].sort((a, b) => order.compare(a.name, b.name));
  const numeric = sorted.filter((metric) => metric.number !== null);
  const groups = [...Map.groupBy(numeric, (metric) => metric.group ?? '')]
    .map(([name, members]) => ({ name, metrics: members }))
    .sort((a, b) => Number(a.name === '') - Number(b.name === '') || order.compare(a.name, b.name));
  return { groups, texts: sorted.filter((metric) => metric.number === null) };
}

// gmetad and ganglia-web call a value old after four missed TMAX periods.
const MISSED_PERIODS = 4;

export const isStale = ({ tnSec, tmaxSec }: Pick<LiveMetric, 'tnSec' | 'tmaxSec'>): boolean =>
  tmaxSec > 0 && tnSec > MISSED_PERIODS * tmaxSec;

/** A metric may be silent so long without that being a gap in its chart. */
export const silenceOf = ({ tmaxSec }: Pick<LiveMetric, 'tmaxSec'>): number => Math.max(tmaxSec * 2, 60);

/** In blocks of at most `size`, as charts are asked for. */
export function inBlocks<Entry>(entries: readonly Entry[], size: number): Entry[][] {
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, at) => entries.slice(at * size, (at + 1) * size));
}
