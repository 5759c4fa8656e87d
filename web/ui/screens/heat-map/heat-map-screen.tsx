// All hosts on one screen, each a cell: by state, or by any metric now and over the last day.

import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useGrid } from '../../data/grid.ts';
import { FilterBox } from '../../parts/filter-box.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { HostsTabs } from '../hosts/hosts-tabs.tsx';
import { HeatBoard } from './heat-board.tsx';
import { MetricSelect } from './metric-select.tsx';
import '../hosts/hosts.css';

const NO_METRICS: readonly string[] = [];

export default function HeatMapScreen() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const grid = useGrid(NO_METRICS).data;
  const metric = params.get('metric');
  return (
    <>
      <PageHead
        title={t('hosts.title')}
        note={grid && t('hosts.count', { up: grid.hostsUp, known: grid.hostsUp + grid.hostsDown })}
      />
      <HostsTabs />
      <div className="filter-bar">
        <MetricSelect
          withState
          value={metric}
          onChange={(name) =>
            setParams(
              (before) => {
                if (name === null) before.delete('metric');
                else before.set('metric', name);
                return before;
              },
              { replace: true },
            )
          }
        />
        <FilterBox placeholder={t('heat.filter')} />
      </div>
      <HeatBoard metric={metric} height={620} />
    </>
  );
}
