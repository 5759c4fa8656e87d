// The three ways to look at all hosts: as a list, cluster by cluster, and as a map.

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Tabs } from '../../parts/tabs.tsx';

/** `children` stand at the end of the line, such as the range. */
export function HostsTabs({ children }: { children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="host-tabs">
      <Tabs
        label={t('grid.tab.label')}
        tabs={[
          { to: '/hosts', label: t('grid.tab.list'), end: true },
          { to: '/hosts/grid', label: t('grid.tab.grid') },
          { to: '/hosts/heat-map', label: t('grid.tab.heatMap') },
        ]}
      />
      {children}
    </div>
  );
}
