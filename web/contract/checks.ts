// Checks: what is watched on a host, how, and the state it is in.
//
//   GET    /api/v1/check-kinds          what can be checked, with the schema of each kind's `spec`
//   GET    /api/v1/checks               worst first; filters in CheckListQuery
//   POST   /api/v1/checks               → Check
//   GET    /api/v1/checks/:id           PATCH → Check, DELETE
//   GET    /api/v1/checks/:id/results   the last 90 results, oldest first
//   POST   /api/v1/checks/:id/run       check now → {eventId}; `check.rechecked` follows with that causeEventId

import Type, { type Static } from 'typebox';
import { Id, Instant, ListOf, Nullable, PageQuery } from './shared.ts';

const ServiceStateWord = Type.Union([
  Type.Literal('ok'),
  Type.Literal('warning'),
  Type.Literal('critical'),
  Type.Literal('unknown'),
]);

const CheckStateWord = Type.Union([...ServiceStateWord.anyOf, Type.Literal('pending')], {
  description: 'pending = never checked.',
});

const CheckKindName = Type.Union([
  Type.Literal('plugin'),
  Type.Literal('tcp'),
  Type.Literal('http'),
  Type.Literal('metric'),
]);

const Spec = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Settings of the kind; their schema is served by /api/v1/check-kinds.',
});
const Name = Type.String({ minLength: 1, maxLength: 200, description: 'Unique on its host, such as "disk".' });
const IntervalSec = Type.Number({ minimum: 1, maximum: 86_400, description: 'Seconds between runs.' });
const RetryIntervalSec = Type.Number({
  minimum: 1,
  maximum: 86_400,
  description: 'Seconds between runs while a problem is soft.',
});
const MaxAttempts = Type.Integer({
  minimum: 1,
  maximum: 100,
  description: 'Results in a row that must see a problem before it is hard.',
});
const TimeoutSec = Type.Number({ minimum: 0.1, maximum: 600, description: 'At most as long as both intervals.' });

export const Check = Type.Object({
  id: Id,
  name: Name,
  hostId: Id,
  hostName: Type.String(),
  cluster: Type.String(),
  kind: CheckKindName,
  spec: Spec,
  intervalSec: IntervalSec,
  retryIntervalSec: RetryIntervalSec,
  maxAttempts: MaxAttempts,
  timeoutSec: TimeoutSec,
  enabled: Type.Boolean(),
  origin: Nullable(Type.String({ description: 'Set on checks that Plexus made itself.' })),
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,

  state: CheckStateWord,
  stateType: Type.Union([Type.Literal('soft'), Type.Literal('hard')]),
  attempt: Type.Integer(),
  stale: Type.Boolean({ description: 'Enabled, and its next run is overdue by more than an interval.' }),
  flapping: Type.Boolean(),
  changePercent: Type.Number({ description: 'Weighted share of changes among the last 21 recorded states.' }),
  output: Type.String(),
  lastCheckAt: Nullable(Instant),
  lastChangeAt: Nullable(Instant),
  lastHardChangeAt: Nullable(Instant),
  nextCheckAt: Nullable(Instant),
  latencySec: Nullable(Type.Number({ description: 'How much later than planned the last run started.' })),
  executionSec: Nullable(Type.Number()),
  strip: Type.Array(ServiceStateWord, { description: 'States of the last 24 results, newest last.' }),
});
export type Check = Static<typeof Check>;

const PerfdataItem = Type.Object({
  label: Type.String(),
  value: Nullable(Type.Number()),
  uom: Type.String(),
  warn: Nullable(Type.String({ description: 'Threshold range as the plugin wrote it.' })),
  crit: Nullable(Type.String()),
  min: Nullable(Type.Number()),
  max: Nullable(Type.Number()),
  metric: Type.String({ description: 'Name under which the value is kept in the metric history of the host.' }),
});

export const CheckDetail = Type.Object({
  ...Check.properties,
  longOutput: Type.String(),
  perfdata: Type.Array(PerfdataItem),
});
export type CheckDetail = Static<typeof CheckDetail>;

export const CheckList = ListOf(Check);
export type CheckList = Static<typeof CheckList>;

export const CheckListQuery = Type.Object({
  ...PageQuery.properties,
  hostId: Type.Optional(Id),
  kind: Type.Optional(CheckKindName),
  state: Type.Optional(CheckStateWord),
  problems: Type.Optional(Type.Boolean({ description: 'Only warning, critical and unknown.' })),
  q: Type.Optional(Type.String({ maxLength: 200, description: 'Part of the name of the check or its host.' })),
});
export type CheckListQuery = Static<typeof CheckListQuery>;

export const CheckCreate = Type.Object(
  {
    name: Name,
    hostId: Id,
    kind: CheckKindName,
    spec: Spec,
    // Defaults: every 60 s, again after 15 s while soft, 3 attempts, 10 s of time;
    // retry and timeout shrink to a shorter interval.
    intervalSec: Type.Optional(IntervalSec),
    retryIntervalSec: Type.Optional(RetryIntervalSec),
    maxAttempts: Type.Optional(MaxAttempts),
    timeoutSec: Type.Optional(TimeoutSec),
    enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type CheckCreate = Static<typeof CheckCreate>;

export const CheckUpdate = Type.Object(
  {
    name: Type.Optional(Name),
    spec: Type.Optional(Spec),
    intervalSec: Type.Optional(IntervalSec),
    retryIntervalSec: Type.Optional(RetryIntervalSec),
    maxAttempts: Type.Optional(MaxAttempts),
    timeoutSec: Type.Optional(TimeoutSec),
    enabled: Type.Optional(Type.Boolean()),
    version: Type.Optional(Type.Integer({ description: 'When given, must be the present one, else 409.' })),
  },
  { additionalProperties: false },
);
export type CheckUpdate = Static<typeof CheckUpdate>;

export const CheckResult = Type.Object({
  at: Instant,
  state: ServiceStateWord,
  stateType: Type.Union([Type.Literal('soft'), Type.Literal('hard')]),
  output: Type.String({ description: 'First line, at most 200 characters.' }),
});

/** At most 90, so there is never a second page. */
export const CheckResults = ListOf(CheckResult);
export type CheckResults = Static<typeof CheckResults>;

export const CheckKind = Type.Object({
  kind: CheckKindName,
  title: Type.String(),
  specSchema: Type.Record(Type.String(), Type.Unknown(), { description: 'JSON Schema of `spec`.' }),
});
export const CheckKinds = ListOf(CheckKind);
export type CheckKinds = Static<typeof CheckKinds>;

export const CheckRunAccepted = Type.Object({ eventId: Id });
export type CheckRunAccepted = Static<typeof CheckRunAccepted>;
