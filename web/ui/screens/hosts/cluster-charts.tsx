// How a cluster went: its six charts over the range of the page, and the same earlier where that is compared.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useBatchedSeries, type SeriesQuery } from '../../data/metrics.ts';
import { parseOffset } from '../../data/time-range.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { SeriesChart } from '../../parts/charts/series-chart.tsx';
import { LoadFailure } from '../../parts/load-gate.tsx';
import { clusterChartsOf, clusterQueries } from './cluster-lines.ts';

const HEIGHT = 112;
// In a minute every host speaks; in a shorter step one that did not is not gone.
const COUNT_POINTS = 60;

export function ClusterCharts({ cluster, cpus }: { cluster: string; cpus: number | null }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const earlierMs = parseOffset(params.get('compare'));
  const queries = useMemo(() => clusterQueries(cluster), [cluster]);
  const now = useAnswers(queries, 0);
  const before = useAnswers(earlierMs > 0 ? queries : null, earlierMs);
  const { answers } = now;
  const earlierAnswers = before.answers;
  // Kept between renders, so that a chart is only drawn anew when an answer came.
  const charts = useMemo(() => {
    const earlier = earlierMs > 0 ? clusterChartsOf(earlierAnswers, null) : [];
    const before = new Map(earlier.flatMap(({ lines }) => lines.map(({ name, points }) => [name, points])));
    return clusterChartsOf(answers, cpus).map(({ lines, ...chart }) => ({
      ...chart,
      lines: lines.map(({ name, points }) => ({
        label: t(`grid.line.${name}`),
        labels: { cluster, host: '', metric: name },
        points,
        earlier: before.get(name) ?? null,
      })),
    }));
  }, [answers, earlierAnswers, earlierMs, cpus, cluster, t]);
  if (now.failed?.error) return <LoadFailure error={now.failed.error} retry={() => void now.failed?.refetch()} />;
  const { fromMs, toMs, stepSec } = answers.summed ?? { fromMs: 0, toMs: 1, stepSec: 15 };
  return (
    <div className="charts-grid">
      {charts.map(({ key, kind, unit, lines }) => (
        <SeriesChart
          key={key}
          title={t(`grid.chart.${key}`)}
          kind={kind}
          unit={unit}
          lines={lines}
          fromMs={fromMs}
          toMs={toMs}
          stepSec={stepSec}
          stale={now.stale}
          height={HEIGHT}
        />
      ))}
    </div>
  );
}

/** The four answers as they come; null asks nothing. */
function useAnswers(
  queries: Record<'averaged' | 'summed' | 'counted' | 'fullest', SeriesQuery> | null,
  earlierMs: number,
) {
  const { range } = useBoard();
  const options = { earlierMs };
  const averaged = useBatchedSeries(queries?.averaged ?? null, range, options);
  const summed = useBatchedSeries(queries?.summed ?? null, range, options);
  const counted = useBatchedSeries(queries?.counted ?? null, range, { earlierMs, points: COUNT_POINTS });
  const fullest = useBatchedSeries(queries?.fullest ?? null, range, options);
  const answers = useMemo(
    () => ({
      ...(averaged.data && { averaged: averaged.data }),
      ...(summed.data && { summed: summed.data }),
      ...(counted.data && { counted: counted.data }),
      ...(fullest.data && { fullest: fullest.data }),
    }),
    [averaged.data, summed.data, counted.data, fullest.data],
  );
  const all = [averaged, summed, counted, fullest];
  return {
    answers,
    failed: all.find((query) => query.error && !query.data),
    stale: all.some((query) => query.isPlaceholderData),
  };
}
