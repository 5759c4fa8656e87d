// The cells of a check in a list: state, name, strip, output, ages. The same in every list.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Check } from '#web/contract/checks.ts';
import { formatDuration } from '../../format/time.ts';
import { HistoryStrip } from '../../parts/history-strip.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { CheckMarks } from './check-marks.tsx';

/** Somebody has it: it looks calmer. */
const isHandled = ({ acknowledged, downtimeDepth }: Check): boolean => acknowledged !== 'none' || downtimeDepth > 0;
const isFine = ({ state }: Check): boolean => state === 'ok' || state === 'up';

interface CheckCellsProps {
  check: Check;
  nowMs: number;
  /** Stands in the second line when the list has no column for it. */
  withHost: boolean;
  kindTitle: (kind: string) => string;
}

export function CheckCells({ check, nowMs, withHost, kindTitle }: CheckCellsProps) {
  const { t } = useTranslation();
  return (
    <>
      <td
        className="check-table__state"
        data-handled={isHandled(check) || undefined}
        data-stale={check.stale || undefined}
      >
        <StatusMark state={check.state} soft={check.stateType === 'soft' && !isFine(check)} />
      </td>
      <td className="grid-table__main">
        <Link to={`/checks/${check.id}`}>{check.name}</Link>
        <div className="second check-table__where">
          {withHost && (
            <Link to={`/hosts/${check.hostId}`} className="quiet-link cut">
              {check.hostName}
            </Link>
          )}
          <span className="check-table__kind">
            {withHost && '· '}
            {check.object === 'host' ? t('checks.hostObject') : kindTitle(check.kind)}
          </span>
          <CheckMarks check={check} />
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
      <td className="grid-table__num mute check-table__age" data-label={t('checks.column.since')}>
        {check.lastChangeAt && formatDuration(nowMs - Date.parse(check.lastChangeAt))}
      </td>
      <td className="grid-table__num mute check-table__age" data-label={t('checks.column.last')}>
        {check.lastCheckAt
          ? t('form.ago', { age: formatDuration(nowMs - Date.parse(check.lastCheckAt)) })
          : t('form.never')}
      </td>
    </>
  );
}
