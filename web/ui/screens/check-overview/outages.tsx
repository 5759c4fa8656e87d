// Hosts that are down, by how much they take with them.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CheckOverview } from '#web/contract/check-views.ts';
import { Icon } from '../../parts/icon.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { checksPath, quotedValue } from '../checks/filter-terms.ts';
import '../../parts/grid-table.css';

const SHOWN = 6;

export function Outages({ outages }: { outages: CheckOverview['outages'] }) {
  const { t } = useTranslation();
  return (
    <section className="card" aria-label={t('checks.overview.outages')}>
      <table className="grid-table">
        <thead>
          <tr>
            <th>{t('checks.overview.outages')}</th>
            <th className="grid-table__num">{t('checks.overview.hostsBeneath')}</th>
            <th className="grid-table__num">{t('checks.overview.servicesBeneath')}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {outages.slice(0, SHOWN).map((outage) => (
            <tr key={outage.checkId}>
              <td className="grid-table__main">
                <span className="outage">
                  <StatusMark state="down" />
                  <Link to={`/checks/${outage.checkId}`}>{outage.hostName}</Link>
                  {outage.isHandled && (
                    <span className="check-mark">
                      <Icon name="hand" size={13} />
                      {t('checks.overview.handled')}
                    </span>
                  )}
                </span>
              </td>
              <td className="grid-table__num num" data-label={t('checks.overview.hostsBeneath')}>
                <Link className="quiet-link" to={checksPath(`object:host under:${quotedValue(outage.hostName)}`)}>
                  {outage.hosts.toLocaleString()}
                </Link>
              </td>
              <td className="grid-table__num num" data-label={t('checks.overview.servicesBeneath')}>
                {outage.services.toLocaleString()}
              </td>
              <td className="grid-table__act">
                <Link className="link" to={`/checks/map?host=${outage.hostId}`}>
                  {t('checks.showOnMap')}
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
