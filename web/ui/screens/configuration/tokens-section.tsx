// API tokens: made, shown once, revoked.

import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiToken } from '#web/contract/users.ts';
import { useCreateToken, useDeleteToken, useTokens } from '../../data/people.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { CopyLine } from '../../parts/copy-line.tsx';
import { personName } from '../../parts/event-words.ts';
import { ObjectForm } from '../../parts/object-form.tsx';
import { SidePanel } from '../../parts/side-panel.tsx';
import { useForm } from '../../parts/use-form.ts';
import { KindCards, ObjectList } from './object-list.tsx';
import { ROLES } from './user-editor.tsx';

export function TokensSection() {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const tokens = useTokens();
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<ApiToken | null>(null);
  const remove = useDeleteToken({ done: () => t('configuration.tokens.revoked'), onDone: () => setRevoking(null) });
  return (
    <>
      <ObjectList
        title={t('configuration.sections.tokens')}
        note={t('configuration.tokens.note')}
        query={tokens}
        add={{ label: t('configuration.tokens.add'), act: () => setAdding(true) }}
        empty={{ title: t('configuration.tokens.none'), reason: t('configuration.tokens.noneWhy') }}
      >
        {(entries) => (
          <table className="grid-table">
            <thead>
              <tr>
                <th>{t('configuration.tokens.column.name')}</th>
                <th>{t('configuration.tokens.column.role')}</th>
                <th>{t('configuration.tokens.column.by')}</th>
                <th>{t('configuration.tokens.column.expires')}</th>
                <th>{t('configuration.tokens.column.used')}</th>
                <th>
                  <span className="sr-only">{t('configuration.tokens.revoke')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((token) => (
                <tr key={token.id}>
                  <td className="strong">{token.name}</td>
                  <td>{t(`configuration.users.role.${token.role}`)}</td>
                  <td className="mute" data-label={t('configuration.tokens.column.by')}>
                    {personName(token.createdBy)}
                  </td>
                  <td className="mute" data-label={t('configuration.tokens.column.expires')}>
                    {token.expiresAt ? dateTime(token.expiresAt, nowMs) : t('form.never')}
                  </td>
                  <td className="mute" data-label={t('configuration.tokens.column.used')}>
                    {token.lastUsedAt ? dateTime(token.lastUsedAt, nowMs) : t('form.never')}
                  </td>
                  <td className="grid-table__act">
                    <Button size="xs" data-danger onClick={() => setRevoking(token)}>
                      {t('configuration.tokens.revoke')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </ObjectList>
      {adding && <TokenForm onClose={() => setAdding(false)} />}
      {revoking && (
        <ConfirmBlast
          title={t('configuration.tokens.revokeTitle', { name: revoking.name })}
          confirm={t('configuration.tokens.revoke')}
          danger
          busy={remove.isPending}
          onConfirm={() => remove.mutate(revoking.id)}
          onClose={() => setRevoking(null)}
        >
          {t('configuration.tokens.revokeWhy')}
        </ConfirmBlast>
      )}
    </>
  );
}

const DAYS = ['30', '90', '365', '0'] as const;
const DAY_SEC = 86_400;

function TokenForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const create = useCreateToken();
  const form = useForm({ name: '', role: 'viewer' as ApiToken['role'], days: '90' });
  if (create.data) {
    return (
      <SidePanel title={t('configuration.tokens.form.title')} over="page" onClose={onClose}>
        <div className="stack">
          <p>{t('configuration.tokens.form.made')}</p>
          <CopyLine text={create.data.token} label={t('configuration.tokens.form.title')} />
          <div>
            <Button variant="filled" onClick={onClose}>
              {t('configuration.tokens.form.done')}
            </Button>
          </div>
        </div>
      </SidePanel>
    );
  }
  const save = (): void => {
    const days = Number(form.values.days);
    const { name, role } = form.values;
    create.mutate({ name: name.trim(), role, ...(days === 0 ? {} : { expiresInSec: days * DAY_SEC }) });
  };
  return (
    <ObjectForm
      title={t('configuration.tokens.form.title')}
      submit={t('form.create')}
      error={create.error}
      busy={create.isPending}
      onSubmit={save}
      onClose={onClose}
    >
      <TextInput label={t('configuration.tokens.form.name')} required {...form.text('name')} />
      <KindCards
        label={t('configuration.tokens.form.role')}
        kinds={ROLES.map((kind) => ({
          kind,
          title: t(`configuration.users.role.${kind}`),
          why: t(`configuration.users.roleWhy.${kind}`),
        }))}
        value={form.values.role}
        onChange={(role) => form.set('role', role)}
      />
      <Select
        label={t('configuration.tokens.form.expires')}
        data={DAYS.map((value) => ({ value, label: t(`configuration.tokens.form.days.${value}`) }))}
        value={form.values.days}
        onChange={(value) => value && form.set('days', value)}
      />
    </ObjectForm>
  );
}
