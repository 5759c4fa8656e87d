// Results of checks that others run, many in one request.
//
//   POST /api/v1/results   a verdict for each, in the order given
//   POST /nrdp/            the same as NRDP: a form with token, cmd and XMLDATA or JSONDATA

import Type, { type Static } from 'typebox';
import { ResultStateWord } from './checks.ts';
import { Instant } from './shared.ts';

const OutsideResult = Type.Object(
  {
    host: Type.String({ minLength: 1, maxLength: 255, description: 'Name or address.' }),
    service: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'Without it the result is of the host itself.' }),
    ),
    state: Type.Optional(ResultStateWord),
    code: Type.Optional(
      Type.Integer({
        minimum: -32_768,
        maximum: 32_767,
        description: 'Exit code of a plugin, in place of state; of hosts 0 up, 1 down, 2 unreachable.',
      }),
    ),
    output: Type.String({ maxLength: 65_536, description: 'First line, long text, perfdata after |.' }),
    at: Type.Optional(Instant),
  },
  { additionalProperties: false },
);

export const ResultsSubmit = Type.Object(
  { results: Type.Array(OutsideResult, { minItems: 1, maxItems: 1000 }) },
  { additionalProperties: false },
);
export type ResultsSubmit = Static<typeof ResultsSubmit>;

export const ResultsTaken = Type.Object({
  taken: Type.Integer(),
  verdicts: Type.Array(
    Type.Union(
      [
        Type.Literal('taken'),
        Type.Literal('unknown_host'),
        Type.Literal('unknown_service'),
        Type.Literal('passive_off'),
        Type.Literal('wrong_code'),
        Type.Literal('full'),
      ],
      {
        description:
          'passive_off: the object takes no results from outside. wrong_code: no state of such an object. full: send it again later.',
      },
    ),
  ),
});
