// A form for the settings of any kind, from the fields of its schema.

import { Button, NumberInput, SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { JsonField, MapField } from './spec-text-fields.tsx';
import { useFieldLabel } from './field-label.ts';
import type { NamedField, Spec } from './spec-schema.ts';

interface SpecFieldsProps {
  fields: readonly NamedField[];
  spec: Spec;
  onChange: (spec: Spec) => void;
}

export function SpecFields({ fields, spec, onChange }: SpecFieldsProps) {
  return fields.map((named) => (
    <OneField
      key={named.name}
      named={named}
      value={spec[named.name]}
      onChange={(value) => onChange({ ...spec, [named.name]: value })}
    />
  ));
}

interface OneFieldProps {
  named: NamedField;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** As many choices fit beside each other. */
const SEGMENTS = 4;

function OneField({ named, value, onChange }: OneFieldProps) {
  const { t } = useTranslation();
  const label = useFieldLabel()(named.name);
  const { field, description, isRequired } = named;
  const common = { label, description: description || undefined, required: isRequired };
  const usual = named.default === undefined ? '' : String(named.default);
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  switch (field.type) {
    case 'text':
      if (field.isLong)
        return (
          <Textarea
            {...common}
            autosize
            minRows={3}
            data-code
            value={text}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
        );
      return (
        <TextInput
          {...common}
          {...(field.isSecret && { type: 'password', autoComplete: 'new-password' })}
          placeholder={field.isSecret ? t('checks.form.secret') : usual}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          allowDecimal={!field.isInteger}
          {...(field.min !== undefined && { min: field.min })}
          {...(field.max !== undefined && { max: field.max })}
          placeholder={usual}
          value={typeof value === 'number' ? value : ''}
          onChange={(typed) => onChange(typeof typed === 'number' ? typed : undefined)}
        />
      );
    case 'flag':
      return (
        <Switch
          label={label}
          description={description}
          checked={value === undefined ? named.default === true : value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return <Choice {...{ named, value, onChange }} label={label} values={field.values} />;
    case 'lines':
      return (
        <Textarea
          {...common}
          description={[description, t('checks.form.onePerLine')].filter(Boolean).join(' ')}
          autosize
          minRows={2}
          data-code
          spellCheck={false}
          value={Array.isArray(value) ? value.map(String).join('\n') : ''}
          onChange={(event) => onChange(event.currentTarget.value.split('\n'))}
        />
      );
    case 'map':
      return <MapField {...common} value={value} onChange={onChange} />;
    case 'group':
      return (
        <fieldset className="spec-group">
          <legend>{label}</legend>
          <SpecFields fields={field.fields} spec={specOf(value)} onChange={onChange} />
        </fieldset>
      );
    case 'list':
      return <ListField {...{ named, value, onChange }} label={label} fields={field.fields} />;
    case 'json':
      return <JsonField {...common} value={value} onChange={onChange} />;
    default:
      return field satisfies never;
  }
}

const specOf = (value: unknown): Spec =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

function Choice({
  named,
  value,
  onChange,
  label,
  values,
}: OneFieldProps & { label: string; values: readonly string[] }) {
  const chosen = typeof value === 'string' ? value : typeof named.default === 'string' ? named.default : null;
  if (values.length > SEGMENTS || chosen === null)
    return (
      <Select
        label={label}
        description={named.description || undefined}
        required={named.isRequired}
        clearable={!named.isRequired && named.default === undefined}
        data={[...values]}
        value={chosen}
        onChange={(picked) => onChange(picked ?? undefined)}
      />
    );
  return (
    <div>
      <p className="mantine-InputWrapper-label">{label}</p>
      {named.description && <p className="second">{named.description}</p>}
      <SegmentedControl aria-label={label} data={[...values]} value={chosen} onChange={onChange} />
    </div>
  );
}

function ListField({
  value,
  onChange,
  label,
  fields,
}: OneFieldProps & { label: string; fields: readonly NamedField[] }) {
  const { t } = useTranslation();
  const entries: unknown[] = Array.isArray(value) ? value : [];
  return (
    <fieldset className="spec-group">
      <legend>{label}</legend>
      {entries.map((entry, at) => (
        <div key={at} className="spec-group__entry">
          <SpecFields
            fields={fields}
            spec={specOf(entry)}
            onChange={(changed) => onChange(entries.with(at, changed))}
          />
          <Button size="xs" onClick={() => onChange(entries.toSpliced(at, 1))}>
            {t('checks.form.removeEntry', { label, at: at + 1 })}
          </Button>
        </div>
      ))}
      <div>
        <Button size="xs" onClick={() => onChange([...entries, {}])}>
          {t('checks.form.addEntry')}
        </Button>
      </div>
    </fieldset>
  );
}
