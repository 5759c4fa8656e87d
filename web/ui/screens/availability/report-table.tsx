// The checks of a report, the worst first.

import { useTranslation } from 'react-i18next';
import type { AvailabilityRow } from '#web/contract/availability.ts';
import { formatDuration } from '../../format/time.ts';
import { percentText } from './report-question.ts';
import { ShareBar } from './share-bar.tsx';
import { VerdictChip } from './verdict-chip.tsx';
import '../../parts/grid-table.css';

interface ReportTableProps {
  rows: readonly AvailabilityRow[];
  open: string | null;
  onOpen: (checkId: string) => void;
}

export function ReportTable({ rows, open, onOpen }: ReportTableProps) {
  const { t } = useTranslation();
  return (
    <div className="card availability-table">
      <table className="grid-table">
        <thead>
          <tr>
            <th>{t('availability.column.object')}</th>
            <th>{t('availability.column.share')}</th>
            {(['without', 'with', 'outages', 'longest', 'mttr', 'mtbf'] as const).map((name) => (
              <th key={name} className="grid-table__num">
                {t(`availability.column.${name}`)}
              </th>
            ))}
            <th>{t('availability.column.verdict')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ReportRow key={row.checkId} row={row} isOpen={row.checkId === open} onOpen={() => onOpen(row.checkId)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const duration = (sec: number | null): string => (sec === null || sec === 0 ? '–' : formatDuration(sec * 1000));

function ReportRow({ row, isOpen, onOpen }: { row: AvailabilityRow; isOpen: boolean; onOpen: () => void }) {
  const { t } = useTranslation();
  const label = (name: 'without' | 'with' | 'outages' | 'longest' | 'mttr' | 'mtbf') => ({
    'data-label': t(`availability.column.${name}`),
    className: 'grid-table__num',
  });
  return (
    <tr data-current={isOpen || undefined}>
      <td className="grid-table__main">
        <button type="button" onClick={onOpen}>
          {row.object === 'host' ? row.hostName : `${row.hostName} · ${row.checkName}`}
        </button>
        {row.object === 'host' && <span className="second"> {t('checks.hostObject')}</span>}
      </td>
      <td className="availability-table__bar">
        <ShareBar states={row.states} />
      </td>
      <td {...label('without')}>{percentText(row.percentWithoutDowntime)}</td>
      <td {...label('with')}>{percentText(row.percent)}</td>
      <td {...label('outages')}>{row.outages.count}</td>
      <td {...label('longest')}>{duration(row.outages.longestSec)}</td>
      <td {...label('mttr')}>{duration(row.outages.mttrSec)}</td>
      <td {...label('mtbf')}>{duration(row.outages.mtbfSec)}</td>
      <td>
        <VerdictChip verdict={row.verdict} />
      </td>
    </tr>
  );
}
