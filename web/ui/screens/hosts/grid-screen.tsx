// Everything at a glance: the clusters of this grid and the grids below it, worst first.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Grid } from '#web/contract/metrics.ts';
import { useGrid } from '../../data/grid.ts';
import { matching } from '../../data/list.ts';
import { ChartBoard } from '../../parts/charts/chart-board.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { RangePicker } from '../../parts/range-picker.tsx';
import { GRID_METRICS, GRID_ORDERS, gridFigures, isGridOrder, orderRows, type GridOrder } from './grid-figures.ts';
import { GridTable, type GridLine } from './grid-table.tsx';
import { HostsTabs } from './hosts-tabs.tsx';
import './grid.css';
import './hosts.css';

export default function GridScreen() {
  const { t } = useTranslation();
  const grid = useGrid(GRID_METRICS);
  const data = grid.data;
  const parts = data ? data.clusters.length + data.grids.length : 0;
  return (
    <ChartBoard>
      <PageHead
        title={t('grid.title')}
        note={
          data &&
          t('grid.note', { up: data.hostsUp, known: data.hostsUp + data.hostsDown, count: data.clusters.length })
        }
      />
      <HostsTabs>
        <RangePicker />
      </HostsTabs>
      {parts > 1 && <GridFilter />}
      <LoadGate query={grid} rows={8}>
        {(answer) =>
          parts === 0 ? (
            <div className="card">
              <EmptyState title={t('grid.none')} reason={t('hosts.noneWhy')} />
            </div>
          ) : (
            <GridLines grid={answer} />
          )
        }
      </LoadGate>
    </ChartBoard>
  );
}

const useOrder = (params: URLSearchParams): GridOrder => {
  const asked = params.get('sort') ?? '';
  return isGridOrder(asked) ? asked : 'worst';
};

function GridFilter() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const order = useOrder(params);
  return (
    <div className="filter-bar">
      <FilterBox placeholder={t('grid.filter')} />
      <div className="pick-row" role="group" aria-label={t('grid.order.label')}>
        {GRID_ORDERS.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={order === name}
            onClick={() =>
              setParams(
                (before) => {
                  before.set('sort', name);
                  return before;
                },
                { replace: true },
              )
            }
          >
            {t(`grid.order.${name}`)}
          </button>
        ))}
      </div>
    </div>
  );
}

function GridLines({ grid }: { grid: Grid }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const order = useOrder(params);
  const typed = params.get('q') ?? '';
  const lines = useMemo<GridLine[]>(() => {
    const all: GridLine[] = [
      ...grid.clusters.map((cluster): GridLine => ({
        ...cluster,
        kind: 'cluster',
        figures: gridFigures(cluster.summary),
      })),
      ...grid.grids.map((nested): GridLine => ({ ...nested, kind: 'grid', figures: gridFigures(nested.summary) })),
    ];
    return orderRows(
      matching(all, typed, (line) => `${line.name} ${line.source ?? ''}`),
      order,
    );
  }, [grid, typed, order]);
  if (lines.length === 0) {
    return (
      <div className="card">
        <EmptyState title={t('form.noMatch')} />
      </div>
    );
  }
  return <GridTable lines={lines} total={grid} />;
}
