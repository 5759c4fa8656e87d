// Every object of every set, by type, set and part of the name; the filter stands in the URL.

import { Button, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { OBJECT_TYPE_NAMES } from '#web/contract/objects.ts';
import { useObjects, useObjectSets } from '../../data/objects.ts';
import { useSettled } from '../../data/use-settled.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { ObjectTabs } from './object-tabs.tsx';

const PAGE = 100;

export function ObjectBrowser() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const get = (name: string): string => params.get(name) ?? '';
  const put = (name: string, value: string | null): void =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        if (value) after.set(name, value);
        else after.delete(name);
        if (name !== 'cursor') after.delete('cursor');
        return after;
      },
      { replace: true },
    );
  const sets = useObjectSets();
  const objects = useObjects({
    ...{ type: get('type'), owner: get('owner'), search: useSettled(get('search')) },
    ...{ cursor: get('cursor'), limit: PAGE },
  });
  return (
    <>
      <PageHead
        title={t('objects.browse')}
        crumbs={[{ to: '/configuration/objects', label: t('objects.title') }]}
        note={
          objects.data && t('objects.browser.shown', { shown: objects.data.items.length, total: objects.data.total })
        }
      />
      <ObjectTabs />
      <div className="objects-filter">
        <TextInput
          aria-label={t('objects.browser.search')}
          placeholder={t('objects.browser.search')}
          value={get('search')}
          onChange={(event) => put('search', event.currentTarget.value)}
        />
        <Select
          aria-label={t('objects.browser.type')}
          placeholder={t('objects.browser.anyType')}
          clearable
          data={[...OBJECT_TYPE_NAMES]}
          value={get('type') || null}
          onChange={(value) => put('type', value)}
        />
        <Select
          aria-label={t('objects.browser.set')}
          placeholder={t('objects.browser.anySet')}
          clearable
          data={(sets.data?.items ?? []).map(({ name }) => name)}
          value={get('owner') || null}
          onChange={(value) => put('owner', value)}
        />
      </div>
      <div className="card">
        <LoadGate query={objects} rows={10}>
          {({ items, nextCursor }) =>
            items.length === 0 ? (
              <EmptyState title={t('objects.browser.none')} />
            ) : (
              <>
                <ObjectTable items={items} />
                <div className="objects-foot objects-part">
                  {get('cursor') && <Button onClick={() => put('cursor', null)}>{t('objects.browser.first')}</Button>}
                  {nextCursor && (
                    <Button onClick={() => put('cursor', nextCursor)}>
                      {t('objects.browser.next', { count: PAGE })}
                    </Button>
                  )}
                </div>
              </>
            )
          }
        </LoadGate>
      </div>
    </>
  );
}

type Items = NonNullable<ReturnType<typeof useObjects>['data']>['items'];

export function ObjectTable({ items }: { items: Items }) {
  const { t } = useTranslation();
  return (
    <table className="grid-table">
      <thead>
        <tr>
          <th>{t('objects.browser.column.name')}</th>
          <th>{t('objects.browser.column.type')}</th>
          <th>{t('objects.browser.column.templates')}</th>
          <th>{t('objects.browser.column.set')}</th>
          <th>{t('objects.browser.column.place')}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((object) => (
          <tr key={object.id}>
            <td className="grid-table__main">
              <Link className="link" to={`/configuration/objects/all/${object.id}`}>
                {object.name || t('objects.browser.noName')}
              </Link>
            </td>
            <td data-label={t('objects.browser.column.type')}>
              {object.type} {object.isTemplate && <span className="second">{t('objects.browser.template')}</span>}
            </td>
            <td className="second" data-label={t('objects.browser.column.templates')}>
              {object.use.join(', ')}
            </td>
            <td className="second" data-label={t('objects.browser.column.set')}>
              {object.owner}
            </td>
            <td className="num second" data-label={t('objects.browser.column.place')}>
              {object.file}:{object.line}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
