// The cells of a heat map: every host with its state and the value of a metric, now or as
// it was at an instant of the last day.

import { useMemo } from 'react';
import type { LatestValue } from '#web/contract/metrics.ts';
import { useProblems } from '../../data/alerts.ts';
import { useLatest, useMetricAt } from '../../data/grid.ts';
import { hostOf } from '../../data/host-name.ts';
import { useMetricNames } from '../../data/metrics.ts';
import { problemsByName, stateOfHost, type HostProblems } from '../hosts/host-state.ts';
import type { HeatCell } from './heat-plan.ts';

/** Which hosts there are is asked with the metric; every gmond sends this one. */
const ANY_METRIC = 'load_one';

interface HeatQuestion {
  /** Null = only states. */
  metric: string | null;
  cluster: string | undefined;
  /** Start of a step of the replay; null = now. */
  startMs: number | null;
}

export function useHeatCells({ metric, cluster, startMs }: HeatQuestion) {
  const latest = useLatest(metric ?? ANY_METRIC, cluster);
  const problems = useProblems();
  const names = useMetricNames(cluster);
  const past = useMetricAt(metric ?? '', metric === null ? null : startMs, cluster);
  const replaying = metric !== null && startMs !== null;
  const cells = useMemo<HeatCell[] | undefined>(() => {
    if (!latest.data) return undefined;
    const byName = problemsByName(problems.data?.items ?? []);
    return latest.data.items.map((value) =>
      replaying ? pastCell(value, past.data) : presentCell(value, byName.get(hostOf(value)), metric),
    );
  }, [latest.data, problems.data, past.data, replaying, metric]);
  return {
    cells,
    unit: names.data?.items.find(({ name }) => name === metric)?.units ?? '',
    /** Of what is needed first. */
    query: latest,
    pastError: replaying ? past.error : null,
    /** The picture on screen is of another instant. */
    loading: replaying && past.isPlaceholderData,
  };
}

const presentCell = (value: LatestValue, problems: HostProblems | undefined, metric: string | null): HeatCell => ({
  cluster: value.cluster,
  host: value.host,
  hostKey: value.hostKey,
  state: stateOfHost({ reporting: value.hostUp ? 'up' : 'down' }, problems),
  value: metric === null ? null : value.number,
});

/** Of the past only values are known: a host that was not heard then is empty, not down. */
const pastCell = (value: LatestValue, past: ReadonlyMap<string, number> | undefined): HeatCell => ({
  cluster: value.cluster,
  host: value.host,
  hostKey: value.hostKey,
  state: 'ok',
  value: past?.get(hostOf(value)) ?? null,
});
