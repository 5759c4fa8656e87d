// Groups of hosts.

import { Button, MultiSelect, NumberInput, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { HostGroup } from '#web/contract/desired-state.ts';
import { useChangeGroup, useCreateGroup, useDeleteGroup, useGroups, useHosts } from '../../data/hosts.ts';
import { useMay } from '../../data/session.tsx';
import { parseObject } from '../../format/json-text.ts';
import { ObjectForm } from '../../parts/object-form.tsx';
import { useForm } from '../../parts/use-form.ts';
import { ObjectList } from './object-list.tsx';

export function GroupsSection() {
  const { t } = useTranslation();
  const groups = useGroups();
  const engineer = useMay('engineer');
  const operator = useMay('operator');
  const [open, setOpen] = useState<HostGroup | 'new' | null>(null);
  return (
    <>
      <ObjectList
        title={t('configuration.sections.groups')}
        note={t('configuration.groups.note')}
        query={groups}
        add={engineer ? { label: t('configuration.groups.add'), act: () => setOpen('new') } : undefined}
        empty={{ title: t('configuration.groups.none'), reason: t('configuration.groups.noneWhy') }}
      >
        {(entries) => (
          <table className="grid-table">
            <thead>
              <tr>
                <th>{t('configuration.groups.column.name')}</th>
                <th className="grid-table__num">{t('configuration.groups.column.hosts')}</th>
                <th>{t('configuration.groups.column.variables')}</th>
                <th className="grid-table__num">{t('configuration.groups.column.priority')}</th>
                <th>
                  <span className="sr-only">{t('configuration.groups.run')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {entries.map((group) => (
                <tr key={group.id}>
                  <td className="grid-table__main">
                    <button type="button" disabled={!engineer} onClick={() => setOpen(group)}>
                      {group.name}
                    </button>
                    <div className="second">{group.description}</div>
                  </td>
                  <td className="grid-table__num" data-label={t('configuration.groups.column.hosts')}>
                    <Link className="link" to={`/hosts?group=${group.id}`}>
                      {group.hostIds.length}
                    </Link>
                  </td>
                  <td className="second num cut">{Object.keys(group.variables).join(', ')}</td>
                  <td className="grid-table__num mute" data-label={t('configuration.groups.column.priority')}>
                    {group.priority}
                  </td>
                  <td className="grid-table__act">
                    {operator && (
                      <Button size="xs" component={Link} to={`/jobs/new?groups=${group.id}`}>
                        {t('configuration.groups.run')}
                      </Button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </ObjectList>
      {open && (
        <GroupEditor
          key={open === 'new' ? 'new' : open.id}
          {...(open === 'new' ? {} : { group: open })}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function GroupEditor({ group, onClose }: { group?: HostGroup; onClose: () => void }) {
  const { t } = useTranslation();
  const hosts = useHosts();
  const [badJson, setBadJson] = useState<string | null>(null);
  const form = useForm({
    name: group?.name ?? '',
    description: group?.description ?? '',
    hostIds: group?.hostIds ?? [],
    priority: group?.priority ?? 0,
    variables: JSON.stringify(group?.variables ?? {}, null, 2),
  });
  const create = useCreateGroup({ done: () => t('form.created'), onDone: onClose });
  const change = useChangeGroup({ done: () => t('form.saved'), onDone: onClose });
  const remove = useDeleteGroup({ done: () => t('form.deleted'), onDone: onClose });
  const save = (): void => {
    const variables = parseObject(form.values.variables);
    setBadJson(variables.ok ? null : variables.reason);
    if (!variables.ok) return;
    const body = { ...form.values, name: form.values.name.trim(), variables: variables.value };
    if (group) change.mutate({ id: group.id, change: { ...body, version: group.version } });
    else create.mutate(body);
  };
  return (
    <ObjectForm
      title={
        group ? t('configuration.groups.form.titleEdit', { name: group.name }) : t('configuration.groups.form.titleNew')
      }
      submit={group ? t('form.save') : t('form.create')}
      error={create.error ?? change.error}
      busy={create.isPending || change.isPending}
      onSubmit={save}
      onClose={onClose}
      remove={group && { name: group.name, busy: remove.isPending, act: () => remove.mutate(group.id) }}
    >
      <TextInput label={t('configuration.groups.form.name')} required {...form.text('name')} />
      <Textarea label={t('configuration.groups.form.description')} autosize minRows={2} {...form.text('description')} />
      <MultiSelect
        label={t('configuration.groups.form.hosts')}
        searchable
        limit={200}
        data={(hosts.data?.items ?? []).map((host) => ({ value: host.id, label: host.name }))}
        value={form.values.hostIds}
        onChange={(ids) => form.set('hostIds', ids)}
      />
      <NumberInput
        label={t('configuration.groups.form.priority')}
        description={t('configuration.groups.form.priorityWhy')}
        min={-1000}
        max={1000}
        {...form.number('priority')}
      />
      <Textarea
        label={t('configuration.groups.form.variables')}
        description={t('configuration.groups.form.variablesWhy')}
        data-code
        autosize
        minRows={5}
        spellCheck={false}
        error={badJson && t('hosts.form.variablesBad', { reason: badJson })}
        {...form.text('variables')}
      />
    </ObjectForm>
  );
}
