// Login and password.

import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLogin } from '../../data/session.tsx';
import { DoorFrame } from './door-frame.tsx';

export default function LoginScreen() {
  const { t } = useTranslation();
  const enter = useLogin();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const send = (event: FormEvent): void => {
    event.preventDefault();
    enter.mutate({ login: login.trim(), password });
  };
  const refused = enter.error && (enter.error.status === 401 ? t('login.failed') : enter.error.message);
  return (
    <DoorFrame title={t('login.title')} error={refused ?? undefined} note={t('login.forgot')}>
      <form onSubmit={send} className="stack">
        <TextInput
          label={t('login.login')}
          required
          autoFocus
          autoComplete="username"
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('login.password')}
          required
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" variant="filled" fullWidth loading={enter.isPending}>
          {t('login.go')}
        </Button>
      </form>
    </DoorFrame>
  );
}
