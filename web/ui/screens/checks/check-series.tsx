// What the check measured over time, one chart for each value that is kept in history.

import { useTranslation } from 'react-i18next';
import type { CheckDetail } from '#web/contract/checks.ts';
import { useLaneEvents } from '../../data/events.ts';
import { useSeries } from '../../data/metrics.ts';
import { ChartBoard, useBoard } from '../../parts/charts/chart-board.tsx';
import { MetricChart } from '../../parts/charts/metric-chart.tsx';
import { RangePicker } from '../../parts/range-picker.tsx';
import { upperEnd } from './bullet-scale.ts';

const CHARTS_SHOWN = 6;

export function CheckSeries({ check }: { check: CheckDetail }) {
  if (check.perfdata.length === 0) return null;
  return (
    <ChartBoard>
      <Charts check={check} />
    </ChartBoard>
  );
}

function Charts({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const { range } = useBoard();
  const shown = check.perfdata.slice(0, CHARTS_SHOWN);
  const wanted = shown.map(({ metric }) => ({ cluster: check.cluster, host: check.hostName, metric }));
  const answer = useSeries(wanted, range);
  const events = useLaneEvents({ checkId: check.id }, answer.data);
  return (
    <section aria-label={t('checks.series')} className="stack">
      <div style={{ display: 'flex', justifyContent: 'space-between', alignItems: 'center' }}>
        <h2>{t('checks.series')}</h2>
        <RangePicker />
      </div>
      <div className="charts-grid" data-few={shown.length < 3}>
        {shown.map((item) => (
          <MetricChart
            key={item.label}
            title={item.label}
            unit={item.uom}
            points={answer.data?.series.find((s) => s.labels.metric === item.metric)?.points ?? []}
            fromMs={answer.data?.fromMs ?? 0}
            toMs={answer.data?.toMs ?? 1}
            stepSec={answer.data?.stepSec ?? 15}
            silenceSec={check.intervalSec * 2.5}
            limit={upperEnd(item.crit) ?? upperEnd(item.warn)}
            events={events}
            stale={answer.isPlaceholderData}
          />
        ))}
      </div>
    </section>
  );
}
