// The inputs a runbook declares: name, type, what it is otherwise.

import { Button, Checkbox, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { InputDefinition } from '#web/contract/remediation-steps.ts';
import { Icon } from '../../parts/icon.tsx';
import { FormPart } from '../../parts/object-form.tsx';

const TYPES = ['string', 'integer', 'boolean', 'enum'] as const;

interface InputEditorProps {
  inputs: readonly InputDefinition[];
  onChange: (inputs: InputDefinition[]) => void;
}

export function InputEditor({ inputs, onChange }: InputEditorProps) {
  const { t } = useTranslation();
  const set = (at: number, input: InputDefinition): void =>
    onChange(inputs.map((old, index) => (index === at ? input : old)));
  return (
    <FormPart title={t('jobs.runbooks.form.inputs')} why={t('jobs.runbooks.form.inputsWhy')}>
      {inputs.map((input, at) => (
        <div key={at} className="input-row">
          <TextInput
            label={t('jobs.runbooks.form.inputName')}
            required
            pattern="[a-z][a-z0-9_]*"
            value={input.name}
            onChange={(event) => set(at, { ...input, name: event.currentTarget.value })}
          />
          <Select
            label={t('jobs.runbooks.form.inputType')}
            data={TYPES.map((value) => ({ value, label: t(`jobs.runbooks.type.${value}`) }))}
            value={input.type}
            onChange={(value) => set(at, { ...input, type: TYPES.find((type) => type === value) ?? 'string' })}
          />
          {input.type === 'enum' ? (
            <TextInput
              label={t('jobs.runbooks.form.inputOptions')}
              defaultValue={(input.options ?? []).join(', ')}
              onBlur={(event) =>
                set(at, {
                  ...input,
                  options: event.currentTarget.value
                    .split(',')
                    .map((word) => word.trim())
                    .filter(Boolean),
                })
              }
            />
          ) : (
            <TextInput
              label={t('jobs.runbooks.form.inputDefault')}
              value={input.default ?? ''}
              onChange={(event) => set(at, withDefault(input, event.currentTarget.value))}
            />
          )}
          <Checkbox
            mb={8}
            label={t('jobs.runbooks.form.inputRequired')}
            checked={input.required ?? false}
            onChange={(event) => set(at, { ...input, required: event.currentTarget.checked })}
          />
          <button
            type="button"
            className="icon-button"
            aria-label={t('jobs.runbooks.form.removeInput', { name: input.name })}
            onClick={() => onChange(inputs.filter((_, index) => index !== at))}
          >
            <Icon name="trash" size={15} />
          </button>
        </div>
      ))}
      <div>
        <Button size="xs" onClick={() => onChange([...inputs, { name: '', type: 'string' }])}>
          {t('jobs.runbooks.form.addInput')}
        </Button>
      </div>
    </FormPart>
  );
}

function withDefault(input: InputDefinition, value: string): InputDefinition {
  const { default: _, ...rest } = input;
  return value === '' ? rest : { ...rest, default: value };
}
