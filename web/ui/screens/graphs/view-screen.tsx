// One view: its charts, asked for as they come into sight.

import { Button, Menu } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams, useSearchParams } from 'react-router';
import type { View, ViewItem } from '#web/contract/views.ts';
import { useMay } from '../../data/session.tsx';
import { useTimeSearch } from '../../data/use-time-range.ts';
import { useView } from '../../data/views.ts';
import { ChartBoard } from '../../parts/charts/chart-board.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { exploreAddress, titleOf, toSeriesQuery } from './graph-query.ts';
import { TimeControls } from './graphs-head.tsx';
import { QueryChart } from './query-chart.tsx';
import { ViewEditor } from './view-editor.tsx';

export default function ViewScreen() {
  const { viewId = '' } = useParams();
  const view = useView(viewId);
  return (
    <ChartBoard>
      <LoadGate query={view} rows={8}>
        {(answer) => <OneView view={answer} />}
      </LoadGate>
    </ChartBoard>
  );
}

function OneView({ view }: { view: View }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const may = useMay('operator');
  const time = useTimeSearch();
  const editing = may && params.has('edit');
  const edit = (on: boolean): void =>
    setParams((before) => {
      if (on) before.set('edit', '1');
      else before.delete('edit');
      return before;
    });
  return (
    <>
      <PageHead
        title={view.name}
        note={view.description}
        crumbs={[{ to: `/graphs/views${time}`, label: t('graphs.viewsTitle') }]}
        actions={
          <>
            <TimeControls />
            {may && !editing && <Button onClick={() => edit(true)}>{t('form.edit')}</Button>}
          </>
        }
      />
      {editing ? <ViewEditor view={view} onDone={() => edit(false)} /> : <Charts items={view.items} />}
    </>
  );
}

function Charts({ items }: { items: readonly ViewItem[] }) {
  const { t } = useTranslation();
  if (items.length === 0) {
    return (
      <div className="card">
        <EmptyState
          title={t('graphs.view.empty')}
          reason={t('graphs.view.emptyWhy')}
          action={
            <Button component={Link} to="/graphs" variant="filled">
              {t('graphs.explore')}
            </Button>
          }
        />
      </div>
    );
  }
  return (
    <div className="charts-grid" data-few={items.length < 3}>
      {items.map((item, at) => (
        <ViewChart key={`${at} ${titleOf(item)}`} item={item} />
      ))}
    </div>
  );
}

function ViewChart({ item }: { item: ViewItem }) {
  const { t } = useTranslation();
  const query = useMemo(() => toSeriesQuery(item.query), [item.query]);
  return (
    <QueryChart
      title={titleOf(item)}
      query={query}
      kind={item.chart}
      menu={
        <Menu.Item component={Link} to={exploreAddress(item)}>
          {t('graphs.openInExplore')}
        </Menu.Item>
      }
    />
  );
}
