// Series and live values of metrics.

import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query';
import { createContext, useContext, useState } from 'react';
import type {
  HostMetrics,
  MetricName,
  MetricsBatchResult,
  MetricsQuery,
  MetricsResult,
  SeriesLabels,
} from '#web/contract/metrics.ts';
import { ApiError } from './api-client.ts';
import { later, nowMs } from './browser-clock.ts';
import { useApi } from './api-context.tsx';
import type { ListOf } from './list.ts';
import { useLive } from './live-context.tsx';
import { createSeriesBatch, type SeriesBatch } from './series-batch.ts';
import { alignedSpan, spanOf, stepFor, type TimeRange } from './time-range.ts';
import { useApiQuery } from './use-api-query.ts';

export type Series = MetricsResult['series'][number];
export type Point = Series['points'][number];

export interface SeriesAnswer {
  fromMs: number;
  toMs: number;
  stepSec: number;
  series: { labels: SeriesLabels; points: Point[] }[];
}

/** What a chart asks for; the range of the page says when. */
export type SeriesQuery = Omit<MetricsQuery, 'from' | 'to' | 'stepSec'>;

export interface BatchedAnswer extends SeriesAnswer {
  series: Series[];
  /** Series found before they were combined and ranked. */
  matched: number;
}

// A live chart is asked for again at its own step, but never more often than this.
const FASTEST_REFRESH_MS = 5000;

/**
 * The series over the range, in one request. The last answer stays while the next one
 * loads; a live range is renewed at the pace of its step, a fixed one never.
 */
export function useSeries(series: readonly SeriesLabels[], range: TimeRange, points?: number) {
  const api = useApi();
  return useQuery<SeriesAnswer, ApiError>({
    queryKey: ['series', range, points ?? null, series],
    enabled: series.length > 0,
    placeholderData: keepPreviousData,
    staleTime: FASTEST_REFRESH_MS,
    refetchInterval: (query) => refreshEveryMs(range, query.state.data),
    queryFn: async () => {
      const { fromMs, toMs } = spanOf(range, nowMs());
      const stepSec = stepFor(toMs - fromMs, points);
      const body: MetricsQuery = { from: Math.floor(fromMs), to: Math.ceil(toMs), stepSec, series: [...series] };
      const answer = await api.send<MetricsResult>('POST', '/metrics/query', body);
      return { fromMs, toMs, stepSec, series: answer.series };
    },
  });
}

const refreshEveryMs = (range: TimeRange, answer: SeriesAnswer | undefined): number | false =>
  range.kind === 'fixed' ? false : Math.max(FASTEST_REFRESH_MS, (answer?.stepSec ?? 15) * 1000);

/** Set by ChartBoard: the charts of one page share a batch. */
export const SeriesBatchContext = createContext<SeriesBatch | null>(null);

// One frame of a screen of 60 Hz: everything that becomes visible at once asks at once.
const FRAME_MS = 16;

/** The batch of a page; keep it as long as the page. */
export function useNewSeriesBatch(): SeriesBatch {
  const api = useApi();
  const [batch] = useState(() =>
    createSeriesBatch(
      (queries) => api.send<MetricsBatchResult>('POST', '/metrics/query/batch', { queries }),
      (act) => void later(FRAME_MS, act),
    ),
  );
  return batch;
}

interface BatchedOptions {
  /** Points a series may have at most; about one for each two pixels. */
  points?: number;
  /** Asks for the same span so much earlier; the answer is moved onto the range, so that both can be laid over each other. */
  earlierMs?: number;
}

/**
 * What the query gives over the range of the page, asked for together with every other chart that becomes visible
 * in the same frame. Null asks nothing, as for a chart that nobody sees yet. Needs a ChartBoard around it. Otherwise like useSeries.
 */
export function useBatchedSeries(query: SeriesQuery | null, range: TimeRange, options: BatchedOptions = {}) {
  const batch = useContext(SeriesBatchContext);
  if (!batch) throw new Error('useBatchedSeries is used outside of ChartBoard');
  const { points, earlierMs = 0 } = options;
  return useQuery<BatchedAnswer, ApiError>({
    queryKey: ['series', 'batched', range, points ?? null, earlierMs, query],
    enabled: query !== null,
    placeholderData: keepPreviousData,
    staleTime: FASTEST_REFRESH_MS,
    refetchInterval: (state) => refreshEveryMs(range, state.state.data),
    queryFn: async ({ signal }) => {
      const { fromMs, toMs } = spanOf(range, nowMs());
      const stepSec = stepFor(toMs - fromMs, points);
      const span = alignedSpan({ fromMs: fromMs - earlierMs, toMs: toMs - earlierMs }, stepSec);
      const answer = await batch.ask({ ...query, from: span.fromMs, to: span.toMs, stepSec }, signal);
      return { fromMs, toMs, stepSec, ...answer, series: answer.series.map((one) => movedBy(one, earlierMs)) };
    },
  });
}

const movedBy = (series: Series, ms: number): Series =>
  ms === 0
    ? series
    : { ...series, points: series.points.map(([at, value, min, max]): Point => [at + ms, value, min, max]) };

/** Metrics that hosts of the cluster (or of any) have now. */
export const useMetricNames = (cluster?: string) =>
  useApiQuery<ListOf<MetricName>>('live-metrics', '/metrics/names', { cluster }, { keepPrevious: true });

const MOST_NAMES = 5000;

interface MetricsOfHosts {
  /** Sorted; each that at least one of the hosts has history of. */
  metrics: string[];
  loading: boolean;
  error: ApiError | null;
  retry: () => void;
}

export function useMetricsOfHosts(hosts: readonly { cluster: string; host: string }[]): MetricsOfHosts {
  const api = useApi();
  return useQueries({
    queries: hosts.map((host) => ({
      queryKey: ['series', 'names', host],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.get<ListOf<SeriesLabels>>('/metrics/series', { ...host, limit: MOST_NAMES }, signal),
    })),
    combine: (answers): MetricsOfHosts => ({
      metrics: [...new Set(answers.flatMap(({ data }) => data?.items.map(({ metric }) => metric) ?? []))].sort(),
      loading: answers.some(({ isPending }) => isPending),
      error: answers.flatMap(({ error }) => (error instanceof ApiError ? [error] : []))[0] ?? null,
      retry: () => answers.forEach(({ refetch }) => void refetch()),
    }),
  });
}

export const useHostMetrics = (hostId: string, enabled = true) =>
  useApiQuery<HostMetrics>('live-metrics', `/hosts/${hostId}/metrics`, {}, { enabled, refetchEveryMs: 15_000 });

/** Values as the collector hears them: metric → number, only of what arrived since the component is shown. */
export function useLiveSamples(cluster: string, host: string): ReadonlyMap<string, number> {
  const [values, setValues] = useState<ReadonlyMap<string, number>>(new Map());
  useLive(host === '' ? [] : [`samples:${cluster}/${host}`], (message) => {
    if (message.type !== 'samples' || message.samples.host !== host || message.samples.cluster !== cluster) return;
    const arrived = message.samples.values;
    setValues((before) => new Map([...before, ...Object.entries(arrived).map(([name, [, v]]) => [name, v] as const)]));
  });
  return values;
}
