// Sums what a gmetad tells into the one summary that is kept of it, as a parent gmetad
// does: its nested grids by their sums, its clusters by their hosts that are up.

import type { XmlAnnounced } from '#wire/ganglia-xml-metric.ts';
import type { XmlGridHead, XmlHostHead, XmlSummaryMetric } from '#wire/ganglia-xml-scan.ts';
import { quietAfterMs } from '../host-liveness.ts';
import { isNumericType, parseNumber } from '../live-value.ts';
import type { LiveGrid, PolledFrom, SummaryMetric } from '../metric-state.ts';
import { decimalsOf, plus } from '../summary.ts';

export interface GridSummary {
  /** `depth` below the grid itself: its own totals count instead of what they are made of. */
  hosts(up: number, down: number, depth: number): void;
  summary(metric: XmlSummaryMetric, depth: number): void;
  host(head: XmlHostHead): void;
  /** A metric of the host that was told last. */
  metric(name: string, value: string, tnSec: number, announced: XmlAnnounced): void;
  /** What was summed so far. */
  finish(polled: PolledFrom): LiveGrid;
}

export const isUp = ({ tnSec, tmaxSec }: { tnSec: number; tmaxSec: number }): boolean =>
  tnSec * 1000 < quietAfterMs(tmaxSec);

/** Summary of the grid `head` alone. `hasRoom` is asked for each name that would be held; false leaves it out. */
export function createGridSummary(head: XmlGridHead, hasRoom: () => boolean): GridSummary {
  let metrics = new Map<string, SummaryMetric>();
  let hostsUp = 0;
  let hostsDown = 0;
  let hostIsUp = false;
  let hasOwnTotals = false;

  /** The own summary of the grid (`/?filter=summary`) already holds all that comes below it. */
  function useOwnTotals(): void {
    if (hasOwnTotals) return;
    hasOwnTotals = true;
    metrics = new Map();
    hostsUp = 0;
    hostsDown = 0;
  }

  function add(name: string, text: string, num: number, announced: XmlAnnounced): void {
    const value = parseNumber(text);
    if (value === undefined) return;
    const known = metrics.get(name);
    if (known !== undefined) {
      known.sum = plus(known.sum, value);
      known.num += num;
      return;
    }
    if (!hasRoom()) return;
    const { units, slope, type } = announced;
    const isFloat = type === 'double' || type === 'float';
    // Of one host, and so wrong for a sum.
    const extra = announced.extra.filter(([key]) => key !== 'SPOOF_HOST');
    metrics.set(name, {
      name,
      sum: value,
      num,
      type: 'double',
      units,
      slope,
      decimals: isFloat ? decimalsOf(text) : 0,
      extra,
    });
  }

  return {
    hosts(up, down, depth) {
      if (depth === 0) useOwnTotals();
      else if (hasOwnTotals) return;
      hostsUp += up;
      hostsDown += down;
    },
    summary(metric, depth) {
      if (depth === 0) useOwnTotals();
      else if (hasOwnTotals) return;
      add(metric.name, metric.sum, metric.num, metric.announced);
    },
    host(told) {
      hostIsUp = isUp(told);
      if (hasOwnTotals) return;
      if (hostIsUp) hostsUp++;
      else hostsDown++;
    },
    metric(name, value, tnSec, announced) {
      if (!hostIsUp || hasOwnTotals || !isNumericType(announced.type)) return;
      if (announced.dmaxSec === 0 || tnSec <= announced.dmaxSec) add(name, value, 1, announced);
    },
    finish: (polled) => ({ name: head.name, authority: head.authority, polled, hostsUp, hostsDown, metrics }),
  };
}
