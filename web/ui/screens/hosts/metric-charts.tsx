// Charts of a host's metrics, six by six, asked for when they come near the part one sees.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { LiveMetric } from '#web/contract/metrics.ts';
import type { HostName } from '../../data/host-name.ts';
import { useBatchedSeries, type Point, type SeriesQuery } from '../../data/metrics.ts';
import type { Pins } from '../../data/pins.ts';
import { parseOffset } from '../../data/time-range.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { MetricChart } from '../../parts/charts/metric-chart.tsx';
import { useSeen } from '../../parts/charts/use-seen.ts';
import { inBlocks, silenceOf } from './metric-groups.ts';

interface MetricChartsProps {
  source: HostName;
  metrics: readonly LiveMetric[];
  /** Values heard since the page is open. */
  live: ReadonlyMap<string, number>;
  pins: Pins;
}

const BLOCK = 6;
const HEIGHT = 104;

export function MetricCharts({ metrics, ...rest }: MetricChartsProps) {
  const blocks = useMemo(() => inBlocks(metrics, BLOCK), [metrics]);
  return blocks.map((block) => <ChartBlock key={block.map(({ name }) => name).join('\n')} metrics={block} {...rest} />);
}

function ChartBlock({ source, metrics, live, pins }: MetricChartsProps) {
  const { range } = useBoard();
  const [element, seen] = useSeen<HTMLDivElement>();
  const { cluster, host } = source;
  const names = metrics.map(({ name }) => name).join('\n');
  const query = useMemo<SeriesQuery>(
    () => ({ series: names.split('\n').map((metric) => ({ cluster, host, metric })) }),
    [names, cluster, host],
  );
  const [params] = useSearchParams();
  const earlierMs = parseOffset(params.get('compare'));
  const answer = useBatchedSeries(seen ? query : null, range);
  const earlier = useBatchedSeries(seen && earlierMs > 0 ? query : null, range, { earlierMs });
  const data = answer.data;
  return (
    <div className="charts-grid metric-charts" ref={element}>
      {metrics.map((metric, at) => {
        const series = data?.series[at];
        return (
          <div key={metric.name} className="metric-cell">
            {seen ? (
              <MetricChart
                title={metric.title ?? metric.name}
                unit={series?.rate ? series.units : metric.units}
                points={series?.points ?? NO_POINTS}
                earlier={earlierMs > 0 ? (earlier.data?.series[at]?.points ?? null) : null}
                fromMs={data?.fromMs ?? 0}
                toMs={data?.toMs ?? 1}
                stepSec={data?.stepSec ?? 15}
                silenceSec={silenceOf(metric)}
                // A counter is drawn as its rate; the value heard is the count.
                liveValue={range.kind === 'last' && !series?.rate ? live.get(metric.name) : undefined}
                height={HEIGHT}
                stale={answer.isPlaceholderData || answer.isPending}
              />
            ) : (
              <div className="card metric-cell__place" />
            )}
            <PinButton metric={metric} pins={pins} />
          </div>
        );
      })}
    </div>
  );
}

const NO_POINTS: readonly Point[] = [];

function PinButton({ metric, pins }: { metric: LiveMetric; pins: Pins }) {
  const { t } = useTranslation();
  const pinned = pins.names.includes(metric.name);
  return (
    <button
      type="button"
      className="metric-cell__pin"
      aria-pressed={pinned}
      title={t(pinned ? 'hosts.metrics.unpin' : 'hosts.metrics.pin')}
      aria-label={t('hosts.metrics.pinned', { metric: metric.name })}
      onClick={() => pins.toggle(metric.name)}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M5 2h6l-1 5 2.500 2.500H3.500L6 7zM8 9.500V14" />
      </svg>
    </button>
  );
}
