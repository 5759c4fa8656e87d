// Metric series, live values, clusters.

import Type, { type Static } from 'typebox';
import { Nullable } from './shared.ts';

export const SeriesLabels = Type.Object({
  cluster: Type.String({ maxLength: 256 }),
  host: Type.String({ maxLength: 256 }),
  metric: Type.String({ maxLength: 512 }),
});
export type SeriesLabels = Static<typeof SeriesLabels>;

export const MetricsQuery = Type.Object({
  /** Epoch milliseconds. */
  from: Type.Integer({ minimum: 0 }),
  to: Type.Integer({ minimum: 0 }),
  /** Steps the range is divided into; (to - from) / stepSec must be at most 11,000. */
  stepSec: Type.Integer({ minimum: 1, maximum: 31_536_000 }),
  series: Type.Array(SeriesLabels, { minItems: 1, maxItems: 200 }),
  agg: Type.Optional(Type.Union([Type.Literal('avg'), Type.Literal('min'), Type.Literal('max'), Type.Literal('last')])),
});
export type MetricsQuery = Static<typeof MetricsQuery>;

/** [epoch ms, avg (or what `agg` asked for), min, max] */
const MetricPoint = Type.Unsafe<[number, number, number, number]>(
  Type.Array(Type.Number(), { minItems: 4, maxItems: 4 }),
);

export const MetricsResult = Type.Object({
  series: Type.Array(Type.Object({ labels: SeriesLabels, points: Type.Array(MetricPoint) })),
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

export const Cluster = Type.Object({
  name: Type.String(),
  hostsUp: Type.Integer(),
  hostsDown: Type.Integer(),
  metrics: Type.Integer(),
});
export type Cluster = Static<typeof Cluster>;
