// The views that people keep, by name.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import type { ViewSummary } from '#web/contract/views.ts';
import { matching } from '../../data/list.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { useTimeSearch } from '../../data/use-time-range.ts';
import { useCreateView, useViews } from '../../data/views.ts';
import { formatDuration } from '../../format/time.ts';
import { ChartBoard } from '../../parts/charts/chart-board.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { ObjectForm } from '../../parts/object-form.tsx';
import { GraphsHead } from './graphs-head.tsx';
import { ViewFields, type ViewNames } from './view-fields.tsx';

export default function ViewsScreen() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const views = useViews();
  const may = useMay('operator');
  const [adding, setAdding] = useState(false);
  const actions = may && (
    <>
      <Button component={Link} to="/graphs/views/import">
        {t('graphs.import.button')}
      </Button>
      <Button variant="filled" leftSection={<Icon name="plus" size={15} />} onClick={() => setAdding(true)}>
        {t('graphs.view.add')}
      </Button>
    </>
  );
  return (
    <ChartBoard>
      <GraphsHead title={t('graphs.viewsTitle')} actions={actions} />
      <LoadGate query={views}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="card">
              <EmptyState title={t('graphs.view.none')} reason={t('graphs.view.noneWhy')} />
            </div>
          ) : (
            <>
              <div className="filter-bar">
                <FilterBox placeholder={t('graphs.view.filter')} />
              </div>
              <ViewList views={matching(items, params.get('q') ?? '', (view) => `${view.name} ${view.description}`)} />
            </>
          )
        }
      </LoadGate>
      {adding && <NewView onClose={() => setAdding(false)} />}
    </ChartBoard>
  );
}

function ViewList({ views }: { views: readonly ViewSummary[] }) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const time = useTimeSearch();
  if (views.length === 0) return <EmptyState title={t('form.noMatch')} />;
  return (
    <ul className="card view-list">
      {views.map((view) => (
        <li key={view.id}>
          <Link to={`/graphs/views/${view.id}${time}`} className="view-list__row">
            <span className="strong cut">{view.name}</span>
            <span className="second cut">{view.description}</span>
            <span className="second">{t('graphs.view.charts', { count: view.charts })}</span>
            <span className="second">{t('form.ago', { age: formatDuration(nowMs - Date.parse(view.updatedAt)) })}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function NewView({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [names, setNames] = useState<ViewNames>({ name: '', description: '' });
  const create = useCreateView({ onDone: (view) => void go(`/graphs/views/${view.id}`) });
  return (
    <ObjectForm
      title={t('graphs.view.add')}
      submit={t('form.create')}
      error={create.error}
      busy={create.isPending}
      onSubmit={() => create.mutate({ ...names, items: [] })}
      onClose={onClose}
    >
      <ViewFields value={names} onChange={setNames} />
    </ObjectForm>
  );
}
