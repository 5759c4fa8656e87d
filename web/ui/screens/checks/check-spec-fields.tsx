// The fields of each kind of check.

import { NumberInput, SegmentedControl, Switch, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FormRow } from '../../parts/object-form.tsx';
import type { useForm } from '../../parts/use-form.ts';
import type { CheckDraft } from './check-draft.ts';

type Form = ReturnType<typeof useForm<CheckDraft>>;

export function CheckSpecFields({ form }: { form: Form }) {
  switch (form.values.kind) {
    case 'plugin':
      return <PluginFields form={form} />;
    case 'tcp':
      return <TcpFields form={form} />;
    case 'http':
      return <HttpFields form={form} />;
    case 'metric':
      return <MetricFields form={form} />;
    default:
      return form.values.kind satisfies never;
  }
}

function PluginFields({ form }: { form: Form }) {
  const { t } = useTranslation();
  return (
    <>
      <Textarea
        label={t('checks.form.command')}
        description={t('checks.form.commandWhy')}
        placeholder={'/usr/lib/nagios/plugins/check_ssh\n$HOSTADDRESS$'}
        required
        autosize
        minRows={4}
        data-code
        spellCheck={false}
        {...form.text('command')}
      />
      <div>
        <p className="mantine-InputWrapper-label">{t('checks.form.failureState')}</p>
        <SegmentedControl
          value={form.values.failureState}
          onChange={(value) => form.set('failureState', value === 'critical' ? 'critical' : 'unknown')}
          data={[
            { value: 'unknown', label: t('checks.form.asUnknown') },
            { value: 'critical', label: t('checks.form.asCritical') },
          ]}
        />
      </div>
    </>
  );
}

function TcpFields({ form }: { form: Form }) {
  const { t } = useTranslation();
  return (
    <>
      <FormRow>
        <NumberInput label={t('checks.form.port')} required min={1} max={65_535} {...form.number('port')} />
        <TextInput
          label={t('checks.form.address')}
          placeholder={t('checks.form.addressWhy')}
          {...form.text('address')}
        />
      </FormRow>
      <TextInput label={t('checks.form.expect')} placeholder="SSH-2.0" {...form.text('expect')} />
    </>
  );
}

function HttpFields({ form }: { form: Form }) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput label={t('checks.form.url')} description={t('checks.form.urlWhy')} required {...form.text('url')} />
      <FormRow>
        <SegmentedControl
          aria-label={t('checks.form.method')}
          mt={23}
          value={form.values.method}
          onChange={(value) => form.set('method', value === 'HEAD' ? 'HEAD' : 'GET')}
          data={['GET', 'HEAD']}
        />
        <TextInput
          label={t('checks.form.status')}
          placeholder={t('checks.form.statusWhy')}
          {...form.text('expectStatus')}
        />
      </FormRow>
      <TextInput label={t('checks.form.bodyContains')} {...form.text('bodyContains')} />
      <TextInput label={t('checks.form.bodyMatches')} {...form.text('bodyMatches')} />
      <Switch label={t('checks.form.verifyTls')} {...form.flag('verifyTls')} />
    </>
  );
}

function MetricFields({ form }: { form: Form }) {
  const { t } = useTranslation();
  return (
    <>
      <FormRow>
        <TextInput label={t('checks.form.metric')} placeholder="load_one" required {...form.text('metric')} />
        <TextInput label={t('checks.form.unit')} placeholder="%" {...form.text('unit')} />
      </FormRow>
      <FormRow>
        <TextInput label={t('checks.form.plus')} placeholder="mem_buffers, mem_cached" {...form.text('plus')} />
        <TextInput label={t('checks.form.percentOf')} placeholder="mem_total" {...form.text('percentOf')} />
      </FormRow>
      <FormRow>
        <TextInput label={t('checks.form.warn')} placeholder="80" {...form.text('warn')} />
        <TextInput label={t('checks.form.crit')} placeholder="90" {...form.text('crit')} />
        <NumberInput
          label={t('checks.form.maxAge')}
          suffix={` ${t('form.seconds')}`}
          min={1}
          max={86_400}
          {...form.number('maxAgeSec')}
        />
      </FormRow>
      <p className="second">{t('checks.form.range')}</p>
    </>
  );
}
