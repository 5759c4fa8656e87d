// Who is logged in, the colours, and the way out.

import { Menu, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useLogout, useSession } from './data/session.tsx';
import { Icon } from './parts/icon.tsx';

const SCHEMES = [
  { value: 'light', icon: 'sun', label: 'shell.themeLight' },
  { value: 'dark', icon: 'moon', label: 'shell.themeDark' },
  { value: 'auto', icon: 'screen', label: 'shell.themeAuto' },
] as const;

export function UserMenu() {
  const { t } = useTranslation();
  const session = useSession();
  const logout = useLogout();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const who = t('shell.signedInAs', { name: session.name, role: session.role });
  return (
    <Menu width={220}>
      <Menu.Target>
        <button type="button" className="icon-button" aria-label={who} title={who}>
          <Icon name="person" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{who}</Menu.Label>
        <Menu.Item component={Link} to="/configuration/profile" leftSection={<Icon name="edit" size={15} />}>
          {t('shell.profile')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Label>{t('shell.theme')}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            leftSection={<Icon name={scheme.icon} size={15} />}
            aria-current={colorScheme === scheme.value}
            fw={colorScheme === scheme.value ? 600 : 400}
            onClick={() => setColorScheme(scheme.value)}
          >
            {t(scheme.label)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" size={15} />} onClick={() => logout.mutate()}>
          {t('shell.logout')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
