// A check that others report: it runs only when no result came in time, and then says so.

import Type from 'typebox';
import { defineCheckKind, verdict } from './check-kind.ts';

const PassiveSpec = Type.Object(
  {
    staleState: Type.Union(
      [Type.Literal('unknown'), Type.Literal('critical'), Type.Literal('warning'), Type.Literal('ok')],
      { default: 'unknown', description: 'State when no result came within the freshness threshold.' },
    ),
    staleText: Type.String({
      default: 'no result came in time',
      maxLength: 1000,
      description: 'What it says then.',
    }),
  },
  { additionalProperties: false },
);

export const passiveKind = defineCheckKind({
  kind: 'passive',
  title: 'Results from outside',
  specSchema: PassiveSpec,
  defaultSettings: { activeChecks: false },
  compile:
    ({ staleState, staleText }) =>
    () =>
      Promise.resolve(verdict(staleState, `PASSIVE ${staleState.toUpperCase()} - ${staleText}`)),
});
