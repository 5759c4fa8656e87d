// Downtimes that repeat, with their next time.

import { useTranslation } from 'react-i18next';
import type { RecurringDowntime } from '#web/contract/downtimes.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { scheduleText } from './recurring-draft.ts';
import '../../parts/grid-table.css';

interface RecurringTableProps {
  recurring: readonly RecurringDowntime[];
  /** Absent for those who may only look. */
  onEdit: ((recurring: RecurringDowntime) => void) | undefined;
}

export function RecurringTable({ recurring, onEdit }: RecurringTableProps) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  return (
    <div className="card">
      <table className="grid-table">
        <thead>
          <tr>
            <th>{t('downtime.recurring.name')}</th>
            <th>{t('downtime.recurring.schedule')}</th>
            <th>{t('downtime.recurring.next')}</th>
            <th>{t('downtime.column.author')}</th>
          </tr>
        </thead>
        <tbody>
          {recurring.map((one) => (
            <tr key={one.id}>
              <td className="grid-table__main">
                {onEdit ? (
                  <button type="button" onClick={() => onEdit(one)}>
                    {one.name}
                  </button>
                ) : (
                  <span className="grid-table__name">{one.name}</span>
                )}
                <div className="second">{one.comment}</div>
              </td>
              <td>
                {scheduleText(one.schedule)} <span className="second">{one.schedule.zone}</span>
              </td>
              <td data-label={t('downtime.recurring.next')}>
                {one.next[0]
                  ? dateTime(one.next[0].startsAt, nowMs)
                  : t(one.enabled ? 'downtime.recurring.nextNone' : 'downtime.recurring.off')}
              </td>
              <td data-label={t('downtime.column.author')}>{one.author}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
