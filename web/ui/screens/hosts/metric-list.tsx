// Metrics of a host as lines: value, what it is, how old; a click on a number opens its chart.

import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveMetric } from '#web/contract/metrics.ts';
import type { HostName } from '../../data/host-name.ts';
import { useBatchedSeries, type SeriesQuery } from '../../data/metrics.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { formatDuration } from '../../format/time.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { MetricChart } from '../../parts/charts/metric-chart.tsx';
import { isStale, silenceOf } from './metric-groups.ts';

interface MetricListProps {
  source: HostName;
  metrics: readonly LiveMetric[];
  live: ReadonlyMap<string, number>;
}

export function MetricList({ source, metrics, live }: MetricListProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (name: string): void =>
    setOpen((before) =>
      before.has(name) ? new Set([...before].filter((other) => other !== name)) : new Set([...before, name]),
    );
  return metrics.map((metric) => (
    <div key={metric.name}>
      <MetricRow
        metric={metric}
        live={live.get(metric.name)}
        open={open.has(metric.name)}
        onToggle={() => toggle(metric.name)}
      />
      {open.has(metric.name) && <OneMetric metric={metric} source={source} />}
    </div>
  ));
}

interface MetricRowProps {
  metric: LiveMetric;
  live: number | undefined;
  open: boolean;
  onToggle: () => void;
}

function MetricRow({ metric, live, open, onToggle }: MetricRowProps) {
  const { t } = useTranslation();
  const stale = live === undefined && isStale(metric);
  const age = formatDuration(metric.tnSec * 1000);
  const value = live ?? metric.number;
  const cells = (
    <>
      <span className="cut">
        <b className="strong">{metric.title ?? metric.name}</b>{' '}
        {metric.title && <code className="mute">{metric.name}</code>}
      </span>
      <span className="num metric-row__value">
        {value === null ? metric.value : formatQuantity(value, metric.units)}
      </span>
      <span className="second cut metric-row__about">{metric.description}</span>
      <span className="second metric-row__age">
        {stale ? t('hosts.metricStale', { age }) : live === undefined ? age : ''}
      </span>
    </>
  );
  if (metric.number === null) {
    return (
      <div className="metric-row" data-stale={stale}>
        {cells}
      </div>
    );
  }
  return (
    <button
      type="button"
      className="metric-row"
      data-stale={stale}
      aria-expanded={open}
      title={t('hosts.show', { metric: metric.name })}
      onClick={onToggle}
    >
      {cells}
    </button>
  );
}

function OneMetric({ metric, source: { cluster, host } }: { metric: LiveMetric; source: HostName }) {
  const { range } = useBoard();
  const query = useMemo<SeriesQuery>(
    () => ({ series: [{ cluster, host, metric: metric.name }] }),
    [cluster, host, metric.name],
  );
  const answer = useBatchedSeries(query, range);
  const series = answer.data?.series[0];
  return (
    <div className="metric-open">
      <MetricChart
        title={metric.title ?? metric.name}
        unit={series?.rate ? series.units : metric.units}
        points={series?.points ?? []}
        fromMs={answer.data?.fromMs ?? 0}
        toMs={answer.data?.toMs ?? 1}
        stepSec={answer.data?.stepSec ?? 15}
        silenceSec={silenceOf(metric)}
        height={180}
        stale={answer.isPlaceholderData}
      />
    </div>
  );
}
