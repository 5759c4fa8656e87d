// Downtimes: time in which nobody is told of problems, planned once or again and again.
//
//   GET    /api/v1/downtimes                        latest start first; filters in DowntimeListQuery
//   GET    /api/v1/downtimes/batches                what was planned together as one entry, for a calendar
//   POST   /api/v1/downtimes/preview                what an order would keep quiet, and what it overlaps
//   POST   /api/v1/downtimes                        → DowntimePlanned
//   POST   /api/v1/downtimes/cancel                 → DowntimeCancelled
//   POST   /api/v1/downtimes/cancel/preview         what would be told again
//   GET    /api/v1/recurring-downtimes              POST → RecurringDowntime
//   GET    /api/v1/recurring-downtimes/:id          PUT → RecurringDowntime, DELETE
//   POST   /api/v1/recurring-downtimes/occurrences  the next five of a schedule that is being written
//
// A planned downtime is changed by cancelling it and planning another.

import Type, { type Static } from 'typebox';
import { Id, Instant, ListOf, Nullable, PageQuery } from './shared.ts';

const Ids = Type.Array(Id, { maxItems: 5000 });
const Names = Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 200 });

export const DowntimeTarget = Type.Object(
  {
    hostIds: Type.Optional(Ids),
    checkIds: Type.Optional(
      Type.Array(Id, { maxItems: 5000, description: 'The check of a host itself stands for its host.' }),
    ),
    groupIds: Type.Optional(Ids),
    serviceGroups: Type.Optional(Names),
    q: Type.Optional(
      Type.String({ maxLength: 1000, description: 'Filter as the list of checks takes it; what it catches is meant.' }),
    ),
    withServices: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'A downtime for each service of the hosts too. Without, services are kept quiet by their host.',
      }),
    ),
    children: Type.Optional(
      Type.Union([Type.Literal('none'), Type.Literal('same'), Type.Literal('triggered')], {
        default: 'none',
        description:
          'Hosts beneath: same = for the same time, triggered = when and as long as the downtime of the host above runs.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type DowntimeTarget = Static<typeof DowntimeTarget>;

const Comment = Type.String({ minLength: 1, maxLength: 2000, pattern: '\\S', description: 'Why; people read it.' });
const DurationSec = Type.Number({
  minimum: 0,
  maximum: 31_622_400,
  description: 'Of a flexible downtime: how long it lasts from its first problem on. 60 s to 366 days.',
});
const Fixed = Type.Boolean({
  default: true,
  description: 'Fixed: from the start to the end. Flexible: begins with the first problem between them.',
});
const FOR_DESCRIPTION = 'Instead of `until`: seconds from `from` on.';

const Time = {
  from: Type.Optional(Type.String({ format: 'date-time', description: 'RFC 3339 instant; now when absent.' })),
  until: Type.Optional(Type.String({ format: 'date-time', description: 'Either this or `forSec`.' })),
  forSec: Type.Optional(Type.Number({ minimum: 1, maximum: 31_622_400, description: FOR_DESCRIPTION })),
};

export const DowntimePreviewOrder = Type.Object({ target: DowntimeTarget, ...Time }, { additionalProperties: false });
export type DowntimePreviewOrder = Static<typeof DowntimePreviewOrder>;

export const DowntimeOrder = Type.Object(
  {
    target: DowntimeTarget,
    ...Time,
    fixed: Type.Optional(Fixed),
    durationSec: Type.Optional(DurationSec),
    comment: Comment,
  },
  { additionalProperties: false },
);
export type DowntimeOrder = Static<typeof DowntimeOrder>;

export const DowntimeStatusWord = Type.Union(
  [
    Type.Literal('pending'),
    Type.Literal('active'),
    Type.Literal('ended'),
    Type.Literal('cancelled'),
    Type.Literal('expired'),
  ],
  { description: 'expired = flexible, and no problem came.' },
);
export type DowntimeStatusWord = Static<typeof DowntimeStatusWord>;

export const Downtime = Type.Object({
  id: Id,
  hostId: Id,
  hostName: Type.String(),
  checkId: Nullable(Id),
  checkName: Nullable(Type.String({ description: 'Null = the host as such; its services are kept quiet too.' })),
  author: Type.String(),
  comment: Type.String(),
  startsAt: Instant,
  endsAt: Instant,
  fixed: Type.Boolean(),
  durationSec: Type.Number(),
  triggeredBy: Nullable(Type.String({ description: 'The downtime with which it begins and ends.' })),
  recurringId: Nullable(Id),
  batch: Type.String({ description: 'Those with the same were planned together.' }),
  status: DowntimeStatusWord,
  beganAt: Nullable(Instant),
  overAt: Nullable(Instant),
  enteredAt: Instant,
});
export type Downtime = Static<typeof Downtime>;

export const DowntimeList = ListOf(Downtime);
export type DowntimeList = Static<typeof DowntimeList>;

const FilterFields = {
  hostId: Type.Optional(Id),
  checkId: Type.Optional(Type.String({ maxLength: 128, description: 'Of the check, or of its host as such.' })),
  status: Type.Optional(Type.Array(DowntimeStatusWord, { maxItems: 5 })),
  recurringId: Type.Optional(Id),
  batch: Type.Optional(Type.String({ maxLength: 200 })),
  from: Type.Optional(Type.String({ format: 'date-time', description: 'With a part after this instant.' })),
  to: Type.Optional(Type.String({ format: 'date-time', description: 'With a part before this instant.' })),
};
export const DowntimeListQuery = Type.Object({ ...PageQuery.properties, ...FilterFields });
export const DowntimeBatchQuery = Type.Object(FilterFields);

export const DowntimeBatch = Type.Object({
  batch: Type.String(),
  author: Type.String(),
  comment: Type.String(),
  startsAt: Instant,
  endsAt: Instant,
  fixed: Type.Boolean(),
  durationSec: Type.Number(),
  recurringId: Nullable(Id),
  hosts: Type.Integer(),
  services: Type.Integer(),
  names: Type.Array(Type.String(), { description: 'The first five.' }),
  status: DowntimeStatusWord,
  open: Type.Integer({ description: 'Pending or under way.' }),
});
export type DowntimeBatch = Static<typeof DowntimeBatch>;

export const DowntimeBatches = Type.Object({
  items: Type.Array(DowntimeBatch, { description: 'By start; at most 2000.' }),
  total: Type.Integer(),
});
export type DowntimeBatches = Static<typeof DowntimeBatches>;

export const DowntimePreview = Type.Object({
  downtimes: Type.Integer({ description: 'How many would be planned.' }),
  tooMany: Type.Boolean({ description: 'More than 5000: it would be refused.' }),
  hosts: Type.Integer(),
  services: Type.Integer({ description: 'With a downtime of their own, or kept quiet by their host.' }),
  servicesByHost: Type.Integer({ description: 'Of those, the ones that only their host keeps quiet.' }),
  hostNames: Type.Array(Type.String(), { description: 'The first 50.' }),
  serviceNames: Type.Array(Type.String(), { description: 'The first 50.' }),
  overlapping: Type.Integer({ description: 'Open downtimes of the same objects in the same time.' }),
  overlaps: Type.Array(Downtime, { description: 'The first 20.' }),
});
export type DowntimePreview = Static<typeof DowntimePreview>;

export const DowntimePlanned = Type.Object({ batch: Type.String(), planned: Type.Integer() });
export type DowntimePlanned = Static<typeof DowntimePlanned>;

export const DowntimeChoice = Type.Object(
  {
    ids: Type.Optional(Ids),
    batches: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 200 })),
  },
  { additionalProperties: false },
);
export type DowntimeChoice = Static<typeof DowntimeChoice>;

export const DowntimeCancelled = Type.Object({
  cancelled: Type.Integer({ description: 'Those that were over already are not counted.' }),
});
export type DowntimeCancelled = Static<typeof DowntimeCancelled>;

export const DowntimeCancelPreview = Type.Object({
  open: Type.Integer(),
  problems: Type.Integer({ description: 'Problems that stand, nobody has, and only these downtimes keep quiet.' }),
  names: Type.Array(Type.String(), { description: 'The first 50 of them.' }),
});
export type DowntimeCancelPreview = Static<typeof DowntimeCancelPreview>;

export const DowntimeSchedule = Type.Object(
  {
    zone: Type.String({ minLength: 1, maxLength: 60, description: 'IANA name, such as Europe/Berlin.' }),
    days: Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 500 }), {
      description:
        'Days as time periods have them, and their times: {"monday": "02:00-03:00", "day -1": "22:00-04:00"}. A range may ' +
        'end on the next day.',
    }),
  },
  { additionalProperties: false },
);
export type DowntimeSchedule = Static<typeof DowntimeSchedule>;

const RecurringFields = {
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
  target: DowntimeTarget,
  schedule: DowntimeSchedule,
  fixed: Type.Optional(Fixed),
  durationSec: Type.Optional(DurationSec),
  comment: Comment,
  enabled: Type.Optional(Type.Boolean({ default: true })),
};

export const RecurringOrder = Type.Object(RecurringFields, { additionalProperties: false });
export type RecurringOrder = Static<typeof RecurringOrder>;

export const RecurringUpdate = Type.Object(
  {
    ...RecurringFields,
    version: Type.Optional(Type.Integer({ description: 'When given, must be the present one, else 409.' })),
  },
  { additionalProperties: false },
);
export type RecurringUpdate = Static<typeof RecurringUpdate>;

const Occurrence = Type.Object({ startsAt: Instant, endsAt: Instant });

export const DowntimeOccurrences = Type.Object({ items: Type.Array(Occurrence) });
export type DowntimeOccurrences = Static<typeof DowntimeOccurrences>;

export const RecurringDowntime = Type.Object({
  id: Id,
  name: Type.String(),
  target: DowntimeTarget,
  schedule: DowntimeSchedule,
  fixed: Type.Boolean(),
  durationSec: Type.Number(),
  comment: Type.String(),
  enabled: Type.Boolean(),
  author: Type.String(),
  version: Type.Integer(),
  createdAt: Instant,
  next: Type.Array(Occurrence, { description: 'The next five; none while it is switched off.' }),
});
export type RecurringDowntime = Static<typeof RecurringDowntime>;

/** There are few, so there is never a second page. */
export const RecurringDowntimes = ListOf(RecurringDowntime);
export type RecurringDowntimes = Static<typeof RecurringDowntimes>;
