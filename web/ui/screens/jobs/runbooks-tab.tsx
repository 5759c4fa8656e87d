// Saved runbooks: run one, write one, see its versions.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { Runbook } from '#web/contract/remediation.ts';
import { useRunbooks } from '../../data/runbooks.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { RunbookEditor } from './runbook-editor.tsx';
import '../../parts/grid-table.css';

export function RunbooksTab() {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const nowMs = useNow(60_000);
  const runbooks = useRunbooks();
  const operator = useMay('operator');
  const engineer = useMay('engineer');
  const [open, setOpen] = useState<Runbook | 'new' | null>(params.has('add') ? 'new' : null);
  const add = engineer && (
    <Button variant="filled" onClick={() => setOpen('new')}>
      {t('jobs.runbooks.add')}
    </Button>
  );
  return (
    <>
      <LoadGate query={runbooks} rows={6}>
        {(list) =>
          list.items.length === 0 ? (
            <div className="card">
              <EmptyState title={t('jobs.runbooks.none')} reason={t('jobs.runbooks.noneWhy')} action={add} />
            </div>
          ) : (
            <>
              <div className="filter-bar">
                <div className="filter-bar__end">{add}</div>
              </div>
              <div className="card">
                <table className="grid-table">
                  <thead>
                    <tr>
                      <th>{t('jobs.runbooks.column.name')}</th>
                      <th>{t('jobs.runbooks.column.steps')}</th>
                      <th>{t('jobs.runbooks.column.inputs')}</th>
                      <th className="grid-table__num">{t('jobs.runbooks.column.version')}</th>
                      <th>{t('jobs.runbooks.column.changed')}</th>
                      <th>
                        <span className="sr-only">{t('jobs.runbooks.run')}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {list.items.map((runbook) => (
                      <tr key={runbook.id}>
                        <td className="grid-table__main">
                          <button type="button" onClick={() => setOpen(runbook)}>
                            {runbook.name}
                          </button>
                          <div className="second">{runbook.description}</div>
                        </td>
                        <td className="second" data-label={t('jobs.runbooks.column.steps')}>
                          {runbook.steps
                            .map(
                              (step) =>
                                step.name ??
                                (step.type === 'script' ? step.interpreter : `${step.action} ${step.service}`),
                            )
                            .join(' → ')}
                        </td>
                        <td className="second" data-label={t('jobs.runbooks.column.inputs')}>
                          {runbook.inputs.map((input) => input.name).join(', ')}
                        </td>
                        <td className="grid-table__num" data-label={t('jobs.runbooks.column.version')}>
                          {runbook.version}
                        </td>
                        <td className="mute" data-label={t('jobs.runbooks.column.changed')}>
                          {dateTime(runbook.updatedAt, nowMs)}
                        </td>
                        <td className="grid-table__act">
                          {operator && (
                            <Button size="xs" component={Link} to={`/jobs/new?runbook=${runbook.id}`}>
                              {t('jobs.runbooks.run')}
                            </Button>
                          )}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          )
        }
      </LoadGate>
      {open && (
        <RunbookEditor
          key={open === 'new' ? 'new' : open.id}
          {...(open === 'new' ? {} : { runbook: open })}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
