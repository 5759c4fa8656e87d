// All services of a report as one number, and all hosts.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { AvailabilityRollUp } from '#web/contract/availability.ts';
import { percentText } from './report-question.ts';
import { ShareBar } from './share-bar.tsx';

export function RollUps({ rollUps, target }: { rollUps: readonly AvailabilityRollUp[]; target: number }) {
  const { t } = useTranslation();
  return (
    <div className="roll-ups">
      {rollUps.map((rollUp) => (
        <section
          key={rollUp.object}
          className="card roll-up"
          aria-label={t(rollUp.object === 'host' ? 'availability.hosts' : 'availability.services')}
        >
          <h2>{t(rollUp.object === 'host' ? 'availability.hosts' : 'availability.services')}</h2>
          <p className="roll-up__percent">
            {percentText(rollUp.percentWithoutDowntime)} <span className="second">%</span>
          </p>
          <p className="second">
            {percentText(rollUp.percent)} % {t('availability.column.with').toLowerCase()}
          </p>
          <ShareBar states={rollUp.states} />
          <p className="second">
            {t('availability.targetIs', { target })}: {rollUp.met} {t('availability.met')}
            {rollUp.missed > 0 && (
              <b className="tone-crit">
                {', '}
                {rollUp.missed} {t('availability.missed')}
              </b>
            )}
            {rollUp.undetermined > 0 && `, ${rollUp.undetermined} ${t('availability.undetermined')}`}
          </p>
          {rollUp.worst && (
            <p className="second">
              {t('availability.worst')}{' '}
              <Link className="link" to={`/checks/${rollUp.worst.checkId}`}>
                {rollUp.worst.name}
              </Link>{' '}
              {percentText(Math.floor(rollUp.worst.percent * 1000) / 1000)} %
            </p>
          )}
        </section>
      ))}
    </div>
  );
}
