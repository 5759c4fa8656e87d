// The state of Plexus itself, as its self-health page judges it: database, queue,
// history, collector, checks. What it says here is watched and told like any other check.

import Type from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { defineCheckKind, verdict, type CheckKind } from './check-kind.ts';

export interface SelfPart {
  name: string;
  status: 'ok' | 'warning' | 'critical';
  /** One sentence: what is so, and what to do when it is not well. */
  summary: string;
}

/** Of the process that runs the check. */
export type ReadSelf = () => Promise<readonly SelfPart[]>;

const SelfSpec = Type.Object(
  {
    parts: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
        minItems: 1,
        maxItems: 50,
        description: 'Parts to look at, as the self-health page names them; all of them if left out.',
      }),
    ),
  },
  { additionalProperties: false },
);

const WORST_FIRST = ['critical', 'warning', 'ok'] as const;

export const createSelfKind = (readSelf: ReadSelf): CheckKind =>
  defineCheckKind({
    kind: 'self',
    title: 'Plexus itself',
    specSchema: SelfSpec,
    compile:
      ({ parts: wanted }) =>
      async () => {
        const all = await readSelf();
        const parts = wanted ? all.filter(({ name }) => wanted.includes(name)) : all;
        const missing = wanted?.filter((name) => !all.some((part) => part.name === name)) ?? [];
        // Where roles are split over processes, this one may not run what was asked for.
        if (parts.length === 0)
          return verdict('unknown', `PLEXUS UNKNOWN - this process does not run ${missing.join(', ')}`);
        const state = WORST_FIRST.find((status) => parts.some((part) => part.status === status)) ?? 'ok';
        const troubled = parts.filter(({ status }) => status !== 'ok');
        const said =
          troubled.length === 0
            ? `${parts.length === 1 ? parts[0]?.summary : `all ${parts.length} parts are well`}`
            : troubled.map(({ name, summary }) => `${name}: ${summary}`).join(' ');
        const counts = WORST_FIRST.map((status) => ({
          ...{ label: status, value: parts.filter((part) => part.status === status).length },
          ...{ uom: '', warn: null, crit: null, min: 0, max: parts.length },
        }));
        return {
          ...verdict(state, `PLEXUS ${state.toUpperCase()} - ${said}`, formatPerfdata(counts)),
          longOutput: parts.map(({ name, status, summary }) => `${name} ${status}: ${summary}`).join('\n'),
        };
      },
  });
