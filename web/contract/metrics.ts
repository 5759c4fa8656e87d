// Metric series, live values, clusters.

import Type, { type Static } from 'typebox';
import { Nullable } from './shared.ts';

export const SeriesLabels = Type.Object({
  cluster: Type.String({ maxLength: 256 }),
  host: Type.String({ maxLength: 256 }),
  metric: Type.String({ maxLength: 512 }),
});
export type SeriesLabels = Static<typeof SeriesLabels>;

/** One name exactly, or every name that the RE2 expression finds a match in (not anchored, as in ganglia-web). */
export const NamePattern = Type.Union([
  Type.String({ maxLength: 512 }),
  Type.Object({ regex: Type.String({ minLength: 1, maxLength: 512 }) }, { additionalProperties: false }),
]);
export type NamePattern = Static<typeof NamePattern>;

/** Series by the names of their labels; a label that is left out may be anything. */
export const SeriesSelector = Type.Object(
  { cluster: Type.Optional(NamePattern), host: Type.Optional(NamePattern), metric: NamePattern },
  { additionalProperties: false },
);
export type SeriesSelector = Static<typeof SeriesSelector>;

const Label = Type.Union([Type.Literal('cluster'), Type.Literal('host'), Type.Literal('metric')]);

/** Many series into one for each group, step by step. */
export const Combine = Type.Object(
  {
    /** sum, avg, min, max, count, or a percentile such as p95 or p99.9. */
    with: Type.String({ pattern: '^(sum|avg|min|max|count|p(100|[0-9]{1,2}(\\.[0-9]{1,3})?))$' }),
    /** Labels that tell the groups apart; none = one series of everything. */
    by: Type.Optional(Type.Array(Label, { maxItems: 3, uniqueItems: true })),
  },
  { additionalProperties: false },
);
export type Combine = Static<typeof Combine>;

/** The `count` series with the highest (or lowest) figure over the whole range. */
export const Top = Type.Object(
  {
    count: Type.Integer({ minimum: 1, maximum: 1000 }),
    by: Type.Optional(
      Type.Union([Type.Literal('avg'), Type.Literal('max'), Type.Literal('min'), Type.Literal('last')]),
    ),
    lowest: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type Top = Static<typeof Top>;

export const MetricsQuery = Type.Object(
  {
    /** Epoch milliseconds. */
    from: Type.Integer({ minimum: 0 }),
    to: Type.Integer({ minimum: 0 }),
    /** Steps the range is divided into; (to - from) / stepSec must be at most 11,000. */
    stepSec: Type.Integer({ minimum: 1, maximum: 31_536_000 }),
    /** Series by name; each has an entry in the answer, in this order, before those of `select`. */
    series: Type.Optional(Type.Array(SeriesLabels, { maxItems: 1000 })),
    /** Series by pattern, sorted by cluster, host, metric. One of `series` and `select` is needed. */
    select: Type.Optional(Type.Array(SeriesSelector, { maxItems: 20 })),
    agg: Type.Optional(
      Type.Union([Type.Literal('avg'), Type.Literal('min'), Type.Literal('max'), Type.Literal('last')]),
    ),
    /**
     * Change per second, over resets of a counter. `auto`, the default: of series whose live metric has the slope
     * "positive" (a counter) or "derivative"; `on`: of all; `off`: of none.
     */
    rate: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('on'), Type.Literal('off')])),
    combine: Type.Optional(Combine),
    top: Type.Optional(Top),
    /** Refused with `too_many_series` when `select` finds more before `combine` and `top`; default 2000. */
    maxSeries: Type.Optional(Type.Integer({ minimum: 1, maximum: 20_000 })),
  },
  { additionalProperties: false },
);
export type MetricsQuery = Static<typeof MetricsQuery>;

/** [epoch ms, avg (or what `agg` asked for), min, max] */
const MetricPoint = Type.Unsafe<[number, number, number, number]>(
  Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }),
);

export const MetricsResult = Type.Object({
  series: Type.Array(
    Type.Object({
      /** Of a combined series, '' where members differ. */
      labels: SeriesLabels,
      points: Type.Array(MetricPoint),
      /** The points are changes per second. */
      rate: Type.Boolean(),
      /** Series combined into this one; 1 without `combine`. */
      members: Type.Integer(),
      /** Of the live metric; '' when it is not known. */
      units: Type.String(),
    }),
  ),
  /** Series found before `combine` and `top`. */
  matched: Type.Integer(),
});
export type MetricsResult = Static<typeof MetricsResult>;

/** A metric as the collector holds it now. */
export const LiveMetric = Type.Object({
  name: Type.String(),
  /** As gmond would print it. */
  value: Type.String(),
  /** Null for text. */
  number: Nullable(Type.Number()),
  units: Type.String(),
  type: Type.String(),
  slope: Type.String(),
  /** Seconds since the value was heard, and the longest expected silence. */
  tnSec: Type.Number(),
  tmaxSec: Type.Number(),
  dmaxSec: Type.Number(),
  group: Nullable(Type.String()),
  title: Nullable(Type.String()),
  description: Nullable(Type.String()),
});
export type LiveMetric = Static<typeof LiveMetric>;

export const HostMetrics = Type.Object({
  cluster: Type.String(),
  host: Type.String(),
  metrics: Type.Array(LiveMetric),
});
export type HostMetrics = Static<typeof HostMetrics>;

/** Sum of a numeric metric over the hosts that are up, as gmetad sums it. */
export const MetricSummary = Type.Object({
  name: Type.String(),
  sum: Type.Number(),
  /** Hosts that count in `sum`. */
  num: Type.Integer(),
  type: Type.String(),
  units: Type.String(),
  slope: Type.String(),
  group: Nullable(Type.String()),
  title: Nullable(Type.String()),
});
export type MetricSummary = Static<typeof MetricSummary>;

export const Cluster = Type.Object({
  name: Type.String(),
  hostsUp: Type.Integer(),
  hostsDown: Type.Integer(),
  /** Series held. */
  metrics: Type.Integer(),
  /** Data source that it is polled from; null when it is heard on our own sockets. */
  source: Nullable(Type.String()),
  /** False while no address of its data source answers; what is shown then is old. */
  alive: Type.Boolean(),
  /** Seconds since the last packet or the last whole answer of the source. */
  ageSec: Type.Number(),
  owner: Nullable(Type.String()),
  latlong: Nullable(Type.String()),
  url: Nullable(Type.String()),
});
export type Cluster = Static<typeof Cluster>;

export const ClusterSummary = Type.Object({
  ...Cluster.properties,
  summary: Type.Array(MetricSummary),
});
export type ClusterSummary = Static<typeof ClusterSummary>;

/** A gmetad below this one: only its summary is known here; `authority` leads to the rest. */
export const NestedGrid = Type.Object({
  name: Type.String(),
  authority: Type.String(),
  source: Type.String(),
  alive: Type.Boolean(),
  ageSec: Type.Number(),
  hostsUp: Type.Integer(),
  hostsDown: Type.Integer(),
  summary: Type.Array(MetricSummary),
});
export type NestedGrid = Static<typeof NestedGrid>;

/** Everything at a glance: the clusters of this grid and the grids below it. */
export const Grid = Type.Object({
  name: Type.String(),
  hostsUp: Type.Integer(),
  hostsDown: Type.Integer(),
  /** Of all clusters and grids together. */
  summary: Type.Array(MetricSummary),
  clusters: Type.Array(ClusterSummary),
  grids: Type.Array(NestedGrid),
});
export type Grid = Static<typeof Grid>;

/** A metric that at least one host has now. */
export const MetricName = Type.Object({
  name: Type.String(),
  hosts: Type.Integer(),
  /** False: text, which has no history. */
  numeric: Type.Boolean(),
  units: Type.String(),
  type: Type.String(),
  slope: Type.String(),
  group: Nullable(Type.String()),
  title: Nullable(Type.String()),
});
export type MetricName = Static<typeof MetricName>;

/** The last value of one metric on one host. */
export const LatestValue = Type.Object({
  cluster: Type.String(),
  host: Type.String(),
  /** gmond key of the host. */
  hostKey: Type.String(),
  hostUp: Type.Boolean(),
  /** Null for text and for a host without this metric. */
  number: Nullable(Type.Number()),
  value: Nullable(Type.String()),
  tnSec: Nullable(Type.Number()),
  tmaxSec: Nullable(Type.Number()),
});
export type LatestValue = Static<typeof LatestValue>;

/** Queries that stand on their own, such as those of the charts of one page, in one request. */
export const MetricsBatch = Type.Object(
  { queries: Type.Array(MetricsQuery, { minItems: 1, maxItems: 24 }) },
  { additionalProperties: false },
);

/** One answer for each query, in their order; a query that is refused does not fail the others. */
export const MetricsBatchResult = Type.Object({
  results: Type.Array(
    Type.Object({
      result: Nullable(MetricsResult),
      problem: Nullable(Type.Object({ status: Type.Integer(), code: Type.String(), detail: Type.String() })),
    }),
  ),
});
export type MetricsBatchResult = Static<typeof MetricsBatchResult>;

export const HistoryBackup = Type.Object({
  /** On the server; put in the place of the history directory of a stopped server, it is the history. */
  directory: Type.String(),
  bytes: Type.Integer(),
  /** Everything heard before this instant is in it. */
  at: Type.String(),
});
export type HistoryBackup = Static<typeof HistoryBackup>;

/** A data source that is polled, or an exporter that is read. */
export const MetricSource = Type.Object({
  kind: Type.Union([Type.Literal('ganglia'), Type.Literal('exporter')]),
  name: Type.String(),
  /** In the order in which they are tried; the one that answered last is `address`. */
  addresses: Type.Array(Type.String()),
  address: Nullable(Type.String()),
  everySec: Type.Number(),
  /** Null before the first answer or failure. */
  alive: Nullable(Type.Boolean()),
  lastPollAt: Nullable(Type.String()),
  tookMs: Nullable(Type.Number()),
  /** Lines or elements that could not be read: of an exporter in its last answer, of a data source since the start. */
  lost: Type.Integer(),
  lastError: Nullable(Type.String()),
});
export type MetricSource = Static<typeof MetricSource>;
