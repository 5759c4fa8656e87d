// The hosts of a cluster as small charts of one metric, asked for as they come into view.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { LatestValue } from '#web/contract/metrics.ts';
import { MOST_SERIES, useLatest } from '../../data/grid.ts';
import { hostPath } from '../../data/host-name.ts';
import { matching } from '../../data/list.ts';
import { useBatchedSeries, type BatchedAnswer, type SeriesQuery } from '../../data/metrics.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { useSeen } from '../../parts/charts/use-seen.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { inBlocks } from './metric-groups.ts';
import { orderHosts, type HostOrder } from './host-order.ts';
import { TrendLine } from './trend-line.tsx';
import { sharedScale, trendGapMs } from './trend-path.ts';

interface ClusterHostsProps {
  cluster: string;
  metric: string;
  unit: string;
  order: HostOrder;
  hideDown: boolean;
  /** Charts with axes of their own, to see shapes; else all share one, to compare heights. */
  ownScale: boolean;
  filter: string;
}

// Hosts of one request: four rows of six.
const BLOCK = 24;
const POINTS = 90;
// Charts that change places every 15 s cannot be read.
const KEPT_MS = 60_000;

export function ClusterHosts(props: ClusterHostsProps) {
  const { t } = useTranslation();
  const { cluster, metric, order, hideDown, filter } = props;
  const latest = useLatest(metric, cluster);
  const shown = useMemo(
    () => matching(latest.data?.items ?? [], filter, ({ host }) => host).filter(({ hostUp }) => hostUp || !hideDown),
    [latest.data, filter, hideDown],
  );
  // While the values of another metric load, those of the one before stand in.
  const since = `${metric} ${latest.isPlaceholderData} ${Math.floor(latest.dataUpdatedAt / KEPT_MS)}`;
  const places = usePlaces(shown, order, since);
  const hosts = useMemo(
    () => [...shown].sort((a, b) => (places.get(a.hostKey) ?? 0) - (places.get(b.hostKey) ?? 0)),
    [shown, places],
  );
  const blocks = useMemo(() => inBlocks(hosts, BLOCK), [hosts]);
  const scale = useClusterScale(props);
  return (
    <LoadGate query={latest} rows={4}>
      {({ items }) =>
        hosts.length === 0 ? (
          <div className="card">
            <EmptyState title={t(items.length === 0 ? 'hosts.none' : 'form.noMatch')} />
          </div>
        ) : (
          <div className="host-cards">
            {blocks.map((block, at) => (
              <HostBlock key={at} hosts={block} scale={scale} {...props} />
            ))}
          </div>
        )
      }
    </LoadGate>
  );
}

/** Where each host stands: anew when hosts come, go or fall, and when `since` changes; not with each value. */
function usePlaces(hosts: readonly LatestValue[], order: HostOrder, since: string): ReadonlyMap<string, number> {
  const members = hosts
    .map(({ hostKey, hostUp }) => `${hostKey} ${hostUp}`)
    .sort()
    .join('\n');
  return useMemo(
    () => new Map(orderHosts(hosts, order).map(({ hostKey }, at) => [hostKey, at])),
    // The values of a moment decide until then.
    // oxlint-disable-next-line react/exhaustive-deps
    [members, order, since],
  );
}

/** The extremes of all hosts over the range, when their charts share an axis. */
function useClusterScale({ cluster, metric, ownScale }: ClusterHostsProps): { low: number; high: number } | null {
  const { range } = useBoard();
  const query = useMemo<SeriesQuery>(
    () => ({ select: [{ cluster, metric }], combine: { with: 'max', by: [] }, maxSeries: MOST_SERIES }),
    [cluster, metric],
  );
  const all = useBatchedSeries(ownScale ? null : query, range, { points: POINTS });
  return useMemo(
    () => (ownScale ? null : sharedScale(all.data?.series.flatMap(({ points }) => points) ?? [])),
    [all.data, ownScale],
  );
}

interface HostBlockProps extends ClusterHostsProps {
  hosts: readonly LatestValue[];
  scale: { low: number; high: number } | null;
}

function HostBlock({ hosts, scale, cluster, metric, unit }: HostBlockProps) {
  const { range } = useBoard();
  const [element, seen] = useSeen<HTMLUListElement>();
  // Sorted: hosts that only changed places are no other question.
  const names = hosts
    .map(({ host }) => host)
    .sort()
    .join('\n');
  const query = useMemo<SeriesQuery>(
    () => ({ series: names.split('\n').map((host) => ({ cluster, host, metric })) }),
    [names, cluster, metric],
  );
  const answer = useBatchedSeries(seen ? query : null, range, { points: POINTS });
  const byHost = useMemo(
    () => new Map((answer.data?.series ?? []).map(({ labels, points }) => [labels.host, points])),
    [answer.data],
  );
  return (
    <ul className="host-cards__block" ref={element} data-stale={answer.isPlaceholderData || undefined}>
      {hosts.map((value) => (
        <HostCard
          key={value.hostKey}
          value={value}
          unit={unit}
          answer={answer.data}
          points={byHost.get(value.host) ?? []}
          scale={scale}
        />
      ))}
    </ul>
  );
}

interface HostCardProps {
  value: LatestValue;
  unit: string;
  answer: BatchedAnswer | undefined;
  points: BatchedAnswer['series'][number]['points'];
  scale: { low: number; high: number } | null;
}

function HostCard({ value, unit, answer, points, scale }: HostCardProps) {
  const frame = {
    fromMs: answer?.fromMs ?? 0,
    toMs: answer?.toMs ?? 1,
    gapMs: trendGapMs(answer?.stepSec ?? 15),
    ...(scale ?? sharedScale(points)),
  };
  const shown = value.number === null ? '–' : formatQuantity(value.number, unit);
  return (
    <li>
      <Link to={hostPath(value)} className="host-card" data-down={!value.hostUp || undefined}>
        <span className="host-card__head">
          <span className="cut host-card__name">{value.host}</span>
          {value.hostUp ? <span className="num">{shown}</span> : <StatusMark state="down" />}
        </span>
        <TrendLine points={points} frame={frame} />
      </Link>
    </li>
  );
}
