// Writes a check: where, what, and how often. Each kind has the fields it needs and no others.

import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Check } from '#web/contract/checks.ts';
import { useChangeCheck, useCreateCheck, useDeleteCheck } from '../../data/checks.ts';
import { useHosts } from '../../data/hosts.ts';
import { FormPart, FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { useForm } from '../../parts/use-form.ts';
import { draftOf, specOf } from './check-draft.ts';
import { CheckSpecFields } from './check-spec-fields.tsx';
import './checks.css';

const KINDS = ['http', 'tcp', 'metric', 'plugin'] as const;

interface CheckEditorProps {
  /** Absent for a new check. */
  check?: Check;
  hostId?: string;
  onClose: () => void;
}

export function CheckEditor({ check, hostId = '', onClose }: CheckEditorProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const hosts = useHosts();
  const form = useForm(draftOf(check ?? null, hostId));
  const { values: draft, set } = form;
  const create = useCreateCheck({ done: () => t('form.created'), onDone: (made) => void go(`/checks/${made.id}`) });
  const change = useChangeCheck({ done: () => t('form.saved'), onDone: onClose });
  const remove = useDeleteCheck({ done: () => t('form.deleted'), onDone: () => void go('/checks') });

  const save = (): void => {
    const { name, intervalSec, retryIntervalSec, maxAttempts, timeoutSec, enabled } = draft;
    const common = {
      name: name.trim(),
      spec: specOf(draft, check ?? null),
      intervalSec,
      retryIntervalSec,
      maxAttempts,
      timeoutSec,
      enabled,
    };
    if (check) change.mutate({ id: check.id, change: { ...common, version: check.version } });
    else create.mutate({ ...common, hostId: draft.hostId, kind: draft.kind });
  };
  const seconds = { suffix: ` ${t('form.seconds')}`, min: 1, max: 86_400 };
  return (
    <ObjectForm
      title={check ? t('checks.form.titleEdit', { name: check.name }) : t('checks.form.titleNew')}
      submit={check ? t('form.save') : t('form.create')}
      error={create.error ?? change.error}
      busy={create.isPending || change.isPending}
      onSubmit={save}
      onClose={onClose}
      remove={check && { name: check.name, busy: remove.isPending, act: () => remove.mutate(check.id) }}
    >
      <FormRow>
        <TextInput
          label={t('checks.form.name')}
          placeholder={t('checks.form.nameWhy')}
          required
          {...form.text('name')}
        />
        <Select
          label={t('checks.form.host')}
          required
          searchable
          disabled={check !== undefined}
          data={(hosts.data?.items ?? []).map((host) => ({ value: host.id, label: host.name }))}
          value={draft.hostId || null}
          onChange={(value) => set('hostId', value ?? '')}
        />
      </FormRow>
      {!check && (
        <div className="check-kinds" role="group" aria-label={t('checks.form.kind')}>
          {KINDS.map((kind) => (
            <button key={kind} type="button" aria-pressed={draft.kind === kind} onClick={() => set('kind', kind)}>
              <b>{t(`checks.kind.${kind}`)}</b>
              <span className="second">{t(`checks.kindWhy.${kind}`)}</span>
            </button>
          ))}
        </div>
      )}
      <FormPart title={t('checks.form.what')}>
        <CheckSpecFields form={form} />
      </FormPart>
      <FormPart title={t('checks.form.when')}>
        <FormRow>
          <NumberInput label={t('checks.form.every')} {...seconds} {...form.number('intervalSec')} />
          <NumberInput label={t('checks.form.timeout')} {...seconds} min={0.1} {...form.number('timeoutSec')} />
        </FormRow>
        <FormRow>
          <NumberInput label={t('checks.form.attempts')} min={1} max={100} {...form.number('maxAttempts')} />
          <NumberInput label={t('checks.form.retry')} {...seconds} {...form.number('retryIntervalSec')} />
        </FormRow>
        <Switch label={t('checks.form.enabled')} {...form.flag('enabled')} />
      </FormPart>
    </ObjectForm>
  );
}
