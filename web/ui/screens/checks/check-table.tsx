// Checks as lines: state, name, the strip of results, what the last one said.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Check } from '#web/contract/checks.ts';
import { useNow } from '../../data/use-now.ts';
import { formatDuration } from '../../format/time.ts';
import { HistoryStrip } from '../../parts/history-strip.tsx';
import type { RowCursor } from '../../parts/row-cursor.ts';
import { StatusMark } from '../../parts/status-mark.tsx';
import '../../parts/grid-table.css';
import './checks.css';

interface CheckTableProps {
  checks: readonly Check[];
  withHost?: boolean;
  cursor?: RowCursor;
}

export function CheckTable({ checks, withHost = true, cursor }: CheckTableProps) {
  const { t } = useTranslation();
  const nowMs = useNow(5000);
  return (
    <table className="grid-table check-table">
      <thead>
        <tr>
          <th>{t('checks.column.state')}</th>
          <th>{t('checks.column.check')}</th>
          <th>{t('checks.column.results')}</th>
          <th>{t('checks.column.output')}</th>
          <th className="grid-table__num">{t('checks.column.since')}</th>
          <th className="grid-table__num">{t('checks.column.last')}</th>
        </tr>
      </thead>
      <tbody>
        {checks.map((check, at) => (
          <tr key={check.id} {...cursor?.rowProps(at)}>
            <td>
              <StatusMark
                state={check.stale ? 'stale' : check.state}
                soft={check.stateType === 'soft' && check.state !== 'ok'}
              />
            </td>
            <td className="grid-table__main">
              <Link to={`/checks/${check.id}`}>{check.name}</Link>
              <div className="second cut">
                {withHost && (
                  <Link to={`/hosts/${check.hostId}`} className="quiet-link">
                    {check.hostName}
                  </Link>
                )}
                {withHost && ' · '}
                {t(`checks.kind.${check.kind}`)}
                {!check.enabled && ` · ${t('form.disabled')}`}
                {check.flapping && ` · ${t('checks.flapping')}`}
              </div>
            </td>
            <td className="check-table__strip">
              <HistoryStrip
                cells={check.strip.map((state) => ({ state, title: t(`state.long.${state}`) }))}
                count={24}
                label={check.name}
              />
            </td>
            <td className="check-table__output second">
              <span title={check.output}>{check.output}</span>
            </td>
            <td className="grid-table__num mute" data-label={t('checks.column.since')}>
              {check.lastChangeAt && formatDuration(nowMs - Date.parse(check.lastChangeAt))}
            </td>
            <td className="grid-table__num mute" data-label={t('checks.column.last')}>
              {check.lastCheckAt
                ? t('form.ago', { age: formatDuration(nowMs - Date.parse(check.lastCheckAt)) })
                : t('form.never')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
