// Problems of one host, open ones and past ones.

import { useTranslation } from 'react-i18next';
import { useAlerts } from '../../data/alerts.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { AlertTable } from '../problems/alert-history.tsx';

export function HostAlerts({ hostId }: { hostId: string }) {
  const { t } = useTranslation();
  const alerts = useAlerts({ hostId, limit: 200 });
  return (
    <div className="card">
      <LoadGate query={alerts}>
        {(list) =>
          list.items.length === 0 ? <EmptyState title={t('hosts.alertsNone')} /> : <AlertTable alerts={list.items} />
        }
      </LoadGate>
    </div>
  );
}
