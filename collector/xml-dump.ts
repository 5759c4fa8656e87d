// The gmond XML of one cluster, as a sequence of pieces: a dump of any size never
// stands whole in memory, and packets are heard between two pieces.

import type { Clock } from '#kernel/clock.ts';
import {
  CLOSE_CLUSTER,
  CLOSE_DOCUMENT,
  CLOSE_HOST,
  metricElement,
  metricFrame,
  openCluster,
  openDocument,
  openHost,
  type MetricFrame,
  type XmlHost,
} from '#wire/gmond-xml.ts';
import { valueText } from './live-value.ts';
import { addressOf, isExpired } from './metric-state.ts';
import type { Announcement, LiveCluster, LiveHost, LiveMetric } from './metric-state.ts';

export interface DumpOptions {
  hostTmaxSec: number;
  hostDmaxSec: number;
  /** Shown for hosts that told none, as gmond shows its own for all. */
  tags?: string;
  /** False: no EXTRA_DATA, as with gmond's allow_extra_data. */
  extraData?: boolean;
}

/** Readers switch features by it; this is the Ganglia whose behaviour is kept here. */
export const GANGLIA_VERSION = '3.7.2';

export interface MetricXml {
  /** Nothing for a metric without metadata or value, or past its DMAX: as in gmond. */
  metric(metric: LiveMetric, tick: number): string;
  metrics(host: LiveHost, tick: number): string;
}

/**
 * Writes METRIC elements. Their fixed part, which is most of them, is made once for an
 * announcement and lives as long as it. `source` as in `metricFrame`.
 */
export function createMetricXml(source?: 'gmond', show: Pick<DumpOptions, 'extraData'> = {}): MetricXml {
  const frames = new WeakMap<Announcement, MetricFrame>();

  function frameOf(announcement: Announcement): MetricFrame {
    let frame = frames.get(announcement);
    if (frame === undefined) {
      const { extra, ...rest } = announcement;
      frame = metricFrame(show.extraData === false ? rest : { ...rest, extra }, source);
      frames.set(announcement, frame);
    }
    return frame;
  }

  function write(metric: LiveMetric, tick: number): string {
    const { announcement } = metric;
    if (announcement === undefined || metric.valueId === undefined || isExpired(metric, tick)) return '';
    return metricElement(metric.name, valueText(metric), wholeSec(tick - metric.valueTick), frameOf(announcement));
  }

  return {
    metric: write,
    metrics(host, tick) {
      let text = '';
      for (const metric of host.metrics.values()) text += write(metric, tick);
      return text;
    },
  };
}

export const hostAttributes = (host: LiveHost, tick: number, options: DumpOptions): XmlHost => ({
  name: host.name,
  ip: addressOf(host),
  reportedSec: Math.floor(host.heardAtMs / 1000),
  tnSec: wholeSec(tick - host.heardTick),
  tmaxSec: host.tmaxSec ?? options.hostTmaxSec,
  dmaxSec: host.dmaxSec ?? options.hostDmaxSec,
  ...tagsOf(host, options),
  ...(host.location !== undefined && { location: host.location }),
  gmondStartedSec: host.gmondStartedSec,
});

function tagsOf(host: LiveHost, options: DumpOptions): { tags?: string } {
  const tags = host.tags ?? options.tags;
  return tags === undefined ? {} : { tags };
}

/** Makes the dump of a cluster as often as it is asked for. */
export function createGmondXml(clock: Clock, cluster: LiveCluster, options: DumpOptions): () => Generator<string> {
  const xml = createMetricXml(undefined, options);
  return function* dump() {
    yield (
      openDocument(GANGLIA_VERSION, 'gmond') +
      openCluster({ name: cluster.name, localtimeSec: Math.floor(clock.nowMs() / 1000), ...cluster.labels })
    );
    for (const host of [...cluster.hosts.values()]) {
      const tick = clock.monotonicMs();
      yield openHost(hostAttributes(host, tick, options)) + xml.metrics(host, tick) + CLOSE_HOST;
    }
    yield CLOSE_CLUSTER + CLOSE_DOCUMENT;
  };
}

const wholeSec = (ms: number): number => Math.max(0, Math.floor(ms / 1000));
