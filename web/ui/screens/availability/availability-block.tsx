// The last day, week, month and year of one check, with downtime and without: for its page and
// that of its host.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCheckAvailability } from '../../data/availability.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { percentText } from './report-question.ts';
import { ShareBar } from './share-bar.tsx';
import './availability.css';

const SPANS = ['1', '7', '30', '365'] as const;

export function AvailabilityBlock({ checkId }: { checkId: string }) {
  const { t } = useTranslation();
  const availability = useCheckAvailability(checkId);
  return (
    <section className="card" aria-label={t('availability.block.title')}>
      <div className="card__head">
        <h2>{t('availability.block.title')}</h2>
        <Link className="link small" to={`/checks/availability?open=${checkId}`}>
          {t('availability.block.report')}
        </Link>
      </div>
      <LoadGate query={availability} rows={3}>
        {({ spans }) => (
          <table className="availability-block">
            <thead>
              <tr>
                <th>
                  <span className="sr-only">{t('availability.range.label')}</span>
                </th>
                <th>{t('availability.column.share')}</th>
                <th>{t('availability.column.without')}</th>
                <th>{t('availability.column.with')}</th>
              </tr>
            </thead>
            <tbody>
              {spans.map(({ from, percent, percentWithoutDowntime, states }, at) => (
                <tr key={from}>
                  <th scope="row">{t(`availability.block.span.${SPANS[at] ?? '365'}`)}</th>
                  <td>
                    <ShareBar states={states} />
                  </td>
                  <td>{percentText(percentWithoutDowntime)}</td>
                  <td className="mute">{percentText(percent)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </LoadGate>
    </section>
  );
}
