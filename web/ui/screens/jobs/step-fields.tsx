// The fields of a script and of a service step.

import { SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { FormRow } from '../../parts/object-form.tsx';
import { COMMANDS, type CommandName, type StepDraft } from './step-draft.ts';

const INTERPRETERS = ['sh', 'bash', 'python3'] as const;
const ACTIONS = ['restart', 'start', 'stop', 'status'] as const;

interface StepFieldsProps {
  draft: StepDraft;
  onChange: (draft: StepDraft) => void;
  rows?: number;
}

export function ScriptFields({ draft, onChange, rows = 6 }: StepFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <SegmentedControl
        aria-label={t('jobs.compose.interpreter')}
        size="xs"
        style={{ alignSelf: 'start' }}
        data={[...INTERPRETERS]}
        value={draft.interpreter}
        onChange={(value) => onChange({ ...draft, interpreter: INTERPRETERS.find((name) => name === value) ?? 'sh' })}
      />
      <Textarea
        aria-label={t('jobs.compose.scriptLabel')}
        placeholder={t('jobs.compose.scriptPlaceholder')}
        autosize
        minRows={rows}
        maxRows={30}
        data-code
        spellCheck={false}
        value={draft.script}
        onChange={(event) => onChange({ ...draft, script: event.currentTarget.value })}
        onKeyDown={(event) => indent(event, (script) => onChange({ ...draft, script }))}
      />
    </>
  );
}

/** Tab indents inside a script; Shift+Tab and Escape still leave the field. */
function indent(event: KeyboardEvent<HTMLTextAreaElement>, onChange: (script: string) => void): void {
  if (event.key !== 'Tab' || event.shiftKey) return;
  event.preventDefault();
  const field = event.currentTarget;
  field.setRangeText('  ', field.selectionStart, field.selectionEnd, 'end');
  onChange(field.value);
}

export function ServiceFields({ draft, onChange }: StepFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <FormRow>
        <TextInput
          label={t('jobs.compose.serviceName')}
          placeholder="nginx"
          value={draft.service}
          onChange={(event) => onChange({ ...draft, service: event.currentTarget.value })}
        />
        <Select
          label={t('jobs.compose.action')}
          data={ACTIONS.map((action) => ({ value: action, label: t(`jobs.runbooks.serviceAction.${action}`) }))}
          value={draft.action}
          onChange={(value) => onChange({ ...draft, action: ACTIONS.find((action) => action === value) ?? 'restart' })}
        />
      </FormRow>
      <CommandFields
        names={COMMANDS}
        values={draft.commands}
        onChange={(commands) => onChange({ ...draft, commands })}
      />
    </>
  );
}

interface CommandFieldsProps<Name extends CommandName> {
  names: readonly Name[];
  values: Record<Name, string>;
  onChange: (values: Record<Name, string>) => void;
}

/** Commands that take the place of systemd, folded away until somebody needs them. */
export function CommandFields<Name extends CommandName>({ names, values, onChange }: CommandFieldsProps<Name>) {
  const { t } = useTranslation();
  return (
    <details className="fold" open={names.some((name) => values[name] !== '')}>
      <summary>{t('jobs.compose.noSystemd')}</summary>
      <p className="second">{t('jobs.compose.noSystemdWhy')}</p>
      {names.map((name) => (
        <TextInput
          key={name}
          label={t(`jobs.compose.${name as CommandName}`)}
          value={values[name]}
          onChange={(event) => onChange({ ...values, [name]: event.currentTarget.value })}
        />
      ))}
    </details>
  );
}
