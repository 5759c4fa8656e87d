// Metrics in and out for other programs: pushed by HTTP, sent on by a Prometheus,
// shown to one.

import Type, { type Static } from 'typebox';

const Name = Type.String({ minLength: 1, maxLength: 256 });

// Not a union: each branch of one would make the other's values its own.
const NumberOrText = Type.Unsafe<number | string>({ type: ['number', 'string'], maxLength: 4096 });

const PushedMetric = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 512 }),
    /** Text has no history and no rules. */
    value: NumberOrText,
    /** Epoch milliseconds; now when absent. Older than two minutes goes into history only. */
    atMs: Type.Optional(Type.Integer({ minimum: 0 })),
    units: Type.Optional(Type.String({ maxLength: 64 })),
    /** positive = a counter, which charts show as its rate. Default both. */
    slope: Type.Optional(
      Type.Union([Type.Literal('zero'), Type.Literal('positive'), Type.Literal('negative'), Type.Literal('both')]),
    ),
    /** Longest expected seconds between two values; default 60. */
    tmaxSec: Type.Optional(Type.Integer({ minimum: 1, maximum: 31_536_000 })),
    /** Leaves the live state after so many seconds without a value; default 0 = never. */
    dmaxSec: Type.Optional(Type.Integer({ minimum: 0, maximum: 31_536_000 })),
    group: Type.Optional(Type.String({ maxLength: 128 })),
    title: Type.Optional(Type.String({ maxLength: 256 })),
    description: Type.Optional(Type.String({ maxLength: 1024 })),
  },
  { additionalProperties: false },
);

export const PushRequest = Type.Object(
  {
    cluster: Name,
    host: Name,
    metrics: Type.Array(PushedMetric, { minItems: 1, maxItems: 5000 }),
  },
  { additionalProperties: false },
);
export type PushRequest = Static<typeof PushRequest>;

export const PushResult = Type.Object({
  taken: Type.Integer(),
  /** Over a limit of the collector: too many a second, or too many series. */
  refused: Type.Integer(),
});
export type PushResult = Static<typeof PushResult>;
