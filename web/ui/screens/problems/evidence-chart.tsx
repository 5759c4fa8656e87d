// The metric that raised the alert, from before the first symptom to after its end, with the limit.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Episode } from '#web/contract/alerting.ts';
import type { SeriesLabels } from '#web/contract/metrics.ts';
import { nowMs } from '../../data/browser-clock.ts';
import { useSeries } from '../../data/metrics.ts';
import type { TimeRange } from '../../data/time-range.ts';
import { ChartBoard, useBoard } from '../../parts/charts/chart-board.tsx';
import { MetricChart } from '../../parts/charts/metric-chart.tsx';
import { eventWords } from '../../parts/event-words.ts';
import { episodeEvents } from './episode-events.ts';

const BEFORE_MS = 60 * 60_000;
const AFTER_MS = 20 * 60_000;

export default function EvidenceChart(props: { episode: Episode; series: SeriesLabels }) {
  return (
    <ChartBoard>
      <Chart {...props} />
    </ChartBoard>
  );
}

function Chart({ episode, series }: { episode: Episode; series: SeriesLabels }) {
  const { t } = useTranslation();
  const { range: zoomed } = useBoard();
  const { alert } = episode;
  const range = useMemo<TimeRange>(() => {
    if (zoomed.kind === 'fixed') return zoomed;
    const fromMs = Date.parse(alert.openedAt) - BEFORE_MS;
    if (alert.resolvedAt) return { kind: 'fixed', fromMs, toMs: Date.parse(alert.resolvedAt) + AFTER_MS };
    return { kind: 'last', sec: Math.ceil((nowMs() - fromMs) / 60_000) * 60 };
  }, [zoomed, alert.openedAt, alert.resolvedAt]);
  const wanted = useMemo(() => [series], [series]);
  const answer = useSeries(wanted, range);
  const events = useMemo(
    () =>
      episodeEvents(episode).flatMap((event) => {
        const words = eventWords(event, t);
        if (words.tone === 'off') return [];
        return [{ atMs: Date.parse(event.at), tone: words.tone, title: words.title, to: words.to ?? '' }];
      }),
    [episode, t],
  );
  const data = answer.data;
  return (
    <MetricChart
      title={series.metric}
      unit={alert.unit}
      points={data?.series[0]?.points ?? []}
      fromMs={data?.fromMs ?? 0}
      toMs={data?.toMs ?? 1}
      stepSec={data?.stepSec ?? 15}
      limit={alert.threshold}
      events={events}
      height={190}
      stale={answer.isPlaceholderData}
    />
  );
}
