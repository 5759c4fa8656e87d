// Name, owner, groups and variables of a host.

import { MultiSelect, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostChange, HostDetail } from '#web/contract/inventory.ts';
import { useChangeHost, useGroups } from '../../data/hosts.ts';
import { parseObject } from '../../format/json-text.ts';
import { FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { useForm } from '../../parts/use-form.ts';

export function HostEditor({ host, onClose }: { host: HostDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const groups = useGroups();
  const change = useChangeHost(host.id, { done: () => t('form.saved'), onDone: onClose });
  const [badJson, setBadJson] = useState<string | null>(null);
  const form = useForm({
    name: host.name,
    description: host.description,
    owner: host.owner ?? '',
    lifecycle: host.lifecycle === 'maintenance' ? ('maintenance' as const) : ('in_service' as const),
    groupIds: host.groups.map((group) => group.id),
    variables: JSON.stringify(host.variables, null, 2),
  });
  const save = (): void => {
    const variables = parseObject(form.values.variables);
    setBadJson(variables.ok ? null : variables.reason);
    if (!variables.ok) return;
    const body: HostChange = {
      ...form.values,
      version: host.version,
      owner: form.values.owner.trim() === '' ? null : form.values.owner.trim(),
      variables: variables.value,
    };
    change.mutate(body);
  };
  return (
    <ObjectForm
      title={t('hosts.form.title', { name: host.name })}
      error={change.error}
      busy={change.isPending}
      onSubmit={save}
      onClose={onClose}
    >
      <FormRow>
        <TextInput label={t('hosts.form.name')} required {...form.text('name')} />
        <TextInput label={t('hosts.form.owner')} {...form.text('owner')} />
      </FormRow>
      <Textarea label={t('hosts.form.description')} autosize minRows={2} {...form.text('description')} />
      <MultiSelect
        label={t('hosts.form.groups')}
        data={(groups.data?.items ?? []).map((group) => ({ value: group.id, label: group.name }))}
        value={form.values.groupIds}
        onChange={(ids) => form.set('groupIds', ids)}
        searchable
      />
      <SegmentedControl
        aria-label={t('hosts.form.lifecycle')}
        value={form.values.lifecycle}
        onChange={(value) => form.set('lifecycle', value === 'maintenance' ? 'maintenance' : 'in_service')}
        data={[
          { value: 'in_service', label: t('hosts.form.inService') },
          { value: 'maintenance', label: t('hosts.form.maintenance') },
        ]}
      />
      <Textarea
        label={t('hosts.form.variables')}
        description={t('hosts.form.variablesWhy')}
        autosize
        minRows={6}
        data-code
        spellCheck={false}
        error={badJson && t('hosts.form.variablesBad', { reason: badJson })}
        {...form.text('variables')}
      />
    </ObjectForm>
  );
}
