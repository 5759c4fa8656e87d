// Writes a rule: what is watched, when it is a problem, where, and who is told.

import { MultiSelect, NumberInput, SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Rule } from '#web/contract/alerting.ts';
import { useChangeRule, useContacts, useCreateRule, useDeleteRule } from '../../data/rules.ts';
import { useMay } from '../../data/session.tsx';
import { FormPart, FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { TargetFields } from '../../parts/target-fields.tsx';
import { useForm } from '../../parts/use-form.ts';
import { KindCards } from './object-list.tsx';
import { CHECK_STATES, draftOfRule, OPERATORS, ruleOf, type RuleDraft } from './rule-draft.ts';

const KINDS = ['metric', 'check', 'host_down'] as const;
const SEVERITIES = ['page', 'urgent', 'ticket', 'info'] as const;
const NOTIFY = ['at_once', 'if_not_healed'] as const;

export function RuleEditor({ rule, onClose }: { rule?: Rule; onClose: () => void }) {
  const { t } = useTranslation();
  const contacts = useContacts(useMay('admin'));
  const form = useForm(draftOfRule(rule ?? null));
  const { values: draft, set } = form;
  const create = useCreateRule({ done: () => t('form.created'), onDone: onClose });
  const change = useChangeRule({ done: () => t('form.saved'), onDone: onClose });
  const remove = useDeleteRule({ done: () => t('form.deleted'), onDone: onClose });
  const save = (): void => {
    const body = ruleOf(draft);
    if (rule) change.mutate({ id: rule.id, change: { ...body, version: rule.version } });
    else create.mutate(body);
  };
  return (
    <ObjectForm
      title={
        rule ? t('configuration.rules.form.titleEdit', { name: rule.name }) : t('configuration.rules.form.titleNew')
      }
      submit={rule ? t('form.save') : t('form.create')}
      error={create.error ?? change.error}
      busy={create.isPending || change.isPending}
      onSubmit={save}
      onClose={onClose}
      remove={
        rule && {
          name: rule.name,
          why: t('configuration.rules.form.deleteWhy'),
          busy: remove.isPending,
          act: () => remove.mutate(rule.id),
        }
      }
    >
      <FormRow>
        <TextInput label={t('configuration.rules.form.name')} required {...form.text('name')} />
        <Switch mb={8} label={t('configuration.rules.form.enabled')} {...form.flag('enabled')} />
      </FormRow>
      {!rule && (
        <KindCards
          label={t('configuration.rules.form.kind')}
          kinds={KINDS.map((kind) => ({
            kind,
            title: t(`configuration.rules.kind.${kind}`),
            why: t(`configuration.rules.kindWhy.${kind}`),
          }))}
          value={draft.kind}
          onChange={(kind) => set('kind', kind)}
        />
      )}
      {draft.kind === 'metric' && <MetricCondition form={form} />}
      {draft.kind === 'check' && <CheckCondition form={form} />}
      <FormPart title={t('configuration.rules.form.scope')}>
        <FormRow>
          <TextInput
            label={t('configuration.rules.form.cluster')}
            placeholder={t('configuration.rules.form.globWhy')}
            {...form.text('cluster')}
          />
          <TextInput label={t('configuration.rules.form.host')} placeholder="web-*" {...form.text('host')} />
        </FormRow>
        <TargetFields
          value={draft.target}
          onChange={(target) => set('target', target)}
          placeholder={t('jobs.reflexes.form.everywhere')}
        />
      </FormPart>
      <FormPart title={t('configuration.rules.form.say')}>
        <SegmentedControl
          aria-label={t('configuration.rules.form.severity')}
          value={draft.severity}
          onChange={(value) => set('severity', SEVERITIES.find((severity) => severity === value) ?? 'urgent')}
          data={SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) }))}
        />
        <SegmentedControl
          aria-label={t('configuration.rules.form.notify')}
          value={draft.notify}
          onChange={(value) => set('notify', NOTIFY.find((word) => word === value) ?? 'at_once')}
          data={NOTIFY.map((value) => ({ value, label: t(`configuration.rules.notify.${value}`) }))}
        />
        {contacts.data && (
          <MultiSelect
            label={t('configuration.rules.form.contacts')}
            {...(draft.contactIds.length === 0 ? { placeholder: t('configuration.rules.form.contactsWhy') } : {})}
            data={contacts.data.items.map((contact) => ({ value: contact.id, label: contact.name }))}
            value={draft.contactIds}
            onChange={(ids) => set('contactIds', ids)}
          />
        )}
      </FormPart>
    </ObjectForm>
  );
}

type Form = ReturnType<typeof useForm<RuleDraft>>;

function MetricCondition({ form }: { form: Form }) {
  const { t } = useTranslation();
  const { values: draft, set } = form;
  const seconds = { suffix: ` ${t('form.seconds')}`, min: 0, max: 604_800 };
  return (
    <FormPart title={t('configuration.rules.form.condition')}>
      <FormRow>
        <TextInput
          label={t('configuration.rules.form.metric')}
          placeholder="part_max_used"
          required
          {...form.text('metric')}
        />
        <Select
          label={t('configuration.rules.form.operator')}
          data={[...OPERATORS]}
          value={draft.operator}
          onChange={(value) => set('operator', OPERATORS.find((operator) => operator === value) ?? '>')}
        />
        <NumberInput label={t('configuration.rules.form.threshold')} required {...form.number('threshold')} />
        <TextInput label={t('configuration.rules.form.unit')} placeholder="%" {...form.text('unit')} />
      </FormRow>
      <FormRow>
        <NumberInput label={t('configuration.rules.form.for')} {...seconds} {...form.number('forSec')} />
        <NumberInput
          label={t('configuration.rules.form.clear')}
          placeholder={t('configuration.rules.form.clearWhy')}
          value={draft.clearThreshold ?? ''}
          onChange={(value) => set('clearThreshold', typeof value === 'number' ? value : null)}
        />
        <NumberInput label={t('configuration.rules.form.clearFor')} {...seconds} {...form.number('clearForSec')} />
      </FormRow>
    </FormPart>
  );
}

function CheckCondition({ form }: { form: Form }) {
  const { t } = useTranslation();
  const { values: draft, set } = form;
  return (
    <FormPart title={t('configuration.rules.form.condition')}>
      <TextInput
        label={t('configuration.rules.form.check')}
        placeholder={t('configuration.rules.form.checkWhy')}
        {...form.text('check')}
      />
      <MultiSelect
        label={t('configuration.rules.form.states')}
        required
        data={CHECK_STATES.map((value) => ({ value, label: t(`state.word.${value}`) }))}
        value={draft.states}
        onChange={(chosen) =>
          set(
            'states',
            CHECK_STATES.filter((state) => chosen.includes(state)),
          )
        }
      />
    </FormPart>
  );
}
