// Counts by severity, each a filter: filled while nobody has them, outlined when owned.

import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { ProblemList } from '#web/contract/alerting.ts';
import { StatusShape } from '../../parts/status-mark.tsx';

const SEVERITIES = [
  { severity: 'page', tone: 'crit', state: 'critical' },
  { severity: 'urgent', tone: 'warn', state: 'warning' },
  { severity: 'ticket', tone: 'off', state: null },
  { severity: 'info', tone: 'off', state: 'info' },
] as const;

interface ProblemCountsProps {
  counts: ProblemList['counts'] | undefined;
  view: 'open' | 'history';
}

export function ProblemCounts({ counts, view }: ProblemCountsProps) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const show = view === 'open' ? params.get('show') : null;
  const owned = counts ? SEVERITIES.reduce((sum, { severity }) => sum + counts[severity].owned, 0) : 0;
  const toggled = (filter: string): string => (show === filter ? '/problems' : `/problems?show=${filter}`);
  return (
    <div className="problem-counts">
      {counts &&
        SEVERITIES.filter(({ severity }) => counts[severity].unowned > 0).map(({ severity, tone, state }) => (
          <Link
            key={severity}
            to={toggled(severity)}
            aria-current={show === severity}
            className={`chip chip--${tone}`}
            title={t(`severity.${severity}`)}
          >
            {state && <StatusShape state={state} />}
            {t('problems.unowned', { count: counts[severity].unowned })}
          </Link>
        ))}
      {owned > 0 && (
        <Link to={toggled('owned')} aria-current={show === 'owned'} className="chip chip--off chip--owned">
          {t('problems.owned', { count: owned })}
        </Link>
      )}
      <Link to={view === 'open' ? '/problems?view=history' : '/problems'} className="problem-counts__view">
        {t(view === 'open' ? 'problems.history' : 'problems.open')}
      </Link>
    </div>
  );
}
