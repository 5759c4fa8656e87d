// One's own password and colours.

import { Button, PasswordInput, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useChangePassword, useSession } from '../../data/session.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { useForm } from '../../parts/use-form.ts';

export function ProfileSection() {
  const { t } = useTranslation();
  const session = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const form = useForm({ current: '', next: '' });
  const change = useChangePassword(() => t('configuration.profile.changed'));
  const save = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate(form.values, { onSuccess: () => form.setAll({ current: '', next: '' }) });
  };
  return (
    <>
      <PageHead
        title={session.name}
        note={t('configuration.profile.signedIn', {
          login: session.login,
          role: t(`configuration.users.role.${session.role}`),
        })}
      />
      <div className="stack" style={{ maxWidth: 460 }}>
        <section className="card">
          <div className="card__head">
            <h2>{t('configuration.profile.password')}</h2>
          </div>
          <form className="card__body stack" onSubmit={save}>
            {change.error && (
              <p className="tone-crit" role="alert">
                {change.error.message}
              </p>
            )}
            <PasswordInput
              label={t('configuration.profile.current')}
              required
              autoComplete="current-password"
              {...form.text('current')}
            />
            <PasswordInput
              label={t('configuration.profile.next')}
              description={t('configuration.profile.nextWhy')}
              required
              minLength={10}
              autoComplete="new-password"
              {...form.text('next')}
            />
            <div>
              <Button type="submit" variant="filled" loading={change.isPending}>
                {t('configuration.profile.change')}
              </Button>
            </div>
          </form>
        </section>
        <section className="card">
          <div className="card__head">
            <h2>{t('configuration.profile.colours')}</h2>
          </div>
          <div className="card__body">
            <SegmentedControl
              aria-label={t('configuration.profile.colours')}
              value={colorScheme}
              onChange={(value) => setColorScheme(value === 'light' || value === 'dark' ? value : 'auto')}
              data={[
                { value: 'light', label: t('shell.themeLight') },
                { value: 'dark', label: t('shell.themeDark') },
                { value: 'auto', label: t('shell.themeAuto') },
              ]}
            />
          </div>
        </section>
      </div>
    </>
  );
}
