// What the check measured, each value beside its limits.

import { useTranslation } from 'react-i18next';
import type { PerfdataItem } from '#web/contract/checks.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { bulletOf } from './bullet-scale.ts';
import '../../parts/grid-table.css';

export function PerfdataTable({ items }: { items: readonly PerfdataItem[] }) {
  const { t } = useTranslation();
  return (
    <section className="card">
      <div className="card__head">
        <h2>{t('checks.perfdata')}</h2>
      </div>
      <table className="grid-table">
        <thead>
          <tr>
            <th>{t('checks.perf.label')}</th>
            <th className="grid-table__num">{t('checks.perf.now')}</th>
            <th>{t('checks.perf.scale')}</th>
            <th className="grid-table__num">{t('checks.perf.warn')}</th>
            <th className="grid-table__num">{t('checks.perf.crit')}</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => {
            const bullet = bulletOf(item);
            return (
              <tr key={item.label}>
                <td className="strong">{item.label}</td>
                <td className="grid-table__num num">
                  {item.value === null ? 'U' : formatQuantity(item.value, item.uom)}
                </td>
                <td className="perfdata__scale">
                  {bullet && (
                    <div className="bullet" aria-hidden="true">
                      <i style={{ width: `${bullet.value * 100}%` }} />
                      {bullet.warn !== null && (
                        <b style={{ left: `${bullet.warn * 100}%`, background: 'var(--warn)' }} />
                      )}
                      {bullet.crit !== null && (
                        <b style={{ left: `${bullet.crit * 100}%`, background: 'var(--crit)' }} />
                      )}
                    </div>
                  )}
                </td>
                <td className="grid-table__num num mute" data-label={t('checks.perf.warn')}>
                  {item.warn}
                </td>
                <td className="grid-table__num num mute" data-label={t('checks.perf.crit')}>
                  {item.crit}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
