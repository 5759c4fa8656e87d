// How a cluster went: its six charts over the range of the page, summed or averaged over its hosts.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { MOST_SERIES } from '../../data/grid.ts';
import { useBatchedSeries, type BatchedAnswer, type Point, type SeriesQuery } from '../../data/metrics.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { MetricChart } from '../../parts/charts/metric-chart.tsx';
import { LoadFailure } from '../../parts/load-gate.tsx';
import { CORE_METRICS, corePoints, type CoreMetric } from './core-metrics.ts';

const AVERAGED = ['cpu_idle', 'mem_total', 'mem_free', 'mem_buffers', 'mem_cached'];
const SUMMED = ['load_one', 'bytes_in', 'bytes_out'];
const SHARES = CORE_METRICS.filter((core) => core.key === 'cpu' || core.key === 'memory');
const HEIGHT = 104;

const of = (cluster: string, metrics: readonly string[], how: string): SeriesQuery => ({
  select: metrics.map((metric) => ({ cluster, metric })),
  combine: { with: how, by: ['metric'] },
  maxSeries: MOST_SERIES,
});

export function ClusterCharts({ cluster, cpus }: { cluster: string; cpus: number | null }) {
  const { t } = useTranslation();
  const { range } = useBoard();
  const queries = useMemo(
    () => ({
      averaged: of(cluster, AVERAGED, 'avg'),
      summed: of(cluster, SUMMED, 'sum'),
      counted: of(cluster, ['load_one'], 'count'),
    }),
    [cluster],
  );
  const averaged = useBatchedSeries(queries.averaged, range);
  const summed = useBatchedSeries(queries.summed, range);
  const counted = useBatchedSeries(queries.counted, range);
  const shares = useMemo(() => SHARES.map((core) => ({ core, points: shareOf(core, averaged.data) })), [averaged.data]);
  const failed = [averaged, summed, counted].find((query) => query.error && !query.data);
  if (failed?.error) return <LoadFailure error={failed.error} retry={() => void failed.refetch()} />;

  const frameOf = (query: typeof summed) => ({
    fromMs: query.data?.fromMs ?? 0,
    toMs: query.data?.toMs ?? 1,
    stepSec: query.data?.stepSec ?? 15,
    stale: query.isPlaceholderData,
    height: HEIGHT,
  });
  const pointsOf = (query: typeof summed, metric: string): readonly Point[] =>
    query.data?.series.find(({ labels }) => labels.metric === metric)?.points ?? NO_POINTS;
  return (
    <div className="charts-grid">
      {shares.map(({ core, points }) => (
        <MetricChart
          key={core.key}
          title={t(`hosts.core.${core.key}`)}
          unit={core.unit}
          points={points}
          {...frameOf(averaged)}
        />
      ))}
      <MetricChart
        title={t(cpus === null ? 'grid.chart.load' : 'grid.chart.loadOfCpus', { count: cpus ?? 0 })}
        unit=""
        points={pointsOf(summed, 'load_one')}
        limit={cpus}
        {...frameOf(summed)}
      />
      <MetricChart
        title={t('hosts.core.in')}
        unit="bytes/sec"
        points={pointsOf(summed, 'bytes_in')}
        {...frameOf(summed)}
      />
      <MetricChart
        title={t('hosts.core.out')}
        unit="bytes/sec"
        points={pointsOf(summed, 'bytes_out')}
        {...frameOf(summed)}
      />
      <MetricChart
        title={t('grid.chart.reporting')}
        unit=""
        points={pointsOf(counted, 'load_one')}
        {...frameOf(counted)}
      />
    </div>
  );
}

const NO_POINTS: readonly Point[] = [];

/** A core chart of the average host. */
function shareOf(core: CoreMetric, answer: BatchedAnswer | undefined): Point[] {
  // Of a cluster of one host the series still carry its name.
  const series = (answer?.series ?? []).map((one) => ({ ...one, labels: { ...one.labels, host: '' } }));
  return answer ? corePoints(core, '', { ...answer, series }) : [];
}
