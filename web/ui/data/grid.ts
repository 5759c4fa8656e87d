// The grid, its clusters and their hosts as the collector holds them now, and one metric
// of all hosts at an instant of the past.

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { HostList } from '#web/contract/inventory.ts';
import type { ClusterSummary, Grid, LatestValue, MetricsQuery, MetricsResult } from '#web/contract/metrics.ts';
import type { ApiClient, ApiError } from './api-client.ts';
import { useApi } from './api-context.tsx';
import { nowMs } from './browser-clock.ts';
import { hostOf, type HostName } from './host-name.ts';
import type { ListOf } from './list.ts';
import { alignedSpan, spanOf, stepFor, type TimeRange } from './time-range.ts';
import { useApiAction, useApiQuery, type ActionOptions } from './use-api-query.ts';

// Heartbeats come every 20 s and polls every 15 s: asking more often shows the same.
const REFRESH_MS = 15_000;

/** The most series one query may find, as the API has it; of a larger grid a picture is not drawn. */
export const MOST_SERIES = 20_000;

export const useGrid = (metrics: readonly string[]) =>
  useApiQuery<Grid>('clusters', '/grid', { metrics: metrics.join(',') }, { refetchEveryMs: REFRESH_MS });

export const useClusterSummary = (name: string) =>
  useApiQuery<ClusterSummary>(
    'clusters',
    `/clusters/${encodeURIComponent(name)}/summary`,
    {},
    { refetchEveryMs: REFRESH_MS },
  );

/** The last value of a metric on every host, of one cluster or of all; also of hosts that are down or lack it. */
export const useLatest = (metric: string, cluster?: string) =>
  useApiQuery<ListOf<LatestValue>>(
    'live-metrics',
    '/metrics/latest',
    { metric, cluster },
    { refetchEveryMs: REFRESH_MS, keepPrevious: true },
  );

// A day in 96 pictures.
const REPLAY_SEC = 86_400;
export const REPLAY_STEPS = 96;
const REPLAY_STEP_SEC = stepFor(REPLAY_SEC * 1000, REPLAY_STEPS);

/** The start of a step of the replay, `back` steps before the last whole one. */
export const replayStep = (atMs: number, back: number): number => {
  const stepMs = REPLAY_STEP_SEC * 1000;
  return (Math.floor(atMs / stepMs) - 1 - back) * stepMs;
};

/**
 * One metric of all hosts in the step of the replay that begins then, by hostOf(); hosts that
 * were not heard in it are not there. What is past stays as it was, so it is asked for once.
 */
export function useMetricAt(metric: string, startMs: number | null, cluster?: string) {
  const api = useApi();
  return useQuery<ReadonlyMap<string, number>, ApiError>({
    queryKey: ['series', 'at', metric, cluster ?? null, startMs],
    enabled: startMs !== null,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const query: MetricsQuery = {
        from: startMs ?? 0,
        to: (startMs ?? 0) + REPLAY_STEP_SEC * 1000,
        stepSec: REPLAY_STEP_SEC,
        select: [{ metric, ...(cluster !== undefined && { cluster }) }],
        maxSeries: MOST_SERIES,
      };
      const { series } = await api.send<MetricsResult>('POST', '/metrics/query', query);
      return new Map(
        series.flatMap(({ labels, points }) => {
          const [point] = points;
          return point ? [[hostOf(labels), point[1]] as const] : [];
        }),
      );
    },
  });
}

/** Metrics of one host that moved within the range: those whose lowest and highest value differ. */
export function useChangedMetrics(source: HostName, metrics: readonly string[], range: TimeRange, enabled: boolean) {
  const api = useApi();
  return useQuery<ReadonlySet<string>, ApiError>({
    queryKey: ['series', 'changed', range, source, metrics],
    enabled: enabled && metrics.length > 0,
    placeholderData: keepPreviousData,
    staleTime: REFRESH_MS,
    queryFn: async () => {
      const given = spanOf(range, nowMs());
      // One step as long as the range: only its extremes matter.
      const stepSec = Math.max(1, Math.ceil((given.toMs - given.fromMs) / 1000));
      const { fromMs, toMs } = alignedSpan(given, Math.min(stepSec, 60));
      const series = metrics.map((metric) => ({ ...source, metric }));
      const query: MetricsQuery = { from: fromMs, to: toMs, stepSec, series };
      const answer = await api.send<MetricsResult>('POST', '/metrics/query', query);
      return new Set(answer.series.filter(({ points }) => hasMoved(points)).map(({ labels }) => labels.metric));
    },
  });
}

function hasMoved(points: MetricsResult['series'][number]['points']): boolean {
  const low = Math.min(...points.map(([, , min]) => min));
  const high = Math.max(...points.map(([, , , max]) => max));
  return points.length > 0 && low !== high;
}

/** The inventory's ids of hosts that one knows by cluster and name, in any order; unknown ones are left out. */
export async function findHostIds(api: ApiClient, wanted: readonly HostName[]): Promise<string[]> {
  const missing = new Set(wanted.map(hostOf));
  const ids: string[] = [];
  for (const [cluster, members] of Map.groupBy(wanted, (name) => name.cluster)) {
    // One host is searched for; of several, the cluster is read page by page.
    const search = members.length === 1 ? members[0]?.host : undefined;
    let cursor: string | null = null;
    do {
      const page: HostList = await api.get('/hosts', { cluster, limit: 1000, cursor, search });
      for (const { id, name } of page.items) if (missing.delete(hostOf({ cluster, host: name }))) ids.push(id);
      cursor = page.nextCursor;
    } while (cursor !== null && members.some((name) => missing.has(hostOf(name))));
  }
  return ids;
}

/** The id of one host; null when the inventory does not know it by this name. */
export function useHostId({ cluster, host }: HostName) {
  const api = useApi();
  return useQuery<string | null, ApiError>({
    queryKey: ['hosts', 'id', cluster, host],
    queryFn: async () => (await findHostIds(api, [{ cluster, host }]))[0] ?? null,
  });
}

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

/** Finds the ids of hosts when somebody wants to do something with them. */
export const useFindHostIds = (options: Done<readonly HostName[], string[]>) =>
  useApiAction((api, names: readonly HostName[]) => findHostIds(api, names), { refreshes: [], ...options });

/** Takes a host out of the live state; the inventory keeps it. */
export const useForgetHost = (options: Done<{ cluster: string; hostKey: string }>) =>
  useApiAction(
    (api, { cluster, hostKey }: { cluster: string; hostKey: string }) =>
      api.send<void>('DELETE', `/clusters/${encodeURIComponent(cluster)}/hosts/${encodeURIComponent(hostKey)}`),
    { refreshes: ['clusters', 'live-metrics', 'hosts'], ...options },
  );
