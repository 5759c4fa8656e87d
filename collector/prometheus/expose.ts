// Live state as an exporter would show it, so that a Prometheus can read every host
// that speaks Ganglia. Each family stands together, as its format demands.

import type { Clock } from '#kernel/clock.ts';
import { exposedName, exposeSample, parseExposition } from '#wire/prometheus-text.ts';
import { numberOf } from '../live-value.ts';
import type { LiveCluster, LiveHost, LiveMetric } from '../metric-state.ts';

interface Family {
  type: 'gauge' | 'counter';
  lines: string[];
}

// A value so many TMAX old is no longer the last value of anything.
const STALE_TMAX = 4;

/**
 * Numeric values of hosts that are up, not older than four TMAX, named `ganglia_<metric>`, with labels cluster and
 * host. What a Prometheus had sent keeps its own labels: they are part of its name here.
 */
export function* exposeClusters(clock: Clock, clusters: Iterable<LiveCluster>): Generator<string> {
  const families = new Map<string, Family>();
  const tick = clock.monotonicMs();
  for (const cluster of clusters) {
    for (const host of cluster.hosts.values()) if (!host.quiet) addHost(families, host, tick);
  }
  for (const [name, { type, lines }] of families) yield `# TYPE ${name} ${type}\n${lines.join('')}`;
}

function addHost(families: Map<string, Family>, host: LiveHost, tick: number): void {
  for (const metric of host.metrics.values()) {
    const value = freshNumber(metric, tick);
    if (value === undefined) continue;
    const [base, labels] = splitName(metric.name);
    const name = exposedName(`ganglia_${base}`);
    let family = families.get(name);
    if (family === undefined) {
      family = { type: metric.announcement?.slope === 'positive' ? 'counter' : 'gauge', lines: [] };
      families.set(name, family);
    }
    family.lines.push(exposeSample(name, [['cluster', host.cluster], ['host', host.name], ...labels], value));
  }
}

function freshNumber({ announcement, value, valueId, valueTick }: LiveMetric, tick: number): number | undefined {
  if (announcement === undefined || valueId === undefined) return undefined;
  const isStale = announcement.tmaxSec > 0 && tick - valueTick > STALE_TMAX * announcement.tmaxSec * 1000;
  return isStale ? undefined : numberOf(value, announcement);
}

/** `name{label="value"}`, as series of a Prometheus are called here, into its parts. */
function splitName(name: string): [base: string, labels: (readonly [string, string])[]] {
  if (!name.endsWith('}')) return [name, []];
  const [sample] = parseExposition(`${name} 0`, 1).samples;
  const own = ['cluster', 'host'];
  return sample === undefined
    ? [name, []]
    : [sample.name, [...sample.labels].filter(([label]) => !own.includes(label))];
}
