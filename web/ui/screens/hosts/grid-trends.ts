// How each cluster went over the range of the page: four small lines of all of them, in one request.

import { useMemo } from 'react';
import { MOST_SERIES } from '../../data/grid.ts';
import { useBatchedSeries, type Series, type SeriesQuery } from '../../data/metrics.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';

type Line = (readonly [number, number])[];

export interface Trend {
  load: Line;
  cpu: Line;
  in: Line;
  out: Line;
}

// A line of a hundred pixels.
const POINTS = 60;
const by: NonNullable<SeriesQuery['combine']>['by'] = ['cluster', 'metric'];
// Of what every host has a share, the average host is shown: a host that comes or goes is no trend.
const SHARES: SeriesQuery = {
  select: [{ metric: 'cpu_idle' }, { metric: 'load_one' }],
  combine: { with: 'avg', by },
  maxSeries: MOST_SERIES,
};
const TOTALS: SeriesQuery = {
  select: [{ metric: 'bytes_in' }, { metric: 'bytes_out' }],
  combine: { with: 'sum', by },
  maxSeries: MOST_SERIES,
};

/** By cluster; empty while it loads and of a grid too large to ask for. */
export function useGridTrends(): ReadonlyMap<string, Trend> {
  const { range } = useBoard();
  const shares = useBatchedSeries(SHARES, range, { points: POINTS });
  const totals = useBatchedSeries(TOTALS, range, { points: POINTS });
  return useMemo(
    () => trendsOf([...(shares.data?.series ?? []), ...(totals.data?.series ?? [])]),
    [shares.data, totals.data],
  );
}

function trendsOf(series: readonly Series[]): ReadonlyMap<string, Trend> {
  const trends = new Map<string, Trend>();
  for (const { labels, points } of series) {
    const trend = trends.get(labels.cluster) ?? { load: [], cpu: [], in: [], out: [] };
    trends.set(labels.cluster, trend);
    const line: Line = points.map(([atMs, value]) => [atMs, value]);
    if (labels.metric === 'cpu_idle') trend.cpu = line.map(([atMs, idle]) => [atMs, 100 - idle]);
    else if (labels.metric === 'load_one') trend.load = line;
    else if (labels.metric === 'bytes_in') trend.in = line;
    else if (labels.metric === 'bytes_out') trend.out = line;
  }
  return trends;
}
