// Problems that are over, newest first, with how each ended.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Alert } from '#web/contract/alerting.ts';
import { useAlerts } from '../../data/alerts.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { personName } from '../../parts/event-words.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import '../../parts/grid-table.css';

const SHOWN = 200;

export default function AlertHistory() {
  const { t } = useTranslation();
  const alerts = useAlerts({ state: 'resolved', limit: SHOWN });
  return (
    <LoadGate query={alerts} rows={8}>
      {(list) =>
        list.items.length === 0 ? (
          <div className="card">
            <EmptyState title={t('problems.noHistory')} reason={t('problems.noHistoryWhy')} />
          </div>
        ) : (
          <div className="card">
            <AlertTable alerts={list.items} />
          </div>
        )
      }
    </LoadGate>
  );
}

export function AlertTable({ alerts }: { alerts: readonly Alert[] }) {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  return (
    <table className="grid-table">
      <thead>
        <tr>
          <th>{t('problems.column.problem')}</th>
          <th>{t('problems.column.opened')}</th>
          <th>{t('problems.column.lasted')}</th>
          <th>{t('problems.column.ended')}</th>
          <th className="grid-table__num">{t('problems.column.pages')}</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <tr key={alert.id}>
            <td className="grid-table__main">
              <Link to={`/problems/${alert.id}`}>{alert.title}</Link>
              <div className="second cut">{alert.host?.name}</div>
            </td>
            <td data-label={t('problems.column.opened')}>{dateTime(alert.openedAt, nowMs)}</td>
            <td data-label={t('problems.column.lasted')}>
              {formatDuration((alert.resolvedAt ? Date.parse(alert.resolvedAt) : nowMs) - Date.parse(alert.openedAt))}
            </td>
            <td data-label={t('problems.column.ended')}>
              <HowEnded alert={alert} />
            </td>
            <td className="grid-table__num" data-label={t('problems.column.pages')}>
              {alert.pagesSent}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function HowEnded({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  if (alert.state !== 'resolved') return <span className="tone-warn">{t('problems.stillOpen')}</span>;
  if (alert.healedByRunId) {
    return (
      <Link className="chip chip--ok" to={`/jobs/runs/${alert.healedByRunId}`}>
        {t('problems.endedBy.run')}
      </Link>
    );
  }
  const by = alert.resolvedBy;
  return (
    <>{by && by !== 'system' ? t('problems.endedBy.person', { by: personName(by) }) : t('problems.endedBy.itself')}</>
  );
}
