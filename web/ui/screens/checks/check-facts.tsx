// A check in one line: attempt, rhythm, last and next run, how long it took, where it ran.

import { Trans, useTranslation } from 'react-i18next';
import type { CheckDetail } from '#web/contract/checks.ts';
import { useNow } from '../../data/use-now.ts';
import { formatDuration, formatElapsed } from '../../format/time.ts';

/** Runs are late by some milliseconds always; this much is worth a word. */
const LATE_SEC = 1;

export function CheckFacts({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const nowMs = useNow();
  const ago = (at: string): string => t('form.ago', { age: formatDuration(nowMs - Date.parse(at)) });
  return (
    <div className="facts check-facts">
      {!check.enabled && <span className="tone-warn">{t('checks.fact.off')}</span>}
      {check.lastChangeAt && (
        <span>
          {t('checks.fact.since')} <b>{formatDuration(nowMs - Date.parse(check.lastChangeAt))}</b>
        </span>
      )}
      <span>
        <Trans
          i18nKey="checks.fact.attempt"
          values={{ attempt: check.attempt, max: check.maxAttempts }}
          components={{ b: <b /> }}
        />
        {' · '}
        {t(`checks.fact.${check.stateType}`)}
      </span>
      <span>
        <Trans
          i18nKey="checks.fact.every"
          values={{ every: formatDuration(check.intervalSec * 1000) }}
          components={{ b: <b /> }}
        />
      </span>
      {check.lastCheckAt && (
        <span>
          {t('checks.fact.last')} <b>{ago(check.lastCheckAt)}</b>
        </span>
      )}
      {check.executionSec !== null && (
        <span>
          {t('checks.fact.took')} <b>{formatElapsed(check.executionSec * 1000)}</b>
        </span>
      )}
      {check.latencySec !== null && check.latencySec >= LATE_SEC && (
        <span className="tone-warn">
          {t('checks.fact.late')} <b>{formatElapsed(check.latencySec * 1000)}</b>
        </span>
      )}
      {check.nextCheckAt && check.enabled && (
        <span>
          {t('checks.fact.next')}{' '}
          <b>{t('form.in', { age: formatDuration(Math.max(0, Date.parse(check.nextCheckAt) - nowMs)) })}</b>
        </span>
      )}
      {check.checkedBy !== '' && (
        <span>
          {t('checks.fact.by')} <b>{check.checkedBy}</b>
          {check.via !== 'active' && ` (${check.via})`}
        </span>
      )}
      {check.flapping && (
        <span className="tone-warn">{t('checks.fact.changes', { percent: Math.round(check.changePercent) })}</span>
      )}
    </div>
  );
}
