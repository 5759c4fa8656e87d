// Writes a reflex in the order in which it acts: when, do, unless, prove.

import { NumberInput, SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Reflex, ReflexCreate } from '#web/contract/remediation.ts';
import { useRules } from '../../data/rules.ts';
import { useChangeReflex, useCreateReflex, useDeleteReflex, useRunbooks } from '../../data/runbooks.ts';
import { FormPart, FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { TargetFields } from '../../parts/target-fields.tsx';
import { useForm } from '../../parts/use-form.ts';
import { InputFields, inputDefaults } from './input-fields.tsx';

const MINUTE = 60;

export function ReflexEditor({ reflex, onClose }: { reflex?: Reflex; onClose: () => void }) {
  const { t } = useTranslation();
  const rules = useRules();
  const runbooks = useRunbooks();
  const form = useForm({
    name: reflex?.name ?? '',
    trigger: reflex?.match.checkName ? 'check' : reflex && !reflex.match.ruleId ? 'any' : 'rule',
    ruleId: reflex?.match.ruleId ?? '',
    checkName: reflex?.match.checkName ?? '',
    target: { hostIds: reflex?.match.hostIds ?? [], groupIds: reflex?.match.groupIds ?? [] },
    runbookId: reflex?.runbookId ?? '',
    inputs: reflex?.inputs ?? {},
    cooldownMin: (reflex?.guard.cooldownSec ?? 600) / MINUTE,
    maxPerHour: reflex?.guard.maxPerHour ?? 3,
    onePerHost: reflex?.guard.onePerHost ?? true,
    withinSec: reflex?.verify.withinSec ?? 60,
    armed: reflex?.armed ?? true,
  });
  const { values: draft, set } = form;
  const create = useCreateReflex({ done: () => t('form.created'), onDone: onClose });
  const change = useChangeReflex({ done: () => t('form.saved'), onDone: onClose });
  const remove = useDeleteReflex({ done: () => t('form.deleted'), onDone: onClose });
  const runbook = runbooks.data?.items.find((entry) => entry.id === draft.runbookId);
  const inputs = { ...inputDefaults(runbook?.inputs ?? []), ...draft.inputs };

  const save = (): void => {
    const { hostIds, groupIds } = draft.target;
    const body: ReflexCreate = {
      name: draft.name.trim(),
      match: {
        ...(draft.trigger === 'rule' && draft.ruleId !== '' ? { ruleId: draft.ruleId } : {}),
        ...(draft.trigger === 'check' ? { checkName: draft.checkName.trim() } : {}),
        ...(reflex?.match.checkId && draft.trigger === 'any' ? { checkId: reflex.match.checkId } : {}),
        ...(hostIds.length > 0 ? { hostIds } : {}),
        ...(groupIds.length > 0 ? { groupIds } : {}),
      },
      runbookId: draft.runbookId,
      inputs,
      guard: { cooldownSec: draft.cooldownMin * MINUTE, maxPerHour: draft.maxPerHour, onePerHost: draft.onePerHost },
      verify: { withinSec: draft.withinSec },
      armed: draft.armed,
    };
    if (reflex) change.mutate({ id: reflex.id, change: { ...body, version: reflex.version } });
    else create.mutate(body);
  };
  return (
    <ObjectForm
      title={reflex ? t('jobs.reflexes.form.titleEdit', { name: reflex.name }) : t('jobs.reflexes.form.titleNew')}
      submit={reflex ? t('form.save') : t('form.create')}
      error={create.error ?? change.error}
      busy={create.isPending || change.isPending}
      onSubmit={save}
      onClose={onClose}
      remove={reflex && { name: reflex.name, busy: remove.isPending, act: () => remove.mutate(reflex.id) }}
    >
      <FormRow>
        <TextInput label={t('jobs.reflexes.form.name')} required {...form.text('name')} />
        <Switch mt={28} label={t('jobs.reflexes.form.armed')} {...form.flag('armed')} />
      </FormRow>
      <FormPart title={t('jobs.reflexes.form.when')}>
        <SegmentedControl
          aria-label={t('jobs.reflexes.form.trigger')}
          value={draft.trigger}
          onChange={(value) => set('trigger', value)}
          data={[
            { value: 'rule', label: t('jobs.reflexes.form.byRule') },
            { value: 'check', label: t('jobs.reflexes.form.byCheck') },
            { value: 'any', label: t('jobs.reflexes.form.byAny') },
          ]}
        />
        {draft.trigger === 'rule' && (
          <Select
            label={t('jobs.reflexes.form.rule')}
            required
            searchable
            data={(rules.data?.items ?? []).map((rule) => ({
              value: rule.id,
              label: `${rule.name} · ${rule.summary}`,
            }))}
            value={draft.ruleId || null}
            onChange={(value) => set('ruleId', value ?? '')}
          />
        )}
        {draft.trigger === 'check' && (
          <TextInput label={t('jobs.reflexes.form.check')} required {...form.text('checkName')} />
        )}
        <TargetFields
          value={draft.target}
          onChange={(target) => set('target', target)}
          hostsLabel={t('jobs.reflexes.form.hosts')}
          groupsLabel={t('jobs.reflexes.form.groups')}
          placeholder={t('jobs.reflexes.form.everywhere')}
        />
      </FormPart>
      <FormPart title={t('jobs.reflexes.form.do')}>
        <Select
          label={t('jobs.reflexes.form.runbook')}
          required
          searchable
          data={(runbooks.data?.items ?? []).map((entry) => ({ value: entry.id, label: entry.name }))}
          value={draft.runbookId || null}
          onChange={(value) => set('runbookId', value ?? '')}
        />
        {runbook && (
          <InputFields
            definitions={runbook.inputs}
            values={inputs}
            onChange={(name, value) => set('inputs', { ...draft.inputs, [name]: value })}
          />
        )}
      </FormPart>
      <FormPart title={t('jobs.reflexes.form.guard')} why={t('jobs.reflexes.form.guardWhy')}>
        <FormRow>
          <NumberInput
            label={t('jobs.reflexes.form.cooldown')}
            suffix={` ${t('jobs.reflexes.form.minutes')}`}
            min={0}
            max={10_080}
            {...form.number('cooldownMin')}
          />
          <NumberInput label={t('jobs.reflexes.form.maxPerHour')} min={1} max={1000} {...form.number('maxPerHour')} />
        </FormRow>
        <Switch label={t('jobs.reflexes.form.onePerHost')} {...form.flag('onePerHost')} />
      </FormPart>
      <FormPart title={t('jobs.reflexes.form.verify')}>
        <NumberInput
          label={t('jobs.reflexes.form.within')}
          suffix={` ${t('form.seconds')}`}
          min={1}
          max={86_400}
          {...form.number('withinSec')}
        />
      </FormPart>
    </ObjectForm>
  );
}
