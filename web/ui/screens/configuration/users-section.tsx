// Who may log in.

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '#web/contract/users.ts';
import { useUsers } from '../../data/people.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { ObjectList } from './object-list.tsx';
import { UserEditor } from './user-editor.tsx';

export function UsersSection() {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const users = useUsers();
  const [open, setOpen] = useState<User | 'new' | null>(null);
  return (
    <>
      <ObjectList
        title={t('configuration.sections.users')}
        note={t('configuration.users.note')}
        query={users}
        add={{ label: t('configuration.users.add'), act: () => setOpen('new') }}
        empty={{ title: t('configuration.users.add') }}
      >
        {(entries) => (
          <table className="grid-table">
            <thead>
              <tr>
                <th>{t('configuration.users.column.name')}</th>
                <th>{t('configuration.users.column.role')}</th>
                <th>{t('configuration.users.column.email')}</th>
                <th>{t('configuration.users.column.last')}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((user) => (
                <tr key={user.id} className={user.disabled ? 'grid-table__off' : ''}>
                  <td className="grid-table__main">
                    <button type="button" onClick={() => setOpen(user)}>
                      {user.name}
                    </button>
                    <div className="second">
                      {user.login}
                      {user.disabled && ` · ${t('configuration.users.disabled')}`}
                    </div>
                  </td>
                  <td>{t(`configuration.users.role.${user.role}`)}</td>
                  <td className="mute">{user.email}</td>
                  <td className="mute" data-label={t('configuration.users.column.last')}>
                    {user.lastLoginAt ? dateTime(user.lastLoginAt, nowMs) : t('form.never')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </ObjectList>
      {open && (
        <UserEditor
          key={open === 'new' ? 'new' : open.id}
          {...(open === 'new' ? {} : { user: open })}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}
