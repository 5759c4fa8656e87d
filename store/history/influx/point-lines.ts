// A sample as a line of line protocol. What is the same in every line of a series is
// made once, since that is most of the line.

import type { Sample } from '#kernel/domain/metric.ts';
import { encodePoint, encodePointStart, encodeSeriesKey } from '#wire/line-protocol.ts';
import { FIELD } from './reader.ts';

// Only a cache: it is emptied when it is full, so made-up names cost time and not memory.
const MAX_CACHED = 200_000;

/** Not for values that are no finite numbers. */
export function createPointLines(): (sample: Sample) => string {
  const clusters = new Map<string, Map<string, Map<string, string>>>();
  let cached = 0;
  // Samples come host by host.
  let latest: { cluster: string; host: string; starts: Map<string, string> } | undefined;

  function startsOf(cluster: string, host: string): Map<string, string> {
    if (latest?.host === host && latest.cluster === cluster) return latest.starts;
    const hosts = clusters.get(cluster) ?? new Map<string, Map<string, string>>();
    clusters.set(cluster, hosts);
    const starts = hosts.get(host) ?? new Map<string, string>();
    hosts.set(host, starts);
    latest = { cluster, host, starts };
    return starts;
  }

  function makeStart({ cluster, host, metric }: Sample): string {
    if (cached >= MAX_CACHED) {
      clusters.clear();
      latest = undefined;
      cached = 0;
    }
    const key = encodeSeriesKey(metric, [
      ['cluster', cluster],
      ['host', host],
    ]);
    const start = encodePointStart(key, FIELD);
    startsOf(cluster, host).set(metric, start);
    cached++;
    return start;
  }

  return (sample) => {
    const start = startsOf(sample.cluster, sample.host).get(sample.metric) ?? makeStart(sample);
    return encodePoint(start, sample.value, sample.atMs);
  };
}
