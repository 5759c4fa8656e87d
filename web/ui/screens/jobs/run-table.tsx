// Runs as lines: what, how it stands, on how many hosts, by whom, when.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Run } from '#web/contract/remediation.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatElapsed } from '../../format/time.ts';
import { personName } from '../../parts/event-words.ts';
import { AccountingBar } from './accounting-bar.tsx';
import { RunChip } from './run-chip.tsx';
import '../../parts/grid-table.css';

export function RunTable({ runs }: { runs: readonly Run[] }) {
  const { t } = useTranslation();
  const nowMs = useNow(5000);
  return (
    <table className="grid-table">
      <thead>
        <tr>
          <th>{t('jobs.column.status')}</th>
          <th>{t('jobs.column.run')}</th>
          <th>{t('jobs.column.hosts')}</th>
          <th>{t('jobs.column.by')}</th>
          <th>{t('jobs.column.started')}</th>
          <th className="grid-table__num">{t('jobs.column.took')}</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td>
              <RunChip status={run.status} />
            </td>
            <td className="grid-table__main">
              <Link to={`/jobs/runs/${run.id}`}>{run.title}</Link>
              <div className="second cut">{run.summary}</div>
            </td>
            <td style={{ minWidth: 130 }} data-label={t('jobs.column.hosts')}>
              <AccountingBar accounting={run.accounting} />
            </td>
            <td className="mute" data-label={t('jobs.column.by')}>
              {personName(run.requestedBy)} · {t(`jobs.source.${run.source}`)}
            </td>
            <td className="mute" data-label={t('jobs.column.started')}>
              {dateTime(run.startedAt ?? run.createdAt, nowMs)}
            </td>
            <td className="grid-table__num" data-label={t('jobs.column.took')}>
              {run.startedAt &&
                formatElapsed((run.finishedAt ? Date.parse(run.finishedAt) : nowMs) - Date.parse(run.startedAt))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
