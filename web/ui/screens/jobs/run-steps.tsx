// The steps of a run in a row: which is done, which is at work; the script folds open.

import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { RunDetail } from '#web/contract/remediation.ts';
import type { Tone } from '../../parts/tone.ts';
import { toneOfRun } from '../../parts/tone.ts';

type Step = RunDetail['steps'][number];

export function RunSteps({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  return (
    <section className="card run-steps" aria-label={t('jobs.page.steps')}>
      {run.steps.map((step, at) => (
        <div key={at} className={`run-steps__step tone-${toneOfStep(run, at)}`}>
          <b>{step.name ?? t('jobs.page.step', { n: at + 1 })}</b>
          <span className="run-steps__what">{wordsOf(step, t)}</span>
          {step.type === 'script' && (
            <details>
              <summary className="second cut">
                <code>{firstLine(step.script)}</code>
              </summary>
              <pre className="code-block">{step.script}</pre>
            </details>
          )}
        </div>
      ))}
    </section>
  );
}

function toneOfStep(run: RunDetail, at: number): Tone {
  const over = run.status !== 'queued' && run.status !== 'running';
  if (at < run.currentStep) return 'ok';
  if (at > run.currentStep) return over && run.status === 'succeeded' ? 'ok' : 'off';
  return over ? toneOfRun(run.status) : 'act';
}

const firstLine = (script: string): string =>
  script.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#!') && !line.startsWith('set -')) ?? '';

function wordsOf(step: Step, t: TFunction): string {
  switch (step.type) {
    case 'script':
      return t('jobs.page.scriptStep', { interpreter: step.interpreter });
    case 'service':
      return t('jobs.page.serviceStep', { action: step.action, service: step.service });
    case 'release':
      return t('jobs.page.releaseStep', { action: step.action, app: step.app, version: step.version });
    case 'desired_state':
      return t('jobs.page.driftStep');
    default:
      return step satisfies never;
  }
}
