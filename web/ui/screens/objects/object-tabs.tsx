// Links between the pages of monitoring objects.

import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { useMay } from '../../data/session.tsx';

/** Where one is among the pages of objects. */
export function ObjectTabs() {
  const { t } = useTranslation();
  const engineer = useMay('engineer');
  return (
    <nav className="objects-tabs" aria-label={t('objects.title')}>
      <NavLink to="/configuration/objects" end>
        {t('objects.sets.title')}
      </NavLink>
      <NavLink to="/configuration/objects/all">{t('objects.browse')}</NavLink>
      {engineer && <NavLink to="/configuration/objects/rules">{t('objects.rules')}</NavLink>}
    </nav>
  );
}
