// How each cluster went over the range of the page: four small lines of all of them, in one request.

import { useMemo } from 'react';
import { MOST_SERIES } from '../../data/grid.ts';
import { useBatchedSeries, type Point, type Series, type SeriesQuery } from '../../data/metrics.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { trendGapMs, type TrendFrame } from './trend-path.ts';

const METRICS = { load_one: 'load', cpu_idle: 'cpu', bytes_in: 'in', bytes_out: 'out' } as const;

/** Points without their band. */
export type Trend = Record<(typeof METRICS)[keyof typeof METRICS], Point[]>;

export interface GridTrends {
  byCluster: ReadonlyMap<string, Trend>;
  span: Pick<TrendFrame, 'fromMs' | 'toMs' | 'gapMs'>;
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

/** Without clusters while it loads and of a grid too large to ask for. */
export function useGridTrends(): GridTrends {
  const { range } = useBoard();
  const shares = useBatchedSeries(SHARES, range, { points: POINTS });
  const totals = useBatchedSeries(TOTALS, range, { points: POINTS });
  return useMemo(() => {
    const { fromMs, toMs, stepSec } = shares.data ?? { fromMs: 0, toMs: 1, stepSec: 60 };
    return {
      byCluster: trendsOf([...(shares.data?.series ?? []), ...(totals.data?.series ?? [])]),
      span: { fromMs, toMs, gapMs: trendGapMs(stepSec) },
    };
  }, [shares.data, totals.data]);
}

function trendsOf(series: readonly Series[]): ReadonlyMap<string, Trend> {
  const trends = new Map<string, Trend>();
  for (const { labels, points } of series) {
    const trend = trends.get(labels.cluster) ?? { load: [], cpu: [], in: [], out: [] };
    trends.set(labels.cluster, trend);
    const idle = labels.metric === 'cpu_idle';
    const name = isTrendMetric(labels.metric) ? METRICS[labels.metric] : undefined;
    if (name === undefined) continue;
    trend[name] = points.map(([atMs, average]): Point => {
      const value = idle ? 100 - average : average;
      return [atMs, value, value, value];
    });
  }
  return trends;
}

const isTrendMetric = (name: string): name is keyof typeof METRICS => name in METRICS;
