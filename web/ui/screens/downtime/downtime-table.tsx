// Downtimes as a list: what was planned together is one line.

import { useTranslation } from 'react-i18next';
import type { DowntimeBatch } from '#web/contract/downtimes.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import { StatusChip } from './status-chip.tsx';
import { useWhat } from './use-what.ts';
import '../../parts/grid-table.css';

export function DowntimeTable({
  batches,
  onOpen,
}: {
  batches: readonly DowntimeBatch[];
  onOpen: (batch: string) => void;
}) {
  const { t } = useTranslation();
  const what = useWhat();
  const nowMs = useNow(60_000);
  return (
    <div className="card">
      <table className="grid-table">
        <thead>
          <tr>
            {(['status', 'reason', 'what', 'from', 'to', 'lasts', 'author'] as const).map((name) => (
              <th key={name}>{t(`downtime.column.${name}`)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {batches.map((batch) => (
            <tr key={batch.batch}>
              <td>
                <StatusChip status={batch.status} />
              </td>
              <td className="grid-table__main">
                <button type="button" onClick={() => onOpen(batch.batch)}>
                  {batch.comment}
                </button>
                {batch.recurringId !== null && <span className="second"> · {t('downtime.repeats')}</span>}
                {!batch.fixed && <span className="second"> · {t('downtime.flexible')}</span>}
              </td>
              <td>
                {what(batch)} <span className="second">{batch.names.slice(0, 3).join(', ')}</span>
              </td>
              <td data-label={t('downtime.column.from')}>{dateTime(batch.startsAt, nowMs)}</td>
              <td data-label={t('downtime.column.to')}>{dateTime(batch.endsAt, nowMs)}</td>
              <td data-label={t('downtime.column.lasts')}>
                {formatDuration(Date.parse(batch.endsAt) - Date.parse(batch.startsAt))}
              </td>
              <td data-label={t('downtime.column.author')}>{batch.author}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
