// Explore: any metrics of any hosts, put together as one likes. The whole state stands in the URL.

import { Button, Menu } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { ChartKind, GraphQuery } from '#web/contract/views.ts';
import { useMetricNames } from '../../data/metrics.ts';
import { useMay } from '../../data/session.tsx';
import { ChartBoard } from '../../parts/charts/chart-board.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { AddToView } from './add-to-view.tsx';
import { ChartKindPicker } from './chart-kind-picker.tsx';
import { exploreAddress, splitByHost, toSeriesQuery } from './graph-query.ts';
import { GraphsHead, TimeControls } from './graphs-head.tsx';
import { QueryBox } from './query-box.tsx';
import { QueryChart, SmallMultiples } from './query-chart.tsx';
import { QueryForm } from './query-form.tsx';
import { useQueryState } from './query-state.ts';
import { printQuery } from './query-text.ts';

export function ExploreScreen() {
  const { t } = useTranslation();
  const { text, parsed, chart, setText, setQuery, setChart } = useQueryState();
  const query = parsed?.ok ? parsed.value : null;
  return (
    <ChartBoard>
      <GraphsHead title={t('graphs.title')} />
      <div className="stack">
        <section className="card query-card" aria-label={t('graphs.form.title')}>
          <QueryForm query={query} onChange={setQuery} />
          <QueryBox key={text} text={text} onCommit={setText} />
        </section>
        <div className="graphs-bar">
          <ChartKindPicker value={chart} onChange={setChart} />
          <TimeControls />
        </div>
        {query ? <ExploredChart query={query} chart={chart} /> : <Start />}
      </div>
    </ChartBoard>
  );
}

// A wide chart has room for more points than one in a grid.
const POINTS = 600;
const HEIGHT = 340;

interface ExploredChartProps {
  query: GraphQuery;
  chart: ChartKind;
}

/** The chart of a query with what can be done with it; `?split` shows its lines apart beneath. */
export function ExploredChart({ query, chart }: ExploredChartProps) {
  const { t } = useTranslation();
  const mayKeep = useMay('operator');
  const [params] = useSearchParams();
  const [keeping, setKeeping] = useState(false);
  const asked = useMemo(() => toSeriesQuery(query), [query]);
  const split = splitByHost(query);
  return (
    <div className="stack">
      <QueryChart
        title={printQuery(query)}
        query={asked}
        kind={chart}
        height={HEIGHT}
        points={POINTS}
        actions={
          <>
            {split && (
              <Link className="chip chip--act" to={splitAddress(split, params)}>
                {t('graphs.split')}
              </Link>
            )}
            {mayKeep && (
              <Button size="compact-sm" onClick={() => setKeeping(true)}>
                {t('graphs.add.button')}
              </Button>
            )}
          </>
        }
        menu={
          <Menu.Item component={Link} to={apartAddress(params)}>
            {params.has('split') ? t('graphs.together') : t('graphs.apart')}
          </Menu.Item>
        }
      >
        {(answer, lines) => params.has('split') && <SmallMultiples answer={answer} lines={lines} />}
      </QueryChart>
      {keeping && <AddToView item={{ title: '', chart, query }} onClose={() => setKeeping(false)} />}
    </div>
  );
}

/** The same range with the hosts stacked, and each beneath. */
function splitAddress(query: GraphQuery, before: URLSearchParams): string {
  const params = new URLSearchParams(before);
  for (const name of ['hosts', 'metrics', 'cluster', 'type']) params.delete(name);
  params.set('q', printQuery(query));
  params.set('chart', 'stack');
  params.set('split', '1');
  return `/graphs?${params}`;
}

function apartAddress(before: URLSearchParams): string {
  const params = new URLSearchParams(before);
  if (params.has('split')) params.delete('split');
  else params.set('split', '1');
  return `?${params}`;
}

// What gmond sends by default and one looks at first.
const FIRST_LOOKS: readonly { query: GraphQuery; chart: ChartKind }[] = [
  { query: { metrics: ['load_one'], top: { count: 10 } }, chart: 'line' },
  {
    query: { metrics: ['cpu_user', 'cpu_system', 'cpu_wio'], combine: { with: 'avg', by: ['metric'] } },
    chart: 'stack',
  },
  { query: { metrics: ['bytes_in'], combine: { with: 'sum', by: ['cluster'] } }, chart: 'area' },
  { query: { metrics: ['mem_free'], top: { count: 10, lowest: true } }, chart: 'line' },
];

function Start() {
  const { t } = useTranslation();
  const names = useMetricNames();
  const known = new Set(names.data?.items.map(({ name }) => name));
  const looks = FIRST_LOOKS.filter(({ query }) =>
    query.metrics.every((one) => typeof one === 'string' && known.has(one)),
  );
  return (
    <div className="card">
      <EmptyState
        title={t('graphs.start.title')}
        reason={t('graphs.start.reason')}
        action={
          <div className="first-looks">
            {looks.map((look) => (
              <Link key={printQuery(look.query)} to={exploreAddress(look)} className="chip chip--act">
                <code>{printQuery(look.query)}</code>
              </Link>
            ))}
          </div>
        }
      />
    </div>
  );
}
