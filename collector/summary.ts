// What gmetad calls a summary: how many hosts are up, and every numeric metric summed
// over them. Sums are made from live state when asked for; nothing is kept but for a second.

import type { Clock } from '#kernel/clock.ts';
import { quietAfterMs } from './host-liveness.ts';
import { isNumericType, numberOf, valueText } from './live-value.ts';
import type { LiveCluster, LiveHost, LiveMetric, MetricState, SummaryMetric } from './metric-state.ts';

export interface Summary {
  hostsUp: number;
  hostsDown: number;
  /** By name, in the order in which they were first met. */
  metrics: ReadonlyMap<string, SummaryMetric>;
}

/** True below four TMAX of silence, as gmetad judges it from TN and TMAX. */
export const isHostUp = (host: LiveHost, tick: number, hostTmaxSec: number): boolean =>
  tick - host.heardTick < quietAfterMs(host.tmaxSec ?? hostTmaxSec);

/** False for what gmetad would not take over from a gmond: no metadata, no value, or TN beyond its DMAX. */
function counts(metric: LiveMetric, tick: number): boolean {
  const { announcement } = metric;
  if (announcement === undefined || metric.valueId === undefined) return false;
  return announcement.dmaxSec === 0 || tick - metric.valueTick <= announcement.dmaxSec * 1000;
}

/**
 * Metrics of hosts that are down, text, and numbers that are not finite do not count.
 * Type, units, slope and decimals are those of the first host that counts.
 * Source: spec/ganglia.md §6.1, gmetad/process_xml.c.
 */
export function summarize(cluster: LiveCluster, tick: number, hostTmaxSec: number): Summary {
  const metrics = new Map<string, SummaryMetric>();
  let hostsUp = 0;
  for (const host of cluster.hosts.values()) {
    if (!isHostUp(host, tick, hostTmaxSec)) continue;
    hostsUp++;
    for (const metric of host.metrics.values()) if (counts(metric, tick)) addValue(metrics, metric);
  }
  return { hostsUp, hostsDown: cluster.hosts.size - hostsUp, metrics };
}

function addValue(metrics: Map<string, SummaryMetric>, metric: LiveMetric): void {
  const { announcement, name } = metric;
  if (announcement === undefined || !isNumericType(announcement.type)) return;
  const value = numberOf(metric.value, announcement);
  if (value === undefined) return;
  const known = metrics.get(name);
  if (known !== undefined) {
    known.sum = plus(known.sum, value);
    known.num++;
    return;
  }
  const { type, units, slope } = announcement;
  const decimals = isFloatType(type) ? decimalsOf(valueText(metric)) : 0;
  // Of one host, and so wrong for a sum.
  const extra = announcement.extra.filter(([key]) => key !== 'SPOOF_HOST');
  metrics.set(name, { name, sum: value, num: 1, type, units, slope, decimals, extra });
}

/** Of finite numbers and finite itself: no XML, no JSON and no reader has an infinite sum. */
export const plus = (a: number, b: number): number => Math.min(Math.max(a + b, -Number.MAX_VALUE), Number.MAX_VALUE);

/** Sums of sums; a part that is not alive must be left out by the caller, as gmetad leaves out dead sources. */
function combineSummaries(parts: Iterable<Summary>): Summary {
  const metrics = new Map<string, SummaryMetric>();
  let hostsUp = 0;
  let hostsDown = 0;
  for (const part of parts) {
    hostsUp += part.hostsUp;
    hostsDown += part.hostsDown;
    for (const metric of part.metrics.values()) {
      const known = metrics.get(metric.name);
      if (known === undefined) {
        metrics.set(metric.name, { ...metric });
        continue;
      }
      known.sum = plus(known.sum, metric.sum);
      known.num += metric.num;
    }
  }
  return { hostsUp, hostsDown, metrics };
}

/** The sum as gmetad prints it: with the decimals of its first value, ties to even as C does. */
export function sumText({ sum, decimals }: Pick<SummaryMetric, 'sum' | 'decimals'>): string {
  if (Math.abs(sum) >= LARGEST_FIXED) return BigInt(sum) + (decimals > 0 ? `.${'0'.repeat(decimals)}` : '');
  const rounded = sum.toFixed(decimals);
  // toFixed rounds ties away from zero. With no more binary than decimal places the longer form is
  // exact, so that a last 5 is a tie.
  if (!Number.isInteger(sum * 2 ** (decimals + 1))) return rounded;
  const exact = sum.toFixed(decimals + 1);
  const isTie = exact.endsWith('5');
  const cut = exact.slice(0, decimals === 0 ? -2 : -1);
  return isTie && Number(cut.at(-1)) % 2 === 0 ? cut : rounded;
}

// From here on toFixed writes an exponent.
const LARGEST_FIXED = 1e21;
const MOST_DECIMALS = 20;

const isFloatType = (type: string): boolean => type === 'float' || type === 'double';

/** Digits after the last point of a number as it is shown. */
export function decimalsOf(text: string): number {
  const point = text.lastIndexOf('.');
  return point === -1 ? 0 : Math.min(/^\d*/.exec(text.slice(point + 1))?.[0].length ?? 0, MOST_DECIMALS);
}

export interface Summaries {
  of(cluster: LiveCluster): Summary;
  /** Of all clusters and nested grids whose source is alive. */
  grid(): Summary;
}

// Many ask at once (console, 8652, a gmetad); sums a second old are as good to all of them.
const FRESH_MS = 1000;

/** Summaries for everybody who asks, made anew at most once a second. */
export function createSummaries(
  deps: { clock: Clock; state: MetricState },
  options: { hostTmaxSec: number },
): Summaries {
  const { clock, state } = deps;
  const made = new WeakMap<LiveCluster, { tick: number; summary: Summary }>();
  let whole: { tick: number; summary: Summary } | undefined;

  const isFresh = (entry: { tick: number } | undefined, tick: number): boolean =>
    entry !== undefined && tick - entry.tick < FRESH_MS;

  function of(cluster: LiveCluster): Summary {
    const tick = clock.monotonicMs();
    const known = made.get(cluster);
    if (known !== undefined && isFresh(known, tick)) return known.summary;
    const summary = summarize(cluster, tick, options.hostTmaxSec);
    made.set(cluster, { tick, summary });
    return summary;
  }

  return {
    of,
    grid() {
      const tick = clock.monotonicMs();
      if (whole !== undefined && isFresh(whole, tick)) return whole.summary;
      const clusters = [...state.clusters.values()].filter(({ polled }) => polled?.alive !== false).map(of);
      const grids = [...state.grids.values()].filter(({ polled }) => polled.alive);
      const summary = combineSummaries([...clusters, ...grids]);
      whole = { tick, summary };
      return summary;
    },
  };
}
