// Every metric of the host as it is now, grouped as it reports them; a click opens its chart.

import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { HostDetail } from '#web/contract/inventory.ts';
import type { LiveMetric } from '#web/contract/metrics.ts';
import { matching } from '../../data/list.ts';
import { useHostMetrics, useLiveSamples, useSeries } from '../../data/metrics.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { formatDuration } from '../../format/time.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { MetricChart } from '../../parts/charts/metric-chart.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';

export function HostMetricsTab({ host }: { host: HostDetail }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const metrics = useHostMetrics(host.id);
  const filter = params.get('q') ?? '';
  return (
    <LoadGate query={metrics} rows={10}>
      {(answer) => {
        if (answer.metrics.length === 0) {
          return (
            <div className="card">
              <EmptyState title={t('hosts.metricsNone')} reason={t('hosts.metricsNoneWhy')} />
            </div>
          );
        }
        const found = matching(
          answer.metrics,
          filter,
          (metric) => `${metric.name} ${metric.title} ${metric.group} ${metric.description}`,
        );
        return (
          <>
            <div className="filter-bar">
              <FilterBox placeholder={t('hosts.metricsFilter')} />
              <span className="second">
                {found.length} / {answer.metrics.length}
              </span>
            </div>
            <MetricGroups metrics={found} cluster={answer.cluster} host={answer.host} />
          </>
        );
      }}
    </LoadGate>
  );
}

function MetricGroups({ metrics, cluster, host }: { metrics: readonly LiveMetric[]; cluster: string; host: string }) {
  const { t } = useTranslation();
  const live = useLiveSamples(cluster, host);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const groups = useMemo(() => Map.groupBy(metrics, (metric) => metric.group ?? ''), [metrics]);
  const toggle = (name: string): void =>
    setOpen((before) =>
      before.has(name) ? new Set([...before].filter((n) => n !== name)) : new Set([...before, name]),
    );
  return (
    <div className="stack">
      {[...groups]
        .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a.localeCompare(b)))
        .map(([group, members]) => (
          <section key={group} className="card">
            <h2 className="metric-table__group">{group === '' ? t('hosts.metricsGroupOther') : group}</h2>
            {[...members]
              .sort((a, b) => a.name.localeCompare(b.name))
              .map((metric) => (
                <div key={metric.name}>
                  <MetricRow
                    metric={metric}
                    live={live.get(metric.name)}
                    open={open.has(metric.name)}
                    onToggle={() => metric.number !== null && toggle(metric.name)}
                  />
                  {open.has(metric.name) && <OneMetric metric={metric} cluster={cluster} host={host} />}
                </div>
              ))}
          </section>
        ))}
    </div>
  );
}

interface MetricRowProps {
  metric: LiveMetric;
  live: number | undefined;
  open: boolean;
  onToggle: () => void;
}

// gmetad and ganglia-web call a value old after four missed TMAX periods.
const MISSED_PERIODS = 4;

function MetricRow({ metric, live, open, onToggle }: MetricRowProps) {
  const { t } = useTranslation();
  const stale = live === undefined && metric.tmaxSec > 0 && metric.tnSec > MISSED_PERIODS * metric.tmaxSec;
  const age = formatDuration(metric.tnSec * 1000);
  const value = live ?? metric.number;
  return (
    <button
      type="button"
      className="metric-row"
      data-stale={stale}
      aria-expanded={metric.number === null ? undefined : open}
      title={t('hosts.show', { metric: metric.name })}
      onClick={onToggle}
    >
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
    </button>
  );
}

function OneMetric({ metric, cluster, host }: { metric: LiveMetric; cluster: string; host: string }) {
  const { range } = useBoard();
  const wanted = useMemo(() => [{ cluster, host, metric: metric.name }], [cluster, host, metric.name]);
  const answer = useSeries(wanted, range);
  return (
    <div className="metric-open">
      <MetricChart
        title={metric.title ?? metric.name}
        unit={metric.units}
        points={answer.data?.series[0]?.points ?? []}
        fromMs={answer.data?.fromMs ?? 0}
        toMs={answer.data?.toMs ?? 1}
        stepSec={answer.data?.stepSec ?? 15}
        silenceSec={metric.tmaxSec * 2}
        height={180}
        stale={answer.isPlaceholderData}
      />
    </div>
  );
}
