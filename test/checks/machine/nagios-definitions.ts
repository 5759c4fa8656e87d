// The object files of the recorded sets: our reader's blocks, with the one template that
// each of them uses applied.

import { parseNagiosMain } from '#wire/nagios-config.ts';
import { parseNagiosObjects } from '#wire/nagios-config-objects.ts';

export interface Definition {
  type: string;
  values: Record<string, string | undefined>;
}

/** Templates are applied and left out. */
export function readDefinitions(text: string): Definition[] {
  const { entries } = parseNagiosObjects({ file: 'objects', text });
  const written = entries.flatMap((entry): Definition[] =>
    entry.kind === 'object'
      ? [
          {
            type: entry.object.type,
            values: Object.fromEntries(entry.object.directives.map(({ name, value }) => [name, value])),
          },
        ]
      : [],
  );
  const templates = new Map(written.map(({ values }) => [values['name'], values]));
  return written
    .filter(({ values }) => values['register'] !== '0')
    .map(({ type, values }) => ({ type, values: { ...templates.get(values['use']), ...values } }));
}

export const readMainSettings = (text: string): Record<string, string> =>
  Object.fromEntries(parseNagiosMain({ file: 'main', text }).entries.map(({ key, value }) => [key, value]));

export const listOf = (value: string | undefined): string[] => (value === undefined ? [] : value.split(/\s*,\s*/));
