// The hosts of a run as one bar: every expected host is in it.

import { useTranslation } from 'react-i18next';
import type { Accounting } from '#web/contract/remediation.ts';
import { PHASES, phaseCounts, type Phase } from './run-accounting.ts';
import './jobs.css';

export const PHASE_COLOUR: Record<Phase, string> = {
  done: 'var(--ok)',
  running: 'var(--act)',
  failed: 'var(--crit)',
  lost: 'var(--warn)',
  waiting: 'transparent',
};

export function AccountingBar({ accounting }: { accounting: Accounting }) {
  const { t } = useTranslation();
  const counts = phaseCounts(accounting);
  const total = Math.max(1, accounting.expected);
  const label = PHASES.filter((phase) => counts[phase] > 0)
    .map((phase) => `${counts[phase]} ${t(`jobs.phase.${phase}`)}`)
    .join(', ');
  return (
    <span className="accounting" title={label}>
      <span className="accounting__bar" role="img" aria-label={label}>
        {PHASES.map((phase) => (
          <i key={phase} style={{ width: `${(100 * counts[phase]) / total}%`, background: PHASE_COLOUR[phase] }} />
        ))}
      </span>
      <span className="accounting__count num">
        {counts.done}/{accounting.expected}
      </span>
    </span>
  );
}
