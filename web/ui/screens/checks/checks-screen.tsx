// Every check, worst first and unhandled before handled. Filter, order and what is chosen
// by them stand in the URL.

import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { useExportChecks } from '../../data/check-actions.ts';
import { useCheckCounts, useCheckPages } from '../../data/checks.ts';
import { useMay } from '../../data/session.tsx';
import { useSettled } from '../../data/use-settled.ts';
import { download } from '../../parts/charts/download.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadFailure, Skeleton } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { useRowCursor } from '../../parts/row-cursor.ts';
import { useShortcuts } from '../../parts/shortcuts.ts';
import { CheckBulkBar } from './check-bulk-bar.tsx';
import { CheckEditor } from './check-editor.tsx';
import { CheckFilter } from './check-filter.tsx';
import { CheckList } from './check-list.tsx';
import { checksCsv } from './checks-csv.ts';
import { ChecksTabs } from './checks-tabs.tsx';
import { extendTo, NOTHING, toggleRow } from './selection.ts';
import './checks.css';

export default function ChecksScreen() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const filter = useSettled(params.get('q') ?? '');
  const sort = params.get('sort') === 'host' ? 'host' : 'worst';
  const [adding, setAdding] = useState(params.has('add'));
  const mayAdd = useMay('engineer');
  const counts = useCheckCounts({ q: filter });
  const list = useCheckPages({ q: filter, sort });
  const { error } = list.pages;
  const save = useExportChecks((checks) =>
    download('checks.csv', new Blob([checksCsv(checks)], { type: 'text/csv;charset=utf-8' })),
  );
  const add = mayAdd && (
    <Button variant="filled" leftSection={<Icon name="plus" size={15} />} onClick={() => setAdding(true)}>
      {t('checks.add')}
    </Button>
  );
  const note =
    counts.data &&
    t('checks.count', {
      all: counts.data.total.toLocaleString(),
      unhandled: counts.data.unhandled.toLocaleString(),
      handled: counts.data.handled.toLocaleString(),
    });
  return (
    <>
      <PageHead
        title={t('checks.title')}
        note={note}
        actions={
          <>
            <Button loading={save.isPending} onClick={() => save.mutate({ q: filter, sort })}>
              {t('checks.csv')}
            </Button>
            {add}
          </>
        }
      />
      <ChecksTabs />
      <CheckFilter error={error?.code === 'bad_filter' ? error : null} />
      <Listed
        key={`${filter} ${sort}`}
        list={list}
        filter={filter}
        byHost={sort === 'host'}
        total={counts.data?.total ?? 0}
        add={add}
      />
      {adding && <CheckEditor onClose={() => setAdding(false)} />}
    </>
  );
}

interface ListedProps {
  list: ReturnType<typeof useCheckPages>;
  filter: string;
  byHost: boolean;
  /** What the filter catches. */
  total: number;
  add: ReactNode;
}

/** Selection and cursor begin anew with another filter. */
function Listed({ list, filter, byHost, total, add }: ListedProps) {
  const go = useNavigate();
  const mayAct = useMay('operator');
  const { pages, items = [], isLive, refresh } = list;
  const [selection, setSelection] = useState(NOTHING);
  const ids = items.map(({ id }) => id);
  const cursor = useRowCursor(items.length, (at) => void go(`/checks/${items[at]?.id ?? ''}`));
  const toggle = (at: number, extend: boolean): void =>
    setSelection((before) => (extend ? extendTo(before, ids, at) : toggleRow(before, ids, at)));
  useShortcuts({
    x: () => cursor.at >= 0 && toggle(cursor.at, false),
    'shift+x': () => cursor.at >= 0 && toggle(cursor.at, true),
    'mod+a': () => setSelection({ ...NOTHING, isAll: true }),
    Escape: () => setSelection(NOTHING),
  });
  const more = pages.hasNextPage && !pages.isFetchingNextPage ? () => void pages.fetchNextPage() : null;
  return (
    <>
      {items.length > 0 ? (
        <CheckList
          checks={items}
          byHost={byHost}
          cursor={cursor}
          selection={selection}
          onToggle={toggle}
          onMore={more}
          onRefresh={isLive ? null : refresh}
        />
      ) : (
        <NothingListed pages={pages} filter={filter} add={add} />
      )}
      {mayAct && (selection.isAll || selection.ids.size > 0) && (
        <CheckBulkBar
          selection={selection}
          filter={filter}
          total={total}
          onAll={() => setSelection({ ...NOTHING, isAll: true })}
          onClear={() => setSelection(NOTHING)}
        />
      )}
    </>
  );
}

function NothingListed({
  pages,
  filter,
  add,
}: Pick<ListedProps, 'filter' | 'add'> & Pick<ListedProps['list'], 'pages'>) {
  const { t } = useTranslation();
  const go = useNavigate();
  const content = (): ReactNode => {
    if (pages.error?.code === 'bad_filter')
      return <EmptyState title={t('checks.badFilter')} reason={t('checks.filterFields')} />;
    if (pages.error) return <LoadFailure error={pages.error} retry={() => void pages.refetch()} />;
    if (!pages.isSuccess) return <Skeleton rows={10} />;
    if (filter === '') {
      const bring = add && (
        <Button component={Link} to="/configuration/objects/import">
          {t('checks.bringAlong')}
        </Button>
      );
      return (
        <EmptyState
          title={t('checks.none')}
          reason={t('checks.noneWhy')}
          action={
            <>
              {add} {bring}
            </>
          }
        />
      );
    }
    const clear = <Button onClick={() => void go('/checks')}>{t('form.clearFilter')}</Button>;
    return <EmptyState title={t('form.noMatch')} action={clear} />;
  };
  return <div className="card">{content()}</div>;
}
