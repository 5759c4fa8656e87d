// A name, or an expression that finds names: which of both is a button in the field.

import { useTranslation } from 'react-i18next';
import type { NamePattern } from '#web/contract/metrics.ts';
import { CommitInput } from './commit-input.tsx';
import { patternOf, patternText } from './graph-query.ts';

interface PatternInputProps {
  label: string;
  placeholder: string;
  value: NamePattern | undefined;
  /** What a new text is taken for. */
  regexByDefault: boolean;
  onChange: (pattern: NamePattern | undefined) => void;
}

export function PatternInput({ label, placeholder, value, regexByDefault, onChange }: PatternInputProps) {
  const { t } = useTranslation();
  const isRegex = value === undefined ? regexByDefault : typeof value !== 'string';
  return (
    <CommitInput
      label={label}
      placeholder={placeholder}
      value={patternText(value)}
      onCommit={(text) => onChange(patternOf(text, isRegex))}
      rightSectionWidth={40}
      rightSection={
        <button
          type="button"
          className="regex-toggle"
          aria-pressed={isRegex}
          aria-label={t('graphs.form.isRegex', { label })}
          title={t('graphs.form.isRegex', { label })}
          disabled={value === undefined}
          onClick={() => onChange(patternOf(patternText(value), !isRegex))}
        >
          .*
        </button>
      }
    />
  );
}
