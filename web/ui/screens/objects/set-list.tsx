// Sets of objects: where each came from, what it makes, what is wrong with it.

import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { SetSummary } from '#web/contract/objects.ts';
import { useObjectSets, usePreviewRemoval, useRemoveSet } from '../../data/objects.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { ObjectTabs } from './object-tabs.tsx';

export function SetList() {
  const { t } = useTranslation();
  const sets = useObjectSets();
  const engineer = useMay('engineer');
  const add = engineer && (
    <>
      <Button component={Link} to="/configuration/objects/new">
        {t('objects.newObject')}
      </Button>
      <Button
        variant="filled"
        component={Link}
        to="/configuration/objects/import"
        leftSection={<Icon name="plus" size={15} />}
      >
        {t('objects.import')}
      </Button>
    </>
  );
  return (
    <>
      <PageHead title={t('objects.title')} note={t('objects.note')} actions={add} />
      <ObjectTabs />
      <div className="card">
        <LoadGate query={sets} rows={4}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title={t('objects.sets.none')} reason={t('objects.sets.noneWhy')} action={add} />
            ) : (
              <SetTable sets={items} />
            )
          }
        </LoadGate>
      </div>
    </>
  );
}

function SetTable({ sets }: { sets: readonly SetSummary[] }) {
  const { t } = useTranslation();
  const engineer = useMay('engineer');
  const nowMs = useNow();
  const [removing, setRemoving] = useState<SetSummary | null>(null);
  const column = (name: 'set' | 'hosts' | 'checks' | 'objects' | 'problems' | 'applied') =>
    t(`objects.sets.column.${name}`);
  return (
    <>
      <table className="grid-table">
        <thead>
          <tr>
            <th>{column('set')}</th>
            <th className="grid-table__num">{column('hosts')}</th>
            <th className="grid-table__num">{column('checks')}</th>
            <th className="grid-table__num">{column('objects')}</th>
            <th>{column('problems')}</th>
            <th>{column('applied')}</th>
            <th>
              <span className="sr-only">{t('objects.sets.remove')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sets.map((set) => (
            <tr key={set.name}>
              <td className="grid-table__main">
                <Link className="link strong" to={`/configuration/objects/all?owner=${encodeURIComponent(set.name)}`}>
                  {set.name}
                </Link>
                <div className="second">
                  {t(`objects.sets.kind.${set.kind}`)}, {t('objects.sets.cluster', { cluster: set.cluster })}
                </div>
              </td>
              <td className="grid-table__num" data-label={column('hosts')}>
                {set.hosts}
              </td>
              <td className="grid-table__num" data-label={column('checks')}>
                {set.checks}
              </td>
              <td className="grid-table__num" data-label={column('objects')}>
                {Object.values(set.objects).reduce((sum, count) => sum + count, 0)}
              </td>
              <td data-label={column('problems')}>
                <ProblemCount set={set} />
              </td>
              <td data-label={column('applied')}>
                {dateTime(set.appliedAt, nowMs)}{' '}
                <span className="second">{t('objects.sets.by', { by: set.appliedBy })}</span>
              </td>
              <td className="grid-table__act">
                {engineer && (
                  <Button size="xs" onClick={() => setRemoving(set)}>
                    {t('objects.sets.remove')}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {removing && <RemoveSet set={removing} onClose={() => setRemoving(null)} />}
    </>
  );
}

function ProblemCount({ set }: { set: SetSummary }) {
  const { t } = useTranslation();
  const errors = set.problems.filter(({ severity }) => severity === 'error').length;
  const warnings = set.problems.length - errors;
  if (set.problems.length === 0) return <span className="second">{t('objects.sets.noProblems')}</span>;
  return (
    <details className="objects-problems">
      <summary className={errors > 0 ? 'tone-crit' : 'second'}>
        {t('objects.sets.problems', { errors, warnings })}
      </summary>
      <ul className="objects-lines">
        {set.problems.slice(0, 100).map((problem, at) => (
          <li key={at}>
            <span className="num second">
              {problem.file}:{problem.line}
            </span>
            <span>{problem.message}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function RemoveSet({ set, onClose }: { set: SetSummary; onClose: () => void }) {
  const { t } = useTranslation();
  const preview = usePreviewRemoval();
  const remove = useRemoveSet({ done: () => t('objects.sets.removed', { name: set.name }), onDone: onClose });
  if (preview.isIdle) preview.mutate(set.name);
  const [first] = preview.data?.others ?? [];
  return (
    <Modal opened onClose={onClose} title={t('objects.sets.removeTitle', { name: set.name })}>
      <div className="stack">
        <p>{t('objects.sets.removeWhy', { checks: set.checks, hosts: set.hosts })}</p>
        {first && (
          <p role="alert" className="tone-warn">
            {t('objects.sets.removeBreaks', { first: `${first.owner}, ${first.message}` })}
          </p>
        )}
        <div className="objects-foot">
          <Button onClick={onClose}>{t('form.cancel')}</Button>
          <Button color="red" variant="filled" loading={remove.isPending} onClick={() => remove.mutate(set.name)}>
            {t('objects.sets.remove')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
