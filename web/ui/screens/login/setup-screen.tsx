// The first start: names the administrator. The server closes this door for good afterwards.

import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useSetup } from '../../data/session.tsx';
import { DoorFrame } from './door-frame.tsx';

export default function SetupScreen() {
  const { t } = useTranslation();
  const setup = useSetup();
  const [form, setForm] = useState({ name: '', login: 'admin', email: '', password: '' });
  const field = (name: keyof typeof form) => ({
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value }),
    error: setup.error?.fields[name],
  });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    const { email, ...rest } = form;
    setup.mutate(email.trim() === '' ? rest : { ...rest, email: email.trim() });
  };
  return (
    <DoorFrame title={t('setup.title')} lead={t('setup.lead')} error={setup.error?.message}>
      <form onSubmit={send} className="stack">
        <TextInput label={t('setup.name')} required autoComplete="name" autoFocus {...field('name')} />
        <TextInput label={t('setup.login')} required autoComplete="username" {...field('login')} />
        <TextInput
          label={t('setup.email')}
          description={t('setup.emailWhy')}
          type="email"
          autoComplete="email"
          {...field('email')}
        />
        <PasswordInput
          label={t('setup.password')}
          description={t('setup.passwordWhy')}
          required
          minLength={10}
          autoComplete="new-password"
          {...field('password')}
        />
        <Button type="submit" variant="filled" fullWidth loading={setup.isPending}>
          {t('setup.go')}
        </Button>
      </form>
    </DoorFrame>
  );
}
