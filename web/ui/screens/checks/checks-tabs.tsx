// The ways to look at all checks: one by one, counted, and by what needs what.

import { useTranslation } from 'react-i18next';
import { Tabs } from '../../parts/tabs.tsx';

export function ChecksTabs() {
  const { t } = useTranslation();
  return (
    <div className="checks-tabs">
      <Tabs
        label={t('checks.tab.label')}
        tabs={[
          { to: '/checks', label: t('checks.tab.list'), end: true },
          { to: '/checks/overview', label: t('checks.tab.overview') },
          { to: '/checks/map', label: t('checks.tab.map') },
          { to: '/checks/downtimes', label: t('checks.tab.downtimes') },
          { to: '/checks/availability', label: t('checks.tab.availability') },
        ]}
      />
    </div>
  );
}
