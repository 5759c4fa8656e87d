// From a remote-write request to the hosts and metrics that it speaks of. Pure.

import { badRequest, type AppError } from '#kernel/errors.ts';
import { decodeRemoteWrite, type RemoteWrite } from '#wire/remote-write.ts';
import { decodeSnappy } from '#wire/snappy.ts';
import type { PushedHost, PushedMetric } from '../pushed-metrics.ts';
import { placeSeries, slopeOfFamily } from './series-name.ts';

// As Prometheus, which calls a series stale after five minutes.
const TMAX_SEC = 75;
const DMAX_SEC = 3600;

// Prometheus sends 2000 samples in a request, unless told otherwise; this is some hundred times as many.
const MOST_UNPACKED_BYTES = 64 << 20;

/**
 * `cluster` stands where a series has neither a label `cluster` nor a `job`. Stale markers (NaN) are left out.
 * Throws AppError `bad_remote_write` and `no_instance` (status 400), which make Prometheus give up on the request.
 */
export function readRemoteWrite(packed: Uint8Array, cluster: string): PushedHost[] {
  const unpacked = decodeSnappy(packed, MOST_UNPACKED_BYTES);
  if (!unpacked.ok) throw unreadable(`snappy: ${unpacked.reason} at byte ${unpacked.at}`);
  const request = decodeRemoteWrite(unpacked.value);
  if (!request.ok) throw unreadable(`protobuf: ${request.reason} at byte ${request.at} of the unpacked body`);
  const { hosts, placed, unplaced } = placeSeriesOf(request.value, cluster);
  if (placed === 0 && unplaced > 0) {
    throw badRequest(
      'no_instance',
      `None of the ${unplaced} series has both __name__ and instance; by these a series finds its host.`,
    );
  }
  return hosts;
}

const unreadable = (why: string): AppError =>
  badRequest('bad_remote_write', `The body is no snappy-packed remote-write request (${why}).`);

function placeSeriesOf(
  request: RemoteWrite,
  cluster: string,
): { hosts: PushedHost[]; placed: number; unplaced: number } {
  const types = new Map(request.metadata.map(({ family, type }) => [family, type]));
  const hosts = new Map<string, PushedHost & { metrics: PushedMetric[] }>();
  let [placed, unplaced] = [0, 0];
  for (const { labels, samples } of request.series) {
    const place = placeSeries(labels, { cluster });
    if (place === undefined) {
      unplaced++;
      continue;
    }
    placed++;
    const key = `${place.cluster}\0${place.host}`;
    const host = hosts.get(key) ?? { cluster: place.cluster, host: place.host, metrics: [] };
    hosts.set(key, host);
    const name = labels.get('__name__') ?? '';
    for (const { value, atMs } of samples) {
      if (!Number.isFinite(value)) continue;
      host.metrics.push({
        ...{ name: place.metric, value, atMs, units: '', slope: slopeOfFamily(name, types.get(name)) },
        ...{ tmaxSec: TMAX_SEC, dmaxSec: DMAX_SEC, groups: [name.split('_')[0] ?? name] },
      });
    }
  }
  return { hosts: [...hosts.values()], placed, unplaced };
}
