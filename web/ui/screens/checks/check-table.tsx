// The few checks of one place as a plain table; all checks are in check-list.tsx.

import { useTranslation } from 'react-i18next';
import type { Check } from '#web/contract/checks.ts';
import { useNow } from '../../data/use-now.ts';
import { CheckCells } from './check-cells.tsx';
import { useKindTitle } from './kind-words.ts';
import '../../parts/grid-table.css';
import './checks.css';

export function CheckTable({ checks }: { checks: readonly Check[] }) {
  const nowMs = useNow(5000);
  const kindTitle = useKindTitle();
  return (
    <table className="grid-table check-table">
      <thead>
        <tr>
          <CheckHeads />
        </tr>
      </thead>
      <tbody>
        {checks.map((check) => (
          <tr key={check.id}>
            <CheckCells check={check} nowMs={nowMs} withHost={false} kindTitle={kindTitle} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function CheckHeads() {
  const { t } = useTranslation();
  return (
    <>
      <th>{t('checks.column.state')}</th>
      <th>{t('checks.column.check')}</th>
      <th>{t('checks.column.results')}</th>
      <th>{t('checks.column.output')}</th>
      <th className="grid-table__num">{t('checks.column.since')}</th>
      <th className="grid-table__num">{t('checks.column.last')}</th>
    </>
  );
}
