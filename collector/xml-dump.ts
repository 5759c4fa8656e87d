// The gmond XML of one cluster, as a sequence of pieces: a dump of any size never
// stands whole in memory, and packets are heard between two pieces.

import type { Clock } from '#kernel/clock.ts';
import {
  CLOSE_CLUSTER,
  CLOSE_DOCUMENT,
  CLOSE_HOST,
  metricElement,
  openCluster,
  openDocument,
  openHost,
} from '#wire/gmond-xml.ts';
import { valueText } from './live-value.ts';
import { isExpired, type LiveCluster, type LiveHost } from './metric-state.ts';

export interface DumpOptions {
  hostTmaxSec: number;
  hostDmaxSec: number;
}

// Readers switch features by it; this is the gmond whose behaviour is kept here.
const GANGLIA_VERSION = '3.7.2';

/** Metrics without metadata, and those past their DMAX, are left out, as in gmond. */
export function* gmondXml(clock: Clock, cluster: LiveCluster, options: DumpOptions): Generator<string> {
  yield (
    openDocument(GANGLIA_VERSION, 'gmond') +
    openCluster({ name: cluster.name, localtimeSec: Math.floor(clock.nowMs() / 1000), ...cluster.labels })
  );
  for (const host of [...cluster.hosts.values()]) yield hostXml(clock.monotonicMs(), host, options);
  yield CLOSE_CLUSTER + CLOSE_DOCUMENT;
}

function hostXml(tick: number, host: LiveHost, options: DumpOptions): string {
  let text = openHost({
    name: host.name,
    ip: host.key,
    reportedSec: Math.floor(host.heardAtMs / 1000),
    tnSec: wholeSec(tick - host.heardTick),
    tmaxSec: host.tmaxSec ?? options.hostTmaxSec,
    dmaxSec: host.dmaxSec ?? options.hostDmaxSec,
    ...(host.tags !== undefined && { tags: host.tags }),
    ...(host.location !== undefined && { location: host.location }),
    gmondStartedSec: host.gmondStartedSec,
  });
  for (const metric of host.metrics.values()) {
    const { announcement } = metric;
    if (announcement === undefined || metric.valueId === undefined || isExpired(metric, tick)) continue;
    text += metricElement({
      ...announcement,
      name: metric.name,
      value: valueText(metric),
      tnSec: wholeSec(tick - metric.valueTick),
    });
  }
  return text + CLOSE_HOST;
}

const wholeSec = (ms: number): number => Math.max(0, Math.floor(ms / 1000));
