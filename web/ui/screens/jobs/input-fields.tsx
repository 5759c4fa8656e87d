// The inputs of a runbook as fields of their type.

import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import type { InputDefinition, InputValues } from '#web/contract/remediation-steps.ts';

interface InputFieldsProps {
  definitions: readonly InputDefinition[];
  values: InputValues;
  onChange: (name: string, value: string) => void;
}

/** Values that a runbook brings along. */
export const inputDefaults = (definitions: readonly InputDefinition[]): InputValues =>
  Object.fromEntries(
    definitions.flatMap((input) => (input.default === undefined ? [] : [[input.name, input.default]])),
  );

export function InputFields({ definitions, values, onChange }: InputFieldsProps) {
  return definitions.map((input) => (
    <InputField
      key={input.name}
      input={input}
      value={values[input.name] ?? ''}
      onChange={(value) => onChange(input.name, value)}
    />
  ));
}

function InputField({
  input,
  value,
  onChange,
}: {
  input: InputDefinition;
  value: string;
  onChange: (value: string) => void;
}) {
  const common = { label: input.label ?? input.name, description: input.help, required: input.required ?? false };
  switch (input.type) {
    case 'string':
      return <TextInput {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)} />;
    case 'integer':
      return <NumberInput {...common} allowDecimal={false} value={value} onChange={(next) => onChange(String(next))} />;
    case 'boolean':
      return (
        <Switch
          label={common.label}
          description={common.description}
          checked={value === 'true'}
          onChange={(event) => onChange(String(event.currentTarget.checked))}
        />
      );
    case 'enum':
      return (
        <Select
          {...common}
          data={input.options ?? []}
          value={value || null}
          onChange={(next) => onChange(next ?? '')}
        />
      );
    default:
      return input.type satisfies never;
  }
}
