// Runs that touched one host.

import { useTranslation } from 'react-i18next';
import { useRuns } from '../../data/runs.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { RunTable } from '../jobs/run-table.tsx';

export function HostJobs({ hostId }: { hostId: string }) {
  const { t } = useTranslation();
  const runs = useRuns({ hostId });
  return (
    <div className="card">
      <LoadGate query={runs}>
        {(list) =>
          list.items.length === 0 ? <EmptyState title={t('hosts.runsNone')} /> : <RunTable runs={list.items} />
        }
      </LoadGate>
    </div>
  );
}
