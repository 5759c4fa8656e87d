// What a setting is called: in our words where we have them, else by its name.

import { useTranslation } from 'react-i18next';
import { humanName } from './spec-schema.ts';

const NAMED = [
  'command',
  'failureState',
  'port',
  'address',
  'expect',
  'url',
  'method',
  'expectStatus',
  'bodyContains',
  'bodyMatches',
  'verifyTls',
  'metric',
  'plus',
  'percentOf',
  'unit',
  'warn',
  'crit',
  'maxAgeSec',
] as const;

export function useFieldLabel(): (name: string) => string {
  const { t } = useTranslation();
  return (name) => {
    const known = NAMED.find((one) => one === name);
    return known ? t(`checks.field.${known}`) : humanName(name);
  };
}
