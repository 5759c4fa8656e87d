// Runs what the form holds once, without saving it, and shows all that came of it.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CheckDraft, CheckTrial } from '#web/contract/check-actions.ts';
import { useTestCheck } from '../../data/check-actions.ts';
import { formatElapsed } from '../../format/time.ts';
import { StatusMark } from '../../parts/status-mark.tsx';
import { PerfdataTable } from './perfdata-table.tsx';

/** `draft` is null while something that is needed is missing. */
export function TestPanel({ draft }: { draft: CheckDraft | null }) {
  const { t } = useTranslation();
  const trial = useTestCheck();
  return (
    <section className="test-panel" aria-label={t('checks.test.title')} aria-live="polite">
      <div className="test-panel__head">
        <div>
          <p className="strong">{t('checks.test.title')}</p>
          <p className="second">{t(draft ? 'checks.test.why' : 'checks.test.missing')}</p>
        </div>
        <Button disabled={!draft} loading={trial.isPending} onClick={() => draft && trial.mutate(draft)}>
          {t('checks.test.run')}
        </Button>
      </div>
      {trial.error && (
        <p className="object-form__error" role="alert">
          {trial.error.message}
        </p>
      )}
      {trial.data && !trial.isPending && <Trial trial={trial.data} />}
    </section>
  );
}

function Trial({ trial }: { trial: CheckTrial }) {
  const { t } = useTranslation();
  return (
    <>
      <p className="test-panel__verdict">
        <StatusMark state={trial.state} />
        <span>{trial.output || t('checks.test.silent')}</span>
        <span className="second">{formatElapsed(trial.executionSec * 1000)}</span>
      </p>
      {trial.longOutput !== '' && <pre className="code-block">{trial.longOutput}</pre>}
      {trial.command !== null && (
        <>
          <p className="second">{t('checks.command')}</p>
          <pre className="code-block">{trial.command}</pre>
        </>
      )}
      {trial.perfdata.length > 0 && <PerfdataTable items={trial.perfdata} />}
      {trial.perfdataSkipped > 0 && (
        <p className="second tone-warn">{t('checks.test.skipped', { count: trial.perfdataSkipped })}</p>
      )}
    </>
  );
}
