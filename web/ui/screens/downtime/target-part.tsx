// For what a downtime is: hosts, groups, service groups, a filter, and what is beneath.

import { Select, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { FormPart, FormRow } from '../../parts/object-form.tsx';
import { TargetFields } from '../../parts/target-fields.tsx';
import type { TargetDraft } from './downtime-draft.ts';

interface TargetPartProps {
  value: TargetDraft;
  onChange: (change: Partial<TargetDraft>) => void;
}

export function TargetPart({ value, onChange }: TargetPartProps) {
  const { t } = useTranslation();
  const { hostIds, groupIds, checkIds, serviceGroups, filter, withServices, children } = value;
  return (
    <FormPart title={t('downtime.form.what')}>
      <TargetFields
        value={{ hostIds, groupIds }}
        onChange={onChange}
        hostsLabel={t('downtime.form.hosts')}
        groupsLabel={t('downtime.form.groups')}
      />
      {checkIds.length > 0 && <p className="second">{t('downtime.form.checks', { count: checkIds.length })}</p>}
      <FormRow>
        <TextInput
          label={t('downtime.form.serviceGroups')}
          placeholder={t('downtime.form.serviceGroupsWhy')}
          maxLength={1000}
          value={serviceGroups}
          onChange={(event) => onChange({ serviceGroups: event.currentTarget.value })}
        />
        <TextInput
          label={t('downtime.form.filter')}
          placeholder={t('downtime.form.filterWhy')}
          maxLength={1000}
          value={filter}
          onChange={(event) => onChange({ filter: event.currentTarget.value })}
        />
      </FormRow>
      <FormRow>
        <Select
          label={t('downtime.form.children')}
          allowDeselect={false}
          data={[
            { value: 'none', label: t('downtime.form.childrenNone') },
            { value: 'same', label: t('downtime.form.childrenSame') },
            { value: 'triggered', label: t('downtime.form.childrenTriggered') },
          ]}
          value={children}
          onChange={(next) => onChange({ children: (next ?? 'none') as TargetDraft['children'] })}
        />
        <Switch
          label={t('downtime.form.withServices')}
          description={t('downtime.form.withServicesWhy')}
          checked={withServices}
          onChange={(event) => onChange({ withServices: event.currentTarget.checked })}
        />
      </FormRow>
    </FormPart>
  );
}
