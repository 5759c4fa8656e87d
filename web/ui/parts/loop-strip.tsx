// Sensed → judged → acted → verified, with the time and one fact of each: what no
// other tool can show. Steps that have not happened are drawn hollow.

import { useTranslation } from 'react-i18next';
import type { LoopStep, LoopStrip as Loop } from '#web/contract/alerting.ts';
import { clockTime } from '../format/time.ts';
import type { Tone } from './tone.ts';
import './loop-strip.css';

const STEPS = ['sensed', 'judged', 'acted', 'verified'] as const;
type StepName = (typeof STEPS)[number];

export function LoopStrip({ loop }: { loop: Loop }) {
  const { t } = useTranslation();
  return (
    <ol className="card loop-strip" aria-label={t('loop.label')}>
      {STEPS.map((name) => (
        <li
          key={name}
          className={`loop-strip__step tone-${toneOfStep(name, loop[name])}`}
          data-status={loop[name].status}
        >
          <span className="loop-strip__dot" aria-hidden="true" />
          <b>
            {t(`loop.${name}`)} {loop[name].at ? clockTime(loop[name].at) : ''}
          </b>
          <span className="loop-strip__fact">{loop[name].summary || t(`loop.status.${loop[name].status}`)}</span>
          {loop[name].detail !== '' && <span className="loop-strip__detail">{loop[name].detail}</span>}
        </li>
      ))}
    </ol>
  );
}

/** Sensing and judging speak of the trouble, acting of Plexus, verifying of the outcome. */
function toneOfStep(name: StepName, step: LoopStep): Tone {
  switch (step.status) {
    case 'waiting':
    case 'none':
      return 'off';
    case 'running':
      return 'act';
    case 'failed':
      return 'crit';
    case 'refused':
      return 'warn';
    case 'done':
      return name === 'acted' ? 'act' : name === 'verified' ? 'ok' : 'crit';
    default:
      return step.status satisfies never;
  }
}
