// One state made of those of other checks: "at least two of web-*/http are ok". Reads
// states, runs nothing, so a check counts as it was found last.

import Type, { type Static } from 'typebox';
import { formatPerfdata } from '#wire/perfdata.ts';
import { parseThresholdRange } from '#wire/threshold-range.ts';
import { defineCheckKind, verdict, type CheckKind } from '../check-kind.ts';
import { judgeMembers, type MemberState, type Rule } from './judge-members.ts';

export interface MemberPattern {
  /** Name of the host; `*` stands for any text. */
  host: string;
  /** Name of the check with `*` likewise; null = the host itself. */
  check: string | null;
}

/** States as they are now, by host and check; each check once, at most `MAX_MEMBERS`. Disabled ones are left out. */
export type FindStates = (
  patterns: readonly MemberPattern[],
) => Promise<(MemberState & { checkId: string })[]> | (MemberState & { checkId: string })[];

export const MAX_MEMBERS = 1000;
/** In the first line; all of them stand below it. */
const NAMED = 5;

const NamePattern = Type.String({ minLength: 1, maxLength: 255, description: '* stands for any text.' });
const RangeText = Type.String({ maxLength: 100, description: 'Nagios range of how many must be good, such as 2:.' });

const CompositeSpec = Type.Object(
  {
    members: Type.Array(
      Type.Object(
        {
          host: Type.Optional({ ...NamePattern, description: 'Default: this host. * stands for any text.' }),
          check: Type.Optional({ ...NamePattern, description: 'Left out: the host itself. * stands for any text.' }),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 50 },
    ),
    rule: Type.Union(
      [
        Type.Literal('all'),
        Type.Literal('any'),
        Type.Literal('none'),
        Type.Literal('worst'),
        Type.Literal('best'),
        Type.Literal('count'),
        Type.Literal('percent'),
      ],
      { default: 'worst' },
    ),
    good: Type.Array(Type.Union([Type.Literal('ok'), Type.Literal('warning'), Type.Literal('unknown')]), {
      default: ['ok'],
      minItems: 1,
      maxItems: 3,
      description: 'States that count as good.',
    }),
    otherwise: Type.Union([Type.Literal('warning'), Type.Literal('critical')], {
      default: 'critical',
      description: 'State when all, any or none does not hold.',
    }),
    warn: Type.Optional(RangeText),
    crit: Type.Optional(RangeText),
  },
  { additionalProperties: false },
);
type CompositeSpec = Static<typeof CompositeSpec>;

export const createCompositeKind = (findStates: FindStates): CheckKind =>
  defineCheckKind({
    kind: 'composite',
    title: 'States of other checks together',
    specSchema: CompositeSpec,
    specProblems: limitProblems,
    compile:
      (spec) =>
      async ({ target }) => {
        const patterns = spec.members.map(({ host, check }) => ({
          host: host ?? target.hostName,
          check: check ?? null,
        }));
        // A check that counts itself would never come back.
        const members = (await findStates(patterns)).filter(({ checkId }) => checkId !== target.checkId);
        const { state, why, good } = judgeMembers(ruleOf(spec), members, spec.good);
        const bad = members.filter(
          (member) => member.state === 'pending' || !spec.good.some((ok) => ok === member.state),
        );
        const named = bad.slice(0, NAMED).map(describeMember);
        const more = bad.length > NAMED ? ` and ${bad.length - NAMED} more` : '';
        const limits =
          spec.rule === 'count' ? { warn: spec.warn ?? null, crit: spec.crit ?? null } : { warn: null, crit: null };
        return {
          ...verdict(
            state,
            `COMPOSITE ${state.toUpperCase()} - ${why}${named.length === 0 ? '' : `: ${named.join(', ')}${more}`}`,
            formatPerfdata([{ label: 'good', value: good, uom: '', ...limits, min: 0, max: members.length }]),
          ),
          longOutput: members.map(describeMember).join('\n'),
        };
      },
  });

const describeMember = ({ host, check, state }: MemberState): string =>
  `${check === null ? host : `${host}/${check}`} ${state}`;

function ruleOf({ rule, otherwise, warn, crit }: CompositeSpec): Rule {
  if (rule === 'worst' || rule === 'best') return { rule };
  return rule === 'count' || rule === 'percent' ? { rule, warn, crit } : { rule, otherwise };
}

function limitProblems(spec: CompositeSpec): { path: string; message: string }[] {
  const counts = spec.rule === 'count' || spec.rule === 'percent';
  const given = (['warn', 'crit'] as const).filter((name) => spec[name] !== undefined);
  if (counts && given.length === 0) return [{ path: '', message: `${spec.rule} needs warn, crit or both` }];
  return given.flatMap((name) => {
    if (!counts) return [{ path: `/${name}`, message: 'goes with count and percent only' }];
    const range = parseThresholdRange(spec[name] ?? '');
    return range.ok ? [] : [{ path: `/${name}`, message: range.reason }];
  });
}
