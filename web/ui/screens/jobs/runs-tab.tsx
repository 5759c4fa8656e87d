// Every run, newest first.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useRuns } from '../../data/runs.ts';
import { useMay } from '../../data/session.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { RunTable } from './run-table.tsx';

export function RunsTab() {
  const { t } = useTranslation();
  const runs = useRuns();
  const may = useMay('operator');
  return (
    <div className="card">
      <LoadGate query={runs} rows={8}>
        {(list) =>
          list.items.length > 0 ? (
            <RunTable runs={list.items} />
          ) : (
            <EmptyState
              title={t('jobs.none')}
              reason={t('jobs.noneWhy')}
              action={
                may && (
                  <Button component={Link} to="/jobs/new" variant="filled">
                    {t('jobs.run')}
                  </Button>
                )
              }
            />
          )
        }
      </LoadGate>
    </div>
  );
}
