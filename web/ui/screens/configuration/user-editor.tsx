// Adds or changes a person: name, role, password.

import { PasswordInput, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '#web/contract/users.ts';
import { useChangeUser, useCreateUser, useDeleteUser } from '../../data/people.ts';
import { useSession } from '../../data/session.tsx';
import { FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { useForm } from '../../parts/use-form.ts';
import { KindCards } from './object-list.tsx';

export const ROLES = ['viewer', 'operator', 'engineer', 'admin'] as const;

export function UserEditor({ user, onClose }: { user?: User; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const form = useForm({
    name: user?.name ?? '',
    login: user?.login ?? '',
    email: user?.email ?? '',
    role: user?.role ?? ('operator' as User['role']),
    password: '',
    disabled: user?.disabled ?? false,
  });
  const { values: draft, set } = form;
  const create = useCreateUser({ done: () => t('form.created'), onDone: onClose });
  const change = useChangeUser({ done: () => t('form.saved'), onDone: onClose });
  const remove = useDeleteUser({ done: () => t('form.deleted'), onDone: onClose });
  const oneself = user?.login === session.login;
  const save = (): void => {
    const { login, role, password, disabled } = draft;
    const name = draft.name.trim();
    const email = draft.email.trim() || null;
    if (user)
      change.mutate({ id: user.id, change: { name, email, role, disabled, ...(password === '' ? {} : { password }) } });
    else create.mutate({ name, login: login.trim(), role, password, ...(email ? { email } : {}) });
  };
  return (
    <ObjectForm
      title={
        user ? t('configuration.users.form.titleEdit', { name: user.name }) : t('configuration.users.form.titleNew')
      }
      submit={user ? t('form.save') : t('form.create')}
      error={create.error ?? change.error}
      busy={create.isPending || change.isPending}
      onSubmit={save}
      onClose={onClose}
      remove={
        user && !oneself ? { name: user.name, busy: remove.isPending, act: () => remove.mutate(user.id) } : undefined
      }
    >
      <FormRow>
        <TextInput label={t('configuration.users.form.name')} required {...form.text('name')} />
        <TextInput
          label={t('configuration.users.form.login')}
          required
          disabled={user !== undefined}
          autoComplete="off"
          {...form.text('login')}
        />
      </FormRow>
      <TextInput type="email" label={t('configuration.users.form.email')} {...form.text('email')} />
      <KindCards
        label={t('configuration.users.form.role')}
        kinds={ROLES.map((kind) => ({
          kind,
          title: t(`configuration.users.role.${kind}`),
          why: t(`configuration.users.roleWhy.${kind}`),
        }))}
        value={draft.role}
        onChange={(role) => set('role', role)}
      />
      <PasswordInput
        label={t(user ? 'configuration.users.form.passwordNew' : 'configuration.users.form.password')}
        description={t(user ? 'configuration.users.form.passwordKeep' : 'configuration.users.form.passwordWhy')}
        required={!user}
        minLength={10}
        autoComplete="new-password"
        {...form.text('password')}
      />
      {user && !oneself && <Switch label={t('configuration.users.form.disabled')} {...form.flag('disabled')} />}
    </ObjectForm>
  );
}
