// The first view of a host: what is wrong, the last episode's loop, the six core
// charts with the events of the range, and the strips of its checks.

import type { UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { CheckList } from '#web/contract/checks.ts';
import type { HostDetail } from '#web/contract/inventory.ts';
import { useAlerts, useEpisode, useProblems } from '../../data/alerts.ts';
import type { ApiError } from '../../data/api-client.ts';
import { useLaneEvents } from '../../data/events.ts';
import { useBatchedSeries, useLiveSamples } from '../../data/metrics.ts';
import { parseOffset } from '../../data/time-range.ts';
import { useNow } from '../../data/use-now.ts';
import { formatDuration } from '../../format/time.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { MetricChart } from '../../parts/charts/metric-chart.tsx';
import { LoadFailure } from '../../parts/load-gate.tsx';
import { LoopStrip } from '../../parts/loop-strip.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { stateOfAlert } from '../problems/alert-state.ts';
import { AvailabilityBlock } from '../availability/availability-block.tsx';
import { ReflexChip } from '../problems/problem-row.tsx';
import { CheckStrips } from './check-strips.tsx';
import { CORE_METRICS, coreNow, corePoints, coreSeries } from './core-metrics.ts';
import { PinnedCharts } from './pinned-charts.tsx';

// An episode older than this says nothing about the host of today.
const RECENT_EPISODE_MS = 24 * 3_600_000;

interface HostOverviewProps {
  host: HostDetail;
  checks: UseQueryResult<CheckList, ApiError>;
}

export function HostOverview({ host, checks }: HostOverviewProps) {
  const own = checks.data?.items.find(({ object }) => object === 'host');
  return (
    <div className="stack">
      <HostProblems hostId={host.id} />
      <LastEpisode hostId={host.id} />
      <CoreCharts host={host} />
      <PinnedCharts host={host} />
      {checks.data && checks.data.items.length > 0 && <CheckStrips checks={checks.data.items} />}
      {own && <AvailabilityBlock checkId={own.id} />}
    </div>
  );
}

function HostProblems({ hostId }: { hostId: string }) {
  const { t } = useTranslation();
  const nowMs = useNow(10_000);
  const problems = useProblems();
  const own = (problems.data?.items ?? []).filter((problem) => problem.host?.id === hostId);
  if (own.length === 0) return null;
  return (
    <ul className="card host-problems" aria-label={t('hosts.openProblems')}>
      {own.map((problem) => (
        <li key={problem.id}>
          <StatusMark state={stateOfAlert(problem)} />
          <Link to={`/problems/${problem.id}`} className="strong cut quiet-link">
            {problem.title}
          </Link>
          <ReflexChip problem={problem} />
          <span className="mute" style={{ marginLeft: 'auto' }}>
            {formatDuration(nowMs - Date.parse(problem.openedAt))}
          </span>
          <span className="mute">{problem.owner ?? t('problems.noOne')}</span>
        </li>
      ))}
    </ul>
  );
}

function LastEpisode({ hostId }: { hostId: string }) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const latest = useAlerts({ hostId, limit: 1 }).data?.items[0];
  const recent = latest && nowMs - Date.parse(latest.openedAt) < RECENT_EPISODE_MS;
  const episode = useEpisode(latest?.id ?? '', recent === true);
  if (!recent || !episode.data) return null;
  return (
    <Link to={`/problems/${latest.id}`} title={`${t('hosts.lastEpisode')}: ${latest.title}`}>
      <LoopStrip loop={episode.data.loop} />
    </Link>
  );
}

function CoreCharts({ host }: { host: HostDetail }) {
  const { t } = useTranslation();
  const { range } = useBoard();
  const source = host.series[0];
  const cluster = source?.cluster ?? host.cluster;
  const name = source?.host ?? host.name;
  const wanted = useMemo(() => coreSeries(cluster, name), [cluster, name]);
  const [params] = useSearchParams();
  const earlierMs = parseOffset(params.get('compare'));
  const query = useMemo(() => ({ series: wanted }), [wanted]);
  const answer = useBatchedSeries(query, range);
  const earlier = useBatchedSeries(earlierMs > 0 ? query : null, range, { earlierMs });
  const live = useLiveSamples(cluster, name);
  const events = useLaneEvents({ hostId: host.id }, answer.data);
  const charts = useMemo(
    () =>
      CORE_METRICS.map((core) => ({
        core,
        points: corePoints(core, name, answer.data),
        earlier: earlier.data ? corePoints(core, name, earlier.data) : null,
      })),
    [answer.data, earlier.data, name],
  );
  if (answer.error && !answer.data) return <LoadFailure error={answer.error} retry={() => void answer.refetch()} />;
  return (
    <div className="charts-grid">
      {charts.map(({ core, points, earlier: before }) => (
        <MetricChart
          key={core.key}
          title={t(`hosts.core.${core.key}`)}
          unit={core.unit}
          points={points}
          earlier={earlierMs > 0 ? before : null}
          fromMs={answer.data?.fromMs ?? 0}
          toMs={answer.data?.toMs ?? 1}
          stepSec={answer.data?.stepSec ?? 15}
          liveValue={range.kind === 'last' ? coreNow(core, live) : undefined}
          events={events}
          stale={answer.isPlaceholderData}
          {...(core.key === 'disk' ? { silenceSec: SLOW_SILENCE_SEC } : {})}
        />
      ))}
    </div>
  );
}

// gmond sends part_max_used every 180 s at the latest (time_threshold 180).
const SLOW_SILENCE_SEC = 420;
