// Reads InfluxDB 2.x in Flux through the vendor's client: the only file that
// knows either. The client quotes what enters a query and reads its CSV.

import {
  flux,
  fluxDuration,
  fluxExpression,
  InfluxDB,
  toFluxValue,
  type ParameterizedQuery,
  type QueryApi,
} from '@influxdata/influxdb-client';
import type { Clock } from '#kernel/clock.ts';
import { AppError } from '#kernel/errors.ts';
import type { SeriesKey } from '#kernel/domain/metric.ts';
import { decodeLabel, encodeLabel } from '#wire/line-protocol.ts';
import type { Point, RangeQuery } from '../history.ts';
import type { SeriesFilter } from '../select-series.ts';
import { createBucketApi, type Bucket } from './bucket-api.ts';
import { required, type InfluxSettings } from './endpoint.ts';
import { asPoint, FIELD, type InfluxReader } from './reader.ts';
import {
  bucketOf,
  foldRows,
  NOTHING_ROLLED_UP,
  ROLLUPS,
  splitRange,
  type Kept,
  type RangePart,
  type RollupRow,
} from './rollups.ts';

const TIMEOUT_MS = 10_000;

type Aggregate = RangeQuery['agg'];

// How long a server may have had its roll-ups before we see them.
const BUCKETS_FRESH_MS = 600_000;

export function createFluxReader(deps: { clock: Clock }, settings: InfluxSettings): InfluxReader {
  const { clock } = deps;
  const { token, org, bucket } = required(settings, ['token', 'org', 'bucket']);
  let buckets: { atTick: number; kept: Kept } | undefined;
  const client = new InfluxDB({ url: settings.url, token, timeout: TIMEOUT_MS });
  const queries: QueryApi = client.getQueryApi(org);

  async function rowsOf(query: ParameterizedQuery): Promise<Record<string, unknown>[]> {
    try {
      return await queries.collectRows<Record<string, unknown>>(query);
    } catch (error) {
      throw new AppError(
        'history_unavailable',
        `InfluxDB at ${settings.url} did not answer a query: ${String(error)}`,
        {
          cause: error,
          retry: 'later',
          status: 503,
        },
      );
    }
  }

  async function keptBy(): Promise<Kept> {
    const atTick = clock.monotonicMs();
    if (buckets && atTick - buckets.atTick < BUCKETS_FRESH_MS) return buckets.kept;
    // A token that may only read this bucket is told of no other, and there is nothing else to ask then.
    const known = await createBucketApi(settings)
      .buckets()
      .catch(() => []);
    buckets = { atTick, kept: keptIn(known, bucket) };
    return buckets.kept;
  }

  async function readPart(key: SeriesKey, query: RangeQuery, part: RangePart): Promise<Point[]> {
    const range = { ...query, ...part };
    if (!part.rollup) return toPoints(await rowsOf(rangeQuery(bucket, key, range)), query);
    const rows = await rowsOf(rollupQuery(bucketOf(bucket, part.rollup), key, range));
    return foldRows(rows.flatMap(readRollup), query);
  }

  return {
    async read(query) {
      const parts = splitRange(query, clock.nowMs(), await keptBy());
      const found: Point[][] = [];
      // One after another: many at once would be many open responses on a server that is perhaps slow already.
      for (const key of query.series) {
        const points: Point[] = [];
        for (const part of parts) points.push(...(await readPart(key, query, part)));
        found.push(points);
      }
      return found;
    },
    async list(filter) {
      const rows = await rowsOf(listQuery(bucket, filter));
      return rows.flatMap(({ _measurement: metric, cluster, host }) =>
        typeof metric === 'string' && typeof cluster === 'string' && typeof host === 'string'
          ? [{ metric: decodeLabel(metric), cluster: decodeLabel(cluster), host: decodeLabel(host) }]
          : [],
      );
    },
    // Organisation and retention of a bucket are the operator's to decide.
    createDatabase: () => Promise.reject(new Error(`create bucket ${bucket} in organisation ${org} first`)),
  };
}

/** Three tables told apart by `agg`, so that one request brings value, minimum and maximum. */
function rangeQuery(bucket: string, key: SeriesKey, query: RangeQuery): ParameterizedQuery {
  const every = fluxDuration(`${query.stepSec}s`);
  const [start, stop] = [new Date(query.fromMs), new Date(query.toMs)];
  return flux`samples = from(bucket: ${bucket})
  |> range(start: ${start}, stop: ${stop})
  |> filter(fn: (r) => r._measurement == ${encodeLabel(key.metric)} and r._field == ${FIELD})
  |> filter(fn: (r) => r.cluster == ${encodeLabel(key.cluster)} and r.host == ${encodeLabel(key.host)})
step = (fn, agg) => samples
  |> aggregateWindow(every: ${every}, fn: fn, createEmpty: false, timeSrc: "_start")
  |> keep(columns: ["_time", "_value"])
  |> set(key: "agg", value: agg)
union(tables: [step(fn: mean, agg: "avg"), step(fn: min, agg: "min"), step(fn: max, agg: "max"), step(fn: last, agg: "last")])`;
}

/** One row for each step, its fields side by side. */
function rollupQuery(bucket: string, key: SeriesKey, { fromMs, toMs }: RangeQuery): ParameterizedQuery {
  return flux`from(bucket: ${bucket})
  |> range(start: ${new Date(fromMs)}, stop: ${new Date(toMs)})
  |> filter(fn: (r) => r._measurement == ${encodeLabel(key.metric)})
  |> filter(fn: (r) => r.cluster == ${encodeLabel(key.cluster)} and r.host == ${encodeLabel(key.host)})
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> sort(columns: ["_time"])`;
}

function readRollup({ _time: time, value, min, max, last, count }: Record<string, unknown>): RollupRow[] {
  if (typeof time !== 'string') return [];
  const row = { atMs: Date.parse(time), value: Number(value), min: Number(min), max: Number(max) };
  const whole = { ...row, last: Number(last), count: Number(count) };
  return Object.values(whole).every(Number.isFinite) ? [whole] : [];
}

/** What `plexus influx setup` has made: roll-ups that exist, and how long the bucket keeps samples. */
function keptIn(buckets: readonly Bucket[], bucket: string): Kept {
  const rawSec = buckets.find(({ name }) => name === bucket)?.keptSec ?? 0;
  const rollups = ROLLUPS.filter((rollup) => buckets.some(({ name }) => name === bucketOf(bucket, rollup)));
  return rawSec === 0 || rollups.length === 0 ? NOTHING_ROLLED_UP : { rawSec, rollups };
}

function listQuery(bucket: string, filter: SeriesFilter): ParameterizedQuery {
  const { metric, cluster, host } = filter;
  const conditions = [
    ['_field', FIELD],
    ['_measurement', metric === undefined ? undefined : encodeLabel(metric)],
    ['cluster', cluster === undefined ? undefined : encodeLabel(cluster)],
    ['host', host === undefined ? undefined : encodeLabel(host)],
  ]
    .filter(([, value]) => value !== undefined)
    .map(([column, value]) => `r.${column} == ${toFluxValue(value)}`);
  return flux`from(bucket: ${bucket})
  |> range(start: 0)
  |> filter(fn: (r) => ${fluxExpression(conditions.join(' and '))})
  |> first()
  |> keep(columns: ["_measurement", "cluster", "host"])
  |> group()`;
}

/** The first window is cut by the range, so its start is brought back to the step it belongs to. */
function toPoints(rows: Record<string, unknown>[], query: RangeQuery): Point[] {
  const stepMs = query.stepSec * 1000;
  const steps = new Map<number, Partial<Record<Aggregate, number>>>();
  for (const { _time: time, _value: value, agg } of rows) {
    if (typeof time !== 'string' || typeof value !== 'number' || typeof agg !== 'string') continue;
    const atMs = Math.floor(Date.parse(time) / stepMs) * stepMs;
    steps.set(atMs, { ...steps.get(atMs), [agg]: value });
  }
  return [...steps]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([atMs, { min, max, ...others }]) => {
      const value = { min, max, ...others }[query.agg];
      return value === undefined || min === undefined || max === undefined ? [] : [asPoint(atMs, value, min, max)];
    });
}
