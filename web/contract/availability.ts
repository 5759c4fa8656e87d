// How available hosts and services were over a time.
//
//   GET    /api/v1/availability               → AvailabilityReport, worst first; as CSV with accept: text/csv or ?format=csv
//   GET    /api/v1/availability/periods       names by which a report can be limited
//   GET    /api/v1/checks/:id/availability    the last 24 h, 7 d, 30 d and year of one check

import Type, { type Static } from 'typebox';
import { Id, Instant, Nullable } from './shared.ts';
import { ObjectWord } from './checks.ts';

const DowntimeRule = Type.Union([Type.Literal('included'), Type.Literal('excluded')]);

export const AvailabilityQuery = Type.Object({
  hostId: Type.Optional(Id),
  checkId: Type.Optional(Id),
  group: Type.Optional(Type.String({ maxLength: 200, description: 'Name of a host group.' })),
  serviceGroup: Type.Optional(Type.String({ maxLength: 200 })),
  q: Type.Optional(Type.String({ maxLength: 1000, description: 'Filter as the list of checks takes it.' })),
  from: Type.String({ format: 'date-time' }),
  to: Type.String({ format: 'date-time', description: 'Excluded; what lies in the future is cut off.' }),
  bucket: Type.Optional(
    Type.Union([Type.Literal('day'), Type.Literal('week'), Type.Literal('month'), Type.Literal('none')], {
      default: 'none',
    }),
  ),
  zone: Type.Optional(Type.String({ maxLength: 60, description: 'IANA name in which days begin; UTC when absent.' })),
  period: Type.Optional(
    Type.String({ maxLength: 200, description: 'Name of a time period: only time inside counts.' }),
  ),
  countSoft: Type.Optional(
    Type.Boolean({ default: false, description: 'Count states from their first result, not once they are hard.' }),
  ),
  target: Type.Optional(Type.Number({ minimum: 0, maximum: 100, default: 99, description: 'Percent, such as 99.9.' })),
  downtime: Type.Optional(
    Type.Union([...DowntimeRule.anyOf], {
      default: 'excluded',
      description: 'Whether planned downtime is part of what the target is judged by.',
    }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
  format: Type.Optional(Type.Union([Type.Literal('json'), Type.Literal('csv')])),
});
export type AvailabilityQuery = Static<typeof AvailabilityQuery>;

const StateShare = Type.Object({
  sec: Type.Number(),
  downtimeSec: Type.Number({ description: 'The part of it in downtime.' }),
  percent: Nullable(Type.Number({ description: 'Of the time that counts; null when none does.' })),
  percentWithoutDowntime: Nullable(Type.Number()),
});
export type StateShare = Static<typeof StateShare>;

export const AvailabilityStateWord = Type.Union([
  Type.Literal('ok'),
  Type.Literal('warning'),
  Type.Literal('critical'),
  Type.Literal('unknown'),
  Type.Literal('up'),
  Type.Literal('down'),
  Type.Literal('unreachable'),
  Type.Literal('undetermined'),
]);
export type AvailabilityStateWord = Static<typeof AvailabilityStateWord>;

const StateShares = Type.Partial(Type.Record(AvailabilityStateWord, StateShare), {
  description: 'States of the kind of object; undetermined = before the first result, and where nobody looked.',
});
export type StateShares = Static<typeof StateShares>;

const Available = {
  percent: Nullable(
    Type.Number({ description: 'Of the time of which the state is known; null while nothing is. Rounded down.' }),
  ),
  percentWithoutDowntime: Nullable(Type.Number()),
};

const Outages = Type.Object({
  count: Type.Integer(),
  totalSec: Type.Number(),
  longestSec: Type.Number(),
  mttrSec: Nullable(Type.Number({ description: 'Mean time to repair, of those that are over.' })),
  mtbfSec: Nullable(Type.Number({ description: 'Mean time between failures: good time over outages.' })),
});

const VerdictWord = Type.Union([Type.Literal('met'), Type.Literal('missed'), Type.Literal('undetermined')]);

export const AvailabilityRow = Type.Object({
  checkId: Id,
  checkName: Type.String(),
  hostId: Id,
  hostName: Type.String(),
  object: ObjectWord,
  ...Available,
  states: StateShares,
  outages: Outages,
  unplannedOutages: Outages,
  outageList: Type.Array(
    Type.Object({
      from: Instant,
      to: Instant,
      sec: Type.Number(),
      isOpen: Type.Boolean(),
      isPlanned: Type.Boolean({ description: 'All of it in downtime.' }),
    }),
    { description: 'The last 200, oldest first; empty in a report about more than 50 checks.' },
  ),
  verdict: VerdictWord,
  budgetSec: Type.Number({ description: 'Outage that the target allows in the time that is known.' }),
  outageSec: Type.Number({ description: 'Outage that the target is judged by.' }),
  buckets: Type.Array(
    Type.Object({ label: Type.String(), from: Instant, to: Instant, ...Available, states: StateShares }),
  ),
});
export type AvailabilityRow = Static<typeof AvailabilityRow>;

const RollUp = Type.Object({
  object: ObjectWord,
  objects: Type.Integer(),
  ...Available,
  states: StateShares,
  met: Type.Integer(),
  missed: Type.Integer(),
  undetermined: Type.Integer(),
  worst: Nullable(Type.Object({ checkId: Id, name: Type.String(), percent: Type.Number() })),
});
export type AvailabilityRollUp = Static<typeof RollUp>;

export const AvailabilityReport = Type.Object({
  from: Instant,
  to: Instant,
  rows: Type.Array(AvailabilityRow, { description: 'Worst first; those of which nothing is known last.' }),
  total: Type.Integer(),
  rollUps: Type.Array(RollUp, { description: 'All services of the report, and all hosts.' }),
});
export type AvailabilityReport = Static<typeof AvailabilityReport>;

export const AvailabilityPeriods = Type.Object({ items: Type.Array(Type.String()) });
export type AvailabilityPeriods = Static<typeof AvailabilityPeriods>;

export const CheckAvailability = Type.Object({
  spans: Type.Array(Type.Object({ from: Instant, to: Instant, ...Available, states: StateShares }), {
    description: 'The last 24 h, 7 d, 30 d and 365 d.',
  }),
});
export type CheckAvailability = Static<typeof CheckAvailability>;
