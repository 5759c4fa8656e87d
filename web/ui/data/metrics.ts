// Series and live values of metrics.

import { useQuery, keepPreviousData } from '@tanstack/react-query';
import { useState } from 'react';
import type { HostMetrics, MetricsQuery, MetricsResult, SeriesLabels } from '#web/contract/metrics.ts';
import type { ApiError } from './api-client.ts';
import { nowMs } from './browser-clock.ts';
import { useApi } from './api-context.tsx';
import { useLive } from './live-context.tsx';
import { spanOf, stepFor, type TimeRange } from './time-range.ts';
import { useApiQuery } from './use-api-query.ts';

export type Point = MetricsResult['series'][number]['points'][number];

export interface SeriesAnswer {
  fromMs: number;
  toMs: number;
  stepSec: number;
  series: { labels: SeriesLabels; points: Point[] }[];
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
    refetchInterval: (query) =>
      range.kind === 'fixed' ? false : Math.max(FASTEST_REFRESH_MS, (query.state.data?.stepSec ?? 15) * 1000),
    queryFn: async () => {
      const { fromMs, toMs } = spanOf(range, nowMs());
      const stepSec = stepFor(toMs - fromMs, points);
      const body: MetricsQuery = { from: Math.floor(fromMs), to: Math.ceil(toMs), stepSec, series: [...series] };
      const answer = await api.send<MetricsResult>('POST', '/metrics/query', body);
      return { fromMs, toMs, stepSec, series: answer.series };
    },
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
