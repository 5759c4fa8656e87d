// Metric history and the live values of hosts, clusters and grids.

import Type from 'typebox';
import type { SeriesKey } from '#kernel/domain/metric.ts';
import { AppError, badRequest, conflict, notFound } from '#kernel/errors.ts';
import type { MetricHistory } from '#store/history/history.ts';
import { answerMetricQuery, type SeriesDescription } from '#store/history/query/metric-query.ts';
import {
  Cluster,
  ClusterSummary,
  Grid,
  HistoryBackup,
  HostMetrics,
  LatestValue,
  LiveMetric,
  MetricName,
  MetricSource,
  MetricsBatch,
  MetricsBatchResult,
  MetricsQuery,
  MetricsResult,
  SeriesLabels,
} from '#web/contract/metrics.ts';
import { Empty, IdParams, ListOf } from '#web/contract/shared.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import type { App } from '../app.ts';

const MOST_STEPS = 11_000;
const USUAL_MOST_SERIES = 2000;

/** What these routes need of the collector; app/ hands over the live state of this process. */
export interface LiveMetrics {
  clusters(): Cluster[];
  /** Undefined when no such cluster is heard or polled. */
  cluster(name: string): ClusterSummary | undefined;
  /** Summaries of `metrics` only, when given. */
  grid(metrics: ReadonlySet<string> | undefined): Grid;
  metricNames(cluster: string | undefined): MetricName[];
  latest(metric: string, cluster: string | undefined): LatestValue[];
  hostMetrics(series: { cluster: string; host: string }): LiveMetric[];
  sources(): MetricSource[];
  describe(series: SeriesKey): SeriesDescription | undefined;
  /** False when there is no such host; history and inventory keep it. */
  removeHost(cluster: string, hostKey: string): boolean;
}

export interface MetricRoutesDeps {
  history: Pick<MetricHistory, 'query' | 'listSeries'>;
  live: LiveMetrics;
  seriesOfHost(hostId: string): Promise<{ cluster: string; host: string }>;
  /** Copies the metric history while it is being written; undefined where the store is not ours to copy. */
  backup: ((actor: Actor) => Promise<HistoryBackup>) | undefined;
  /** Records who took a host out of live state. */
  onHostRemoved(actor: Actor, host: { cluster: string; hostKey: string }): Promise<void>;
}

const ClusterParams = Type.Object({ cluster: Type.String({ minLength: 1, maxLength: 256 }) });
const viewer = { access: 'viewer' as const };
const tags = ['metrics'];

export function metricRoutes(app: App, deps: MetricRoutesDeps): void {
  historyRoutes(app, deps);
  backupRoute(app, deps);
  liveRoutes(app, deps);
}

function historyRoutes(app: App, deps: MetricRoutesDeps): void {
  app.post(
    '/api/v1/metrics/query',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Ranges of many series: by name or pattern, as rates, combined, ranked',
        body: MetricsQuery,
        response: { 200: MetricsResult },
      },
    },
    ({ body }) => answerQuery(deps, body),
  );

  app.post(
    '/api/v1/metrics/query/batch',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Several queries that stand on their own, such as the charts of a page',
        body: MetricsBatch,
        response: { 200: MetricsBatchResult },
      },
    },
    async ({ body }) => {
      const results: MetricsBatchResult['results'] = [];
      // One after the other: a page of charts must not crowd out everybody else's queries.
      for (const query of body.queries) results.push(await answerOrProblem(deps, query));
      return { results };
    },
  );

  app.get(
    '/api/v1/metrics/series',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Names of stored series',
        querystring: Type.Partial(
          Type.Object({ ...SeriesLabels.properties, limit: Type.Integer({ minimum: 1, maximum: 5000 }) }),
        ),
        response: { 200: ListOf(SeriesLabels) },
      },
    },
    async (request) => {
      const items: SeriesKey[] = await deps.history.listSeries(request.query);
      return { items, nextCursor: null };
    },
  );
}

async function answerQuery(deps: MetricRoutesDeps, query: MetricsQuery): Promise<MetricsResult> {
  const { from, to, stepSec, series = [], select = [], agg = 'avg', rate = 'auto', combine, top } = query;
  const steps = (to - from) / 1000 / stepSec;
  if (!(to > from)) throw badRequest('bad_range', `to (${to}) must be after from (${from}).`);
  if (steps > MOST_STEPS) {
    throw badRequest(
      'too_many_steps',
      `stepSec ${stepSec} makes ${Math.ceil(steps)} steps; at most ${MOST_STEPS} are accepted.`,
    );
  }
  if (series.length + select.length === 0)
    throw badRequest('no_series', 'Neither series nor select names a series; at least one is needed.');
  return answerMetricQuery(
    { history: deps.history, describe: (one) => deps.live.describe(one) },
    {
      ...{ series, select, fromMs: from, toMs: to, stepSec, agg, rate },
      maxSeries: query.maxSeries ?? USUAL_MOST_SERIES,
      ...(combine && { combine: { with: combine.with, by: combine.by ?? [] } }),
      ...(top && { top }),
    },
  );
}

/** A query that is refused is told so in its place; what Plexus itself fails at fails the request. */
async function answerOrProblem(
  deps: MetricRoutesDeps,
  query: MetricsQuery,
): Promise<MetricsBatchResult['results'][number]> {
  try {
    return { result: await answerQuery(deps, query), problem: null };
  } catch (error) {
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    return { result: null, problem: { status: error.status, code: error.code, detail: error.message } };
  }
}

function backupRoute(app: App, deps: MetricRoutesDeps): void {
  app.post(
    '/api/v1/metrics/backup',
    {
      config: { access: 'admin' },
      schema: {
        tags,
        summary: 'Copy the metric history into a new directory of the home, while it is being written',
        response: { 200: HistoryBackup },
      },
    },
    (request) => {
      if (deps.backup) return deps.backup(request.actor);
      throw conflict('backup_elsewhere', 'The history is in an InfluxDB: back it up with its own tools.');
    },
  );
}

function liveRoutes(app: App, deps: MetricRoutesDeps): void {
  const { live } = deps;
  const Within = Type.Object({ cluster: Type.Optional(Type.String({ maxLength: 256 })) });

  app.get(
    '/api/v1/metrics/names',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Metrics that hosts have now',
        querystring: Within,
        response: { 200: ListOf(MetricName) },
      },
    },
    (request) => ({ items: live.metricNames(request.query.cluster), nextCursor: null }),
  );

  app.get(
    '/api/v1/metrics/latest',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'The last value of one metric on every host',
        querystring: Type.Object({ metric: Type.String({ minLength: 1, maxLength: 512 }), ...Within.properties }),
        response: { 200: ListOf(LatestValue) },
      },
    },
    (request) => ({ items: live.latest(request.query.metric, request.query.cluster), nextCursor: null }),
  );

  app.get(
    '/api/v1/metrics/sources',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Data sources that are polled, exporters that are read',
        response: { 200: ListOf(MetricSource) },
      },
    },
    () => ({ items: live.sources(), nextCursor: null }),
  );

  app.get(
    '/api/v1/grid',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Every cluster and nested grid, with sums over their hosts',
        querystring: Type.Object({
          /** Comma list; without it the sums of every metric. */
          metrics: Type.Optional(Type.String({ maxLength: 4096 })),
        }),
        response: { 200: Grid },
      },
    },
    (request) => {
      const { metrics } = request.query;
      return live.grid(metrics === undefined ? undefined : new Set(metrics.split(',')));
    },
  );

  app.get(
    '/api/v1/clusters',
    { config: viewer, schema: { tags, summary: 'Clusters heard or polled now', response: { 200: ListOf(Cluster) } } },
    () => ({ items: live.clusters(), nextCursor: null }),
  );

  app.get(
    '/api/v1/clusters/:cluster/summary',
    {
      config: viewer,
      schema: {
        tags,
        summary: 'Sums over the hosts of a cluster',
        params: ClusterParams,
        response: { 200: ClusterSummary },
      },
    },
    (request) => {
      const summary = live.cluster(request.params.cluster);
      if (summary === undefined) throw notFound('cluster', request.params.cluster);
      return summary;
    },
  );

  app.delete(
    '/api/v1/clusters/:cluster/hosts/:key',
    {
      config: { access: 'operator' },
      schema: {
        tags,
        summary: 'Forget a host in live state and XML until it is heard again; its history and inventory stay',
        params: Type.Object({ ...ClusterParams.properties, key: Type.String({ minLength: 1, maxLength: 256 }) }),
        response: { 200: Empty },
      },
    },
    async (request) => {
      const { cluster, key } = request.params;
      if (!live.removeHost(cluster, key)) throw notFound('live host', `${cluster}/${key}`);
      await deps.onHostRemoved(request.actor, { cluster, hostKey: key });
      return {};
    },
  );

  app.get(
    '/api/v1/hosts/:id/metrics',
    {
      config: viewer,
      schema: { tags, summary: 'Live metrics of a host', params: IdParams, response: { 200: HostMetrics } },
    },
    async (request) => {
      const series = await deps.seriesOfHost(request.params.id);
      return { ...series, metrics: live.hostMetrics(series) };
    },
  );
}
