// What can be done with the hosts that a box or the keys selected.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { useFindHostIds } from '../../data/grid.ts';
import { comparePath } from '../../data/host-name.ts';
import { useMay } from '../../data/session.tsx';
import { MOST_HOSTS } from '../graphs/compared-hosts.ts';
import type { HeatCell } from './heat-plan.ts';

// 36 letters an id: as long as an address may safely be.
const MOST_IN_RUN = 200;
const NAMES_SHOWN = 5;

export function HeatSelection({ cells, onClear }: { cells: readonly HeatCell[]; onClear(): void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const mayRun = useMay('operator');
  const find = useFindHostIds({ onDone: (ids) => void go(`/jobs/new?hosts=${ids.join(',')}`) });
  const more = cells.length - NAMES_SHOWN;
  const names = cells.slice(0, NAMES_SHOWN).map((cell) => cell.host);
  return (
    <div className="heat-selection" role="status">
      <span className="strong">{t('heat.selected', { count: cells.length })}</span>
      <span className="second cut">
        {names.join(', ')} {more > 0 && t('blast.more', { count: more })}
      </span>
      <span className="heat-selection__actions">
        {cells.length > MOST_HOSTS ? (
          <span className="second">{t('heat.tooManyToCompare', { most: MOST_HOSTS })}</span>
        ) : (
          <Button component={Link} to={comparePath(cells)}>
            {t('heat.compare')}
          </Button>
        )}
        {mayRun &&
          (cells.length > MOST_IN_RUN ? (
            <span className="second">{t('heat.tooManyToRun', { most: MOST_IN_RUN })}</span>
          ) : (
            <Button loading={find.isPending} onClick={() => find.mutate(cells)}>
              {t('hosts.runJob')}
            </Button>
          ))}
        <Button variant="subtle" onClick={onClear}>
          {t('heat.clear')}
        </Button>
      </span>
    </div>
  );
}
