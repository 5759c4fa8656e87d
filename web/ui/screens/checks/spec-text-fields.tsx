// Settings that are typed as text: maps as "name: value" lines, everything odd as JSON.

import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface TextFieldProps {
  label: string;
  description: string | undefined;
  required: boolean;
  value: unknown;
  onChange: (value: unknown) => void;
}

export function MapField({ value, onChange, description, ...common }: TextFieldProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(() => mapText(value));
  return (
    <Textarea
      {...common}
      description={[description, t('checks.form.mapLines')].filter(Boolean).join(' ')}
      autosize
      minRows={2}
      data-code
      spellCheck={false}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(mapOf(event.currentTarget.value));
      }}
    />
  );
}

const mapText = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? Object.entries(value)
        .map(([name, of]) => `${name}: ${String(of)}`)
        .join('\n')
    : '';

function mapOf(typed: string): Record<string, string> {
  const pairs = typed.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf(':');
    return at > 0 ? [[line.slice(0, at).trim(), line.slice(at + 1).trim()]] : [];
  });
  return Object.fromEntries(pairs);
}

export function JsonField({ value, onChange, ...common }: TextFieldProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const [isBroken, setBroken] = useState(false);
  const type = (text: string): void => {
    setTyped(text);
    try {
      onChange(text.trim() === '' ? undefined : JSON.parse(text));
      setBroken(false);
    } catch {
      // While it is being typed it is no JSON yet; the last one that was stays.
      setBroken(true);
    }
  };
  return (
    <Textarea
      {...common}
      error={isBroken && t('checks.form.notJson')}
      autosize
      minRows={3}
      data-code
      spellCheck={false}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
