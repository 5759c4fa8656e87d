// Checks: what is watched on a host, how, and the state it is in.
//
//   GET    /api/v1/check-kinds          what can be checked, with the schema of each kind's `spec`
//   GET    /api/v1/checks               worst first, unhandled before handled; filters in CheckListQuery
//   GET    /api/v1/checks/counts        how many the same filters catch
//   POST   /api/v1/checks               → Check
//   GET    /api/v1/checks/:id           PATCH → Check, DELETE
//   GET    /api/v1/checks/:id/results   the last 90 results, oldest first
//
// What is done to a check stands in check-actions.ts, what stands around it in check-views.ts.

import Type, { type Static } from 'typebox';
import { Id, Instant, ListOf, Nullable, PageQuery } from './shared.ts';

export const ServiceStateWord = Type.Union([
  Type.Literal('ok'),
  Type.Literal('warning'),
  Type.Literal('critical'),
  Type.Literal('unknown'),
]);

export const CheckStateWord = Type.Union(
  [
    ...ServiceStateWord.anyOf,
    Type.Literal('up'),
    Type.Literal('down'),
    Type.Literal('unreachable'),
    Type.Literal('pending'),
  ],
  { description: 'up, down and unreachable are states of hosts; pending = never checked.' },
);
export type CheckStateWord = Static<typeof CheckStateWord>;

/** A state that a result can have. */
export const ResultStateWord = Type.Union([
  ...ServiceStateWord.anyOf,
  Type.Literal('up'),
  Type.Literal('down'),
  Type.Literal('unreachable'),
]);

export const ObjectWord = Type.Union([Type.Literal('host'), Type.Literal('service')]);
export const StateTypeWord = Type.Union([Type.Literal('soft'), Type.Literal('hard')]);

const CheckKindName = Type.String({
  minLength: 1,
  maxLength: 60,
  description: 'One of /api/v1/check-kinds, such as "http".',
});

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

const StateWords = Type.Array(ResultStateWord, { maxItems: 7 });
const Switch = Type.Optional(Type.Boolean());
const PeriodName = Type.Optional(Nullable(Type.String({ maxLength: 200 })));

/** How results are counted and when a problem is told; what is not there has its default. */
export const CheckSettings = Type.Object(
  {
    activeChecks: Switch,
    passiveChecks: Switch,
    checkPeriod: PeriodName,
    initialState: Type.Optional(ResultStateWord),
    isVolatile: Switch,
    flap: Type.Optional(
      Type.Object(
        {
          isEnabled: Switch,
          lowPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
          highPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
          states: Type.Optional(Nullable(StateWords)),
        },
        { additionalProperties: false },
      ),
    ),
    freshness: Type.Optional(
      Type.Object(
        { isEnabled: Switch, thresholdSec: Type.Optional(Type.Number({ minimum: 0, maximum: 31_536_000 })) },
        { additionalProperties: false },
      ),
    ),
    stalking: Type.Optional(StateWords),
    notifications: Type.Optional(
      Type.Object(
        {
          isEnabled: Switch,
          period: PeriodName,
          options: Type.Optional(
            Nullable(
              Type.Array(
                Type.Union([
                  ...ResultStateWord.anyOf,
                  Type.Literal('recovery'),
                  Type.Literal('flapping'),
                  Type.Literal('downtime'),
                ]),
                { maxItems: 10 },
              ),
            ),
          ),
          intervalSec: Type.Optional(Type.Number({ minimum: 0, maximum: 31_536_000 })),
          firstDelaySec: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400 })),
        },
        { additionalProperties: false },
      ),
    ),
    countsPassive: Switch,
    isAggressive: Switch,
    importance: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
  },
  { additionalProperties: false },
);
export type CheckSettings = Static<typeof CheckSettings>;

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

  object: ObjectWord,
  state: CheckStateWord,
  stateType: StateTypeWord,
  attempt: Type.Integer(),
  acknowledged: Type.Union([Type.Literal('none'), Type.Literal('normal'), Type.Literal('sticky')]),
  downtimeDepth: Type.Integer({ description: 'Downtimes of the check itself that are under way.' }),
  mutedBy: Nullable(Type.String({ description: 'Why a problem that stands is not told to anybody.' })),
  via: Type.String({ description: '"active", or where the last result came from.' }),
  serviceGroups: Type.Array(Type.String()),
  owner: Nullable(Type.String({ description: 'The set of documents that made it; such a check is changed there.' })),
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
  strip: Type.Array(ResultStateWord, { description: 'States of the last 24 results, newest last.' }),
});
export type Check = Static<typeof Check>;

export const PerfdataItem = Type.Object({
  label: Type.String(),
  value: Nullable(Type.Number()),
  uom: Type.String(),
  warn: Nullable(Type.String({ description: 'Threshold range as the plugin wrote it.' })),
  crit: Nullable(Type.String()),
  min: Nullable(Type.Number()),
  max: Nullable(Type.Number()),
});
export type PerfdataItem = Static<typeof PerfdataItem>;

export const CheckDetail = Type.Object({
  ...Check.properties,
  longOutput: Type.String(),
  checkedBy: Type.String({ description: 'Name of the checker that stored the last result.' }),
  settings: CheckSettings,
  perfdata: Type.Array(
    Type.Object({
      ...PerfdataItem.properties,
      metric: Type.String({ description: 'Name under which the value is kept in the metric history of the host.' }),
    }),
  ),
});
export type CheckDetail = Static<typeof CheckDetail>;

export const CheckList = ListOf(Check);
export type CheckList = Static<typeof CheckList>;

const FilterFields = {
  hostId: Type.Optional(Id),
  kind: Type.Optional(CheckKindName),
  state: Type.Optional(CheckStateWord),
  problems: Type.Optional(Type.Boolean({ description: 'Only what is not fine.' })),
  q: Type.Optional(
    Type.String({
      maxLength: 1000,
      description:
        'Filter such as `state:critical host:web-* -is:handled output:"no route" disk`. Fields: state, is, object, host, check, ' +
        'kind, group, servicegroup, cluster, owner, output, set, under. A mistake is answered with 400 `bad_filter`; ' +
        '`errors[0].path` is `query.q.<character>`.',
    }),
  ),
};

export const CheckListQuery = Type.Object({
  ...PageQuery.properties,
  cursor: Type.Optional(Type.String({ maxLength: 1000 })),
  ...FilterFields,
  sort: Type.Optional(
    Type.Union([Type.Literal('worst'), Type.Literal('host')], {
      default: 'worst',
      description: 'worst: problems that nobody has taken first; host: by host, then the worst.',
    }),
  ),
});

export const CheckCountsQuery = Type.Object(FilterFields);

export const CheckCounts = Type.Object({
  total: Type.Integer(),
  unhandled: Type.Integer({ description: 'Problems that nobody has taken and nothing above explains.' }),
  handled: Type.Integer(),
  byState: Type.Partial(Type.Record(CheckStateWord, Type.Integer())),
});
export type CheckCounts = Static<typeof CheckCounts>;

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
    settings: Type.Optional(CheckSettings),
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
    settings: Type.Optional(CheckSettings),
    version: Type.Optional(Type.Integer({ description: 'When given, must be the present one, else 409.' })),
  },
  { additionalProperties: false },
);
export type CheckUpdate = Static<typeof CheckUpdate>;

export const CheckResult = Type.Object({
  at: Instant,
  state: ResultStateWord,
  stateType: StateTypeWord,
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
