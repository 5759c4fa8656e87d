// One problem, one decision: how bad, what and where, the evidence with its limit, what
// Plexus does about it, how long, and who has it.

import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ProblemRow as Problem } from '#web/contract/alerting.ts';
import type { Point } from '../../data/metrics.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import { HistoryStrip } from '../../parts/history-strip.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { stateOfAlert, toneOfReflex } from './alert-state.ts';

interface ProblemRowProps {
  problem: Problem;
  points: readonly Point[] | undefined;
  nowMs: number;
  to: string;
  open: boolean;
  row: { 'data-row': number; 'data-current': true | undefined };
  onTake: (alertId: string) => void;
}

export function ProblemRow(props: ProblemRowProps) {
  const { t } = useTranslation();
  const { problem, nowMs } = props;
  const owned = problem.owner !== null;
  return (
    <li
      className="problem-row"
      data-severity={owned ? 'owned' : problem.severity}
      data-open={props.open}
      {...props.row}
    >
      <span className="problem-row__bar" aria-hidden="true" />
      <StatusMark state={stateOfAlert(problem)} />
      <div className="problem-row__what">
        <Link to={props.to} className="problem-row__title cut" preventScrollReset>
          {problem.title}
        </Link>
        <div className="second cut">{secondLine(problem, t)}</div>
      </div>
      <div className="problem-row__evidence">
        <Evidence {...props} />
      </div>
      <div className="problem-row__reflex">
        <ReflexChip problem={problem} />
      </div>
      <span className="problem-row__age mute">{formatDuration(nowMs - Date.parse(problem.openedAt))}</span>
      <span className="problem-row__who cut">{problem.owner ?? t('problems.noOne')}</span>
      <div className="problem-row__thumbs">
        <Link to={`/problems/${problem.id}`}>{t('problems.open')}</Link>
        {!owned && (
          <button type="button" onClick={() => props.onTake(problem.id)}>
            {t('problems.take')}
          </button>
        )}
      </div>
    </li>
  );
}

function secondLine(problem: Problem, t: TFunction): string {
  return [
    problem.host ? `${problem.host.name} · ${problem.host.cluster}` : null,
    problem.evidence.detail ?? problem.evidence.summary,
    problem.pagesSent > 0 ? t('problems.pages', { count: problem.pagesSent }) : null,
    problem.reopened > 0 ? t('problems.reopened', { count: problem.reopened }) : null,
  ]
    .filter(Boolean)
    .join(' · ');
}

function Evidence({ problem, points, nowMs }: ProblemRowProps) {
  if (points && points.length > 1) {
    return <Sparkline points={points.map(([at, value]) => [at, value] as const)} limit={problem.threshold} />;
  }
  if (problem.checkHistory.length === 0) return null;
  const cells = problem.checkHistory.map((result) => ({
    state: result.state,
    title: `${dateTime(result.at, nowMs)} ${result.state}`,
  }));
  return <HistoryStrip cells={cells} count={24} label={problem.check?.name ?? ''} />;
}

export function ReflexChip({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  if (!problem.reflexStatus) {
    return problem.owner ? null : <span className="chip chip--off">{t('problems.reflex.none')}</span>;
  }
  const outline = problem.reflexStatus === 'fixing' || problem.reflexStatus === 'verifying';
  return (
    <span
      className={`chip chip--${toneOfReflex(problem.reflexStatus)} ${outline ? 'chip--owned' : ''}`}
      title={problem.reflexSummary ?? undefined}
    >
      <span className="cut">{t(`problems.reflex.${problem.reflexStatus}`)}</span>
    </span>
  );
}
