// Writes a desired state: a file with its content, or a service that runs or does not.

import { SegmentedControl, Switch, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DesiredState, DesiredStateSpec } from '#web/contract/desired-state.ts';
import { useChangeDesiredState, useCreateDesiredState, useDeleteDesiredState } from '../../data/desired-state.ts';
import { joinCommand, splitCommand } from '../../format/command-line.ts';
import { FormPart, FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { TargetFields } from '../../parts/target-fields.tsx';
import { useForm } from '../../parts/use-form.ts';
import { CommandFields } from '../jobs/step-fields.tsx';

const COMMANDS = ['startCommand', 'stopCommand', 'statusCommand'] as const;

export function DesiredStateEditor({ state, onClose }: { state?: DesiredState; onClose: () => void }) {
  const { t } = useTranslation();
  const file = state?.spec.kind === 'file' ? state.spec : null;
  const service = state?.spec.kind === 'service' ? state.spec : null;
  const form = useForm({
    name: state?.name ?? '',
    kind: state?.spec.kind ?? ('file' as DesiredStateSpec['kind']),
    path: file?.path ?? '',
    template: file?.template ?? '',
    owner: file?.owner ?? '',
    group: file?.group ?? '',
    mode: file?.mode ?? '0644',
    service: service?.service ?? '',
    running: service?.running ?? true,
    commands: {
      startCommand: joinCommand(service?.startCommand),
      stopCommand: joinCommand(service?.stopCommand),
      statusCommand: joinCommand(service?.statusCommand),
    },
    target: state?.target ?? { hostIds: [], groupIds: [] },
    enabled: state?.enabled ?? true,
  });
  const { values: draft, set } = form;
  const create = useCreateDesiredState({ done: () => t('form.created'), onDone: onClose });
  const change = useChangeDesiredState({ done: () => t('form.saved'), onDone: onClose });
  const remove = useDeleteDesiredState({ done: () => t('form.deleted'), onDone: onClose });

  const spec = (): DesiredStateSpec => {
    if (draft.kind === 'file') {
      const { path, template, mode } = draft;
      return {
        kind: 'file',
        path: path.trim(),
        template,
        mode,
        ...(draft.owner === '' ? {} : { owner: draft.owner }),
        ...(draft.group === '' ? {} : { group: draft.group }),
      };
    }
    const commands: Partial<Record<(typeof COMMANDS)[number], string[]>> = {};
    for (const name of COMMANDS) {
      const words = splitCommand(draft.commands[name]);
      if (words.length > 0) commands[name] = words;
    }
    return { kind: 'service', service: draft.service.trim(), running: draft.running, ...commands };
  };
  const save = (): void => {
    const body = { name: draft.name.trim(), spec: spec(), target: draft.target, enabled: draft.enabled };
    if (state) change.mutate({ id: state.id, change: { ...body, version: state.version } });
    else create.mutate(body);
  };
  return (
    <ObjectForm
      title={
        state
          ? t('configuration.desired.form.titleEdit', { name: state.name })
          : t('configuration.desired.form.titleNew')
      }
      submit={state ? t('form.save') : t('form.create')}
      error={create.error ?? change.error}
      busy={create.isPending || change.isPending}
      onSubmit={save}
      onClose={onClose}
      remove={state && { name: state.name, busy: remove.isPending, act: () => remove.mutate(state.id) }}
    >
      <FormRow>
        <TextInput label={t('configuration.desired.form.name')} required {...form.text('name')} />
        <Switch mb={8} label={t('configuration.desired.form.enabled')} {...form.flag('enabled')} />
      </FormRow>
      {!state && (
        <SegmentedControl
          aria-label={t('configuration.desired.form.kind')}
          value={draft.kind}
          onChange={(value) => set('kind', value === 'service' ? 'service' : 'file')}
          data={[
            { value: 'file', label: t('configuration.desired.form.file') },
            { value: 'service', label: t('configuration.desired.form.service') },
          ]}
        />
      )}
      {draft.kind === 'file' ? (
        <>
          <TextInput
            label={t('configuration.desired.form.path')}
            placeholder="/etc/motd"
            required
            pattern="/.+"
            {...form.text('path')}
          />
          <Textarea
            label={t('configuration.desired.form.template')}
            description={t('configuration.desired.form.templateWhy')}
            data-code
            autosize
            minRows={10}
            maxRows={28}
            spellCheck={false}
            {...form.text('template')}
          />
          <FormRow>
            <TextInput label={t('configuration.desired.form.mode')} pattern="0?[0-7]{3}" {...form.text('mode')} />
            <TextInput label={t('configuration.desired.form.owner')} placeholder="root" {...form.text('owner')} />
            <TextInput label={t('configuration.desired.form.group')} placeholder="root" {...form.text('group')} />
          </FormRow>
        </>
      ) : (
        <>
          <FormRow>
            <TextInput
              label={t('configuration.desired.form.serviceName')}
              placeholder="nginx"
              required
              {...form.text('service')}
            />
            <Switch mb={8} label={t('configuration.desired.form.running')} {...form.flag('running')} />
          </FormRow>
          <CommandFields names={COMMANDS} values={draft.commands} onChange={(commands) => set('commands', commands)} />
        </>
      )}
      <FormPart title={t('configuration.desired.form.where')}>
        <TargetFields value={draft.target} onChange={(target) => set('target', target)} />
      </FormPart>
    </ObjectForm>
  );
}
