// Writes a check: where, what, how often, and how its results count. It can be tried before it is saved.

import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { CheckDetail } from '#web/contract/checks.ts';
import { useChangeCheck, useCreateCheck, useDeleteCheck } from '../../data/check-actions.ts';
import { useCheckKinds } from '../../data/checks.ts';
import { useHosts } from '../../data/hosts.ts';
import { FormPart, FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { useForm } from '../../parts/use-form.ts';
import { draftOf, settingsToSend, type CheckDraft } from './check-draft.ts';
import { CountingFields } from './counting-fields.tsx';
import { KindPicker } from './kind-picker.tsx';
import { SpecFields } from './spec-fields.tsx';
import { beginSpec, layOut } from './spec-layout.ts';
import { fieldsOf, specToSend, type NamedField } from './spec-schema.ts';
import { JsonField } from './spec-text-fields.tsx';
import { TestPanel } from './test-panel.tsx';
import './checks.css';
import './check-editor.css';
import './check-page.css';

interface CheckEditorProps {
  /** Absent for a new check. */
  check?: CheckDetail;
  hostId?: string;
  onClose: () => void;
}

export function CheckEditor({ check, hostId = '', onClose }: CheckEditorProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const hosts = useHosts();
  const kinds = useCheckKinds().data?.items ?? [];
  const form = useForm(draftOf(check ?? null, hostId));
  const { values: draft, set } = form;
  const create = useCreateCheck({ done: () => t('form.created'), onDone: (made) => void go(`/checks/${made.id}`) });
  const change = useChangeCheck({ done: () => t('form.saved'), onDone: onClose });
  const remove = useDeleteCheck({ done: () => t('form.deleted'), onDone: () => void go('/checks') });

  const fields = fieldsOf(kinds.find(({ kind }) => kind === draft.kind)?.specSchema);
  // A new check begins with the defaults of its kind until something is typed.
  const spec = check || !fields || Object.keys(draft.spec).length > 0 ? draft.spec : beginSpec(draft.kind, fields);
  const sent = fields ? specToSend(fields, spec) : spec;
  const save = (): void => {
    const { name, intervalSec, retryIntervalSec, maxAttempts, timeoutSec, enabled } = draft;
    const rhythm = { intervalSec, retryIntervalSec, maxAttempts, timeoutSec, enabled };
    const common = { name: name.trim(), spec: sent, settings: settingsToSend(draft.settings), ...rhythm };
    if (check) change.mutate({ id: check.id, change: { ...common, version: check.version } });
    else create.mutate({ ...common, hostId: draft.hostId, kind: draft.kind });
  };
  const { hostId: where, kind, timeoutSec } = draft;
  const isReady = where !== '' && (fields ?? []).every((one) => !one.isRequired || sent[one.name] !== undefined);
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
        <KindPicker
          kinds={kinds}
          value={draft.kind}
          onChange={(next) => form.setAll((before) => ({ ...before, kind: next, spec: {} }))}
        />
      )}
      <FormPart title={t('checks.form.what')}>
        {fields ? (
          <KindFields key={kind} kind={kind} fields={fields} spec={spec} onChange={(next) => set('spec', next)} />
        ) : (
          <JsonField
            label={t('checks.form.settings')}
            description={undefined}
            required
            value={spec}
            onChange={(next) => set('spec', (next ?? {}) as CheckDraft['spec'])}
          />
        )}
      </FormPart>
      <TestPanel
        draft={
          isReady
            ? {
                hostId: where,
                name: draft.name.trim() || kind,
                kind,
                spec: sent,
                timeoutSec,
                ...(check && { checkId: check.id }),
              }
            : null
        }
      />
      <When form={form} />
      <details className="fold">
        <summary>{t('checks.form.counting')}</summary>
        <CountingFields
          object={check?.object ?? 'service'}
          settings={draft.settings}
          onChange={(settings) => set('settings', settings)}
        />
      </details>
    </ObjectForm>
  );
}

interface KindFieldsProps {
  kind: string;
  fields: readonly NamedField[];
  spec: CheckDraft['spec'];
  onChange: (spec: CheckDraft['spec']) => void;
}

function KindFields({ kind, fields, spec, onChange }: KindFieldsProps) {
  const { t } = useTranslation();
  const { open, folded } = layOut(kind, fields);
  return (
    <>
      <SpecFields fields={open} spec={spec} onChange={onChange} />
      {kind === 'metric' && <p className="second">{t('checks.form.range')}</p>}
      {folded.length > 0 && (
        <details className="fold">
          <summary>{t('checks.form.moreSettings', { count: folded.length })}</summary>
          <SpecFields fields={folded} spec={spec} onChange={onChange} />
        </details>
      )}
    </>
  );
}

function When({ form }: { form: ReturnType<typeof useForm<CheckDraft>> }) {
  const { t } = useTranslation();
  const seconds = { suffix: ` ${t('form.seconds')}`, min: 1, max: 86_400 };
  return (
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
  );
}
