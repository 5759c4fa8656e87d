// Which hosts: by name and by group, with what that comes to now.

import { MultiSelect } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostSummary } from '#web/contract/inventory.ts';
import { useGroups, useHosts } from '../data/hosts.ts';

export interface TargetIds {
  hostIds: string[];
  groupIds: string[];
}

interface TargetFieldsProps {
  value: TargetIds;
  onChange: (value: TargetIds) => void;
  hostsLabel?: string;
  groupsLabel?: string;
  placeholder?: string;
}

export function TargetFields({ value, onChange, hostsLabel, groupsLabel, placeholder }: TargetFieldsProps) {
  const { t } = useTranslation();
  const hosts = useHosts();
  const groups = useGroups();
  const hint = (chosen: readonly string[]) => (placeholder && chosen.length === 0 ? { placeholder } : {});
  return (
    <>
      <MultiSelect
        label={hostsLabel ?? t('form.hosts')}
        searchable
        clearable
        limit={200}
        data={(hosts.data?.items ?? []).map((host) => ({ value: host.id, label: host.name }))}
        value={value.hostIds}
        onChange={(hostIds) => onChange({ ...value, hostIds })}
        {...hint(value.hostIds)}
      />
      <MultiSelect
        label={groupsLabel ?? t('form.groups')}
        searchable
        clearable
        data={(groups.data?.items ?? []).map((group) => ({ value: group.id, label: group.name }))}
        value={value.groupIds}
        onChange={(groupIds) => onChange({ ...value, groupIds })}
        {...hint(value.groupIds)}
      />
    </>
  );
}

/** The hosts that hosts and groups name together, each once, by name. */
export function useTargetHosts({ hostIds, groupIds }: TargetIds): HostSummary[] {
  const hosts = useHosts().data;
  return useMemo(
    () =>
      (hosts?.items ?? [])
        .filter((host) => hostIds.includes(host.id) || host.groups.some((group) => groupIds.includes(group.id)))
        .sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })),
    [hosts, hostIds, groupIds],
  );
}
