// What is done to a check.
//
//   POST   /api/v1/checks/test                  try a draft, save nothing → CheckTrial
//   POST   /api/v1/checks/bulk                  one action on many checks → what became of each that failed
//   POST   /api/v1/checks/:id/run               check now → {eventId}; `check.rechecked` follows with that causeEventId
//   POST   /api/v1/checks/:id/results           a result from outside
//   POST   /api/v1/checks/:id/acknowledgement   DELETE takes it back
//   POST   /api/v1/checks/:id/comments

import Type, { type Static } from 'typebox';
import { CheckCreate, CheckListQuery, PerfdataItem, ResultStateWord, ServiceStateWord } from './checks.ts';
import { Id, Instant, Nullable } from './shared.ts';

export const CheckRunAccepted = Type.Object({ eventId: Id });
export type CheckRunAccepted = Static<typeof CheckRunAccepted>;

const CommentText = Type.String({ minLength: 1, maxLength: 2000, pattern: '\\S' });

export const CheckAcknowledge = Type.Object(
  {
    comment: CommentText,
    sticky: Type.Optional(
      Type.Boolean({ description: 'Kept over changes between problem states; ends with the recovery.' }),
    ),
    until: Type.Optional(Instant),
  },
  { additionalProperties: false },
);
export type CheckAcknowledge = Static<typeof CheckAcknowledge>;

export const CheckCommentCreate = Type.Object({ comment: CommentText }, { additionalProperties: false });

export const PassiveResultSubmit = Type.Object(
  {
    state: ResultStateWord,
    output: Type.String({
      maxLength: 65_536,
      description: 'As a plugin would print it: first line, long text, perfdata after |.',
    }),
  },
  { additionalProperties: false },
);
export type PassiveResultSubmit = Static<typeof PassiveResultSubmit>;

/** Exactly one of `ids` and `q` says which checks; a filter may catch 2000. */
export const CheckBulk = Type.Object(
  {
    action: Type.Union([
      Type.Literal('run'),
      Type.Literal('acknowledge'),
      Type.Literal('remove_acknowledgement'),
      Type.Literal('comment'),
    ]),
    ids: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 2000 })),
    q: CheckListQuery.properties.q,
    comment: Type.Optional(CommentText),
    sticky: Type.Optional(Type.Boolean()),
    until: Type.Optional(Instant),
  },
  { additionalProperties: false },
);
export type CheckBulk = Static<typeof CheckBulk>;

export const CheckBulkDone = Type.Object({
  done: Type.Integer(),
  failed: Type.Integer(),
  failures: Type.Array(Type.Object({ id: Id, code: Type.String(), reason: Type.String() }), {
    description: 'The first 50.',
  }),
});
export type CheckBulkDone = Static<typeof CheckBulkDone>;

const { hostId, name, kind, spec, timeoutSec } = CheckCreate.properties;
export const CheckDraft = Type.Object(
  {
    ...{ hostId, name, kind, spec, timeoutSec },
    checkId: Type.Optional(
      Type.String({ description: 'The saved check whose secrets are meant where the draft says "[secret]".' }),
    ),
  },
  { additionalProperties: false },
);
export type CheckDraft = Static<typeof CheckDraft>;

export const CheckTrial = Type.Object({
  command: Nullable(Type.String({ description: 'What was run, secrets masked.' })),
  state: ServiceStateWord,
  output: Type.String(),
  longOutput: Type.String(),
  perfdata: Type.Array(PerfdataItem),
  perfdataSkipped: Type.Integer({ description: 'Items of the perfdata that could not be read.' }),
  executionSec: Type.Number(),
});
export type CheckTrial = Static<typeof CheckTrial>;
