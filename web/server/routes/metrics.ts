// Metric history and the live values of hosts and clusters.

import Type from 'typebox';
import type { SeriesKey } from '#kernel/domain/metric.ts';
import { badRequest } from '#kernel/errors.ts';
import type { MetricHistory } from '#store/history/history.ts';
import { Cluster, HostMetrics, LiveMetric, MetricsQuery, MetricsResult, SeriesLabels } from '#web/contract/metrics.ts';
import { IdParams, ListOf } from '#web/contract/shared.ts';
import type { App } from '../app.ts';

const MOST_STEPS = 11_000;

/** What these routes need of the collector; app/ hands over the live state of this process. */
export interface LiveMetrics {
  clusters(): Cluster[];
  hostMetrics(series: { cluster: string; host: string }): LiveMetric[];
}

export interface MetricRoutesDeps {
  history: Pick<MetricHistory, 'query' | 'listSeries'>;
  live: LiveMetrics;
  seriesOfHost(hostId: string): Promise<{ cluster: string; host: string }>;
}

export function metricRoutes(app: App, deps: MetricRoutesDeps): void {
  const tags = ['metrics'];

  app.post(
    '/api/v1/metrics/query',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'Ranges of several series in one request',
        body: MetricsQuery,
        response: { 200: MetricsResult },
      },
    },
    async (request) => {
      const { from, to, stepSec, series, agg = 'avg' } = request.body;
      const steps = (to - from) / 1000 / stepSec;
      if (!(to > from)) throw badRequest('bad_range', `to (${to}) must be after from (${from}).`);
      if (steps > MOST_STEPS) {
        throw badRequest(
          'too_many_steps',
          `stepSec ${stepSec} makes ${Math.ceil(steps)} steps; at most ${MOST_STEPS} are accepted.`,
        );
      }
      return { series: await deps.history.query({ series, fromMs: from, toMs: to, stepSec, agg }) };
    },
  );

  app.get(
    '/api/v1/metrics/series',
    {
      config: { access: 'viewer' },
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

  app.get(
    '/api/v1/clusters',
    {
      config: { access: 'viewer' },
      schema: { tags, summary: 'Clusters heard now', response: { 200: ListOf(Cluster) } },
    },
    () => ({ items: deps.live.clusters(), nextCursor: null }),
  );

  app.get(
    '/api/v1/hosts/:id/metrics',
    {
      config: { access: 'viewer' },
      schema: { tags, summary: 'Live metrics of a host', params: IdParams, response: { 200: HostMetrics } },
    },
    async (request) => {
      const series = await deps.seriesOfHost(request.params.id);
      return { ...series, metrics: deps.live.hostMetrics(series) };
    },
  );
}
