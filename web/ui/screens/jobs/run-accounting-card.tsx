// The bar over a run: every expected host is in it, and the sum says so.

import { useTranslation } from 'react-i18next';
import type { RunDetail } from '#web/contract/remediation.ts';
import { PHASE_COLOUR } from './accounting-bar.tsx';
import { PHASES, phaseCounts, type Phase } from './run-accounting.ts';

const PHASE_TONE: Record<Phase, string> = {
  done: '',
  running: '',
  failed: 'tone-crit',
  lost: 'tone-warn',
  waiting: '',
};

export function RunAccounting({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const counts = phaseCounts(run.accounting);
  const { expected } = run.accounting;
  const accounted = counts.done + counts.failed + counts.lost;
  return (
    <section className="card run-accounting">
      <div className="run-accounting__bar" aria-hidden="true">
        {PHASES.map((phase) => (
          <i
            key={phase}
            style={{ width: `${(100 * counts[phase]) / Math.max(1, expected)}%`, background: PHASE_COLOUR[phase] }}
          />
        ))}
      </div>
      <div className="facts">
        {PHASES.filter((phase) => counts[phase] > 0).map((phase) => (
          <span key={phase} className={PHASE_TONE[phase]}>
            <b className="num">{counts[phase]}</b> {t(`jobs.phase.${phase}`)}
          </span>
        ))}
        <span className="run-accounting__sum">
          {t('jobs.page.accounted', { done: accounted, expected })}
          {run.summary !== '' && ` · ${run.summary}`}
        </span>
      </div>
    </section>
  );
}
