// What stands around checks.
//
//   GET    /api/v1/checks/overview          everything counted: states, groups, figures, outages
//   GET    /api/v1/checks/map               parents and dependencies as a graph; ?hostId= shows what is around a host
//   GET    /api/v1/checks/blast-radius      what needs a host or a check: ?hostId= or ?checkId=
//   GET    /api/v1/checks/:id/command       what a run does, secrets masked
//   GET    /api/v1/checks/:id/relations     parents, dependencies, downtimes
//   GET    /api/v1/checks/:id/history       changes of state, newest first
//   GET    /api/v1/checks/:id/comments      newest first
//   GET    /api/v1/checks/:id/explanation   why it is as it is, runs when it does, and is told or not

import Type, { type Static } from 'typebox';
import { CheckStateWord, ObjectWord, StateTypeWord } from './checks.ts';
import { Id, Instant, ListOf, Nullable } from './shared.ts';

const StateCount = Type.Object({
  object: ObjectWord,
  state: CheckStateWord,
  isHandled: Type.Boolean({ description: 'A problem that somebody has, or that something above explains.' }),
  count: Type.Integer(),
});
export type StateCount = Static<typeof StateCount>;

const GroupCounts = Type.Object({ name: Type.String(), states: Type.Array(StateCount) });
export type GroupCounts = Static<typeof GroupCounts>;

const Spread = Type.Object({ medianMs: Nullable(Type.Number()), p95Ms: Nullable(Type.Number()) });

export const CheckOverview = Type.Object({
  states: Type.Array(StateCount),
  hostGroups: Type.Array(GroupCounts),
  serviceGroups: Type.Array(GroupCounts),
  active: Type.Integer(),
  passive: Type.Integer(),
  flapping: Type.Integer(),
  stale: Type.Integer(),
  disabled: Type.Integer(),
  inDowntime: Type.Integer(),
  latency: Spread,
  execution: Spread,
  outages: Type.Array(
    Type.Object({
      hostId: Id,
      hostName: Type.String(),
      checkId: Id,
      isHandled: Type.Boolean(),
      hosts: Type.Integer({ description: 'Hosts beneath it.' }),
      services: Type.Integer({ description: 'Services on it and beneath it.' }),
    }),
    { description: 'Hosts that are down, by how much is beneath them; at most 20.' },
  ),
});
export type CheckOverview = Static<typeof CheckOverview>;

const MapNode = Type.Object({
  id: Type.String(),
  kind: Type.Union([Type.Literal('host'), Type.Literal('check'), Type.Literal('leaves')], {
    description: 'leaves = hosts that are counted, not drawn.',
  }),
  name: Type.String(),
  hostId: Nullable(Id),
  checkId: Nullable(Id),
  state: CheckStateWord,
  isHandled: Type.Boolean(),
  problems: Type.Integer({ description: 'Services of the host that are not fine; of leaves: hosts that are not up.' }),
  count: Type.Integer(),
});
export type MapNode = Static<typeof MapNode>;

const MapEdge = Type.Object({
  from: Type.String({ description: 'What is needed.' }),
  to: Type.String({ description: 'What needs it.' }),
  kind: Type.Union([Type.Literal('parent'), Type.Literal('execution'), Type.Literal('notification')]),
});
export type MapEdge = Static<typeof MapEdge>;

export const DependencyMap = Type.Object({
  nodes: Type.Array(MapNode, { description: 'At most 500.' }),
  edges: Type.Array(MapEdge),
  omitted: Type.Integer({ description: 'Nodes that were left out to stay within the bound.' }),
});
export type DependencyMap = Static<typeof DependencyMap>;

export const DependencyMapQuery = Type.Object({ hostId: Type.Optional(Id) });

export const BlastRadiusQuery = Type.Object({ hostId: Type.Optional(Id), checkId: Type.Optional(Id) });

export const BlastRadius = Type.Object({
  hosts: Type.Integer(),
  services: Type.Integer(),
  owners: Type.Array(Type.Object({ owner: Nullable(Type.String()), hosts: Type.Integer(), services: Type.Integer() })),
  hostNames: Type.Array(Type.String(), { description: 'The first 50.' }),
});
export type BlastRadius = Static<typeof BlastRadius>;

export const CheckCommand = Type.Object({
  command: Nullable(Type.String({ description: 'Null for kinds that run nothing one could name.' })),
});
export type CheckCommand = Static<typeof CheckCommand>;

const HostLink = Type.Object({
  hostId: Id,
  hostName: Type.String(),
  checkId: Nullable(Id),
  state: CheckStateWord,
});
export type HostLink = Static<typeof HostLink>;

const CheckLink = Type.Object({
  id: Id,
  name: Type.String(),
  hostId: Id,
  hostName: Type.String(),
  object: ObjectWord,
  state: CheckStateWord,
  purpose: Type.Union([Type.Literal('execution'), Type.Literal('notification')]),
  states: Type.Array(Type.String(), { description: 'States of the master in which the dependent is held back.' }),
  period: Nullable(Type.String()),
  inheritsParent: Type.Boolean(),
});
export type CheckLink = Static<typeof CheckLink>;

const CheckDowntime = Type.Object({
  id: Id,
  author: Type.String(),
  comment: Type.String(),
  startsAt: Instant,
  endsAt: Instant,
  isFixed: Type.Boolean(),
  isActive: Type.Boolean(),
  isOfHost: Type.Boolean(),
});
export type CheckDowntime = Static<typeof CheckDowntime>;

export const CheckRelations = Type.Object({
  parents: Type.Array(HostLink),
  children: Type.Array(HostLink, { description: 'At most 100, as each of the lists.' }),
  masters: Type.Array(CheckLink, { description: 'What this check needs.' }),
  dependents: Type.Array(CheckLink, { description: 'What needs this check.' }),
  downtimes: Type.Array(CheckDowntime),
});
export type CheckRelations = Static<typeof CheckRelations>;

export const CheckHistory = ListOf(
  Type.Object({
    at: Instant,
    state: Type.Union([...CheckStateWord.anyOf, Type.Literal('unwatched')]),
    stateType: StateTypeWord,
    inDowntime: Type.Boolean(),
    output: Type.String(),
  }),
);
export type CheckHistory = Static<typeof CheckHistory>;

export const CheckComments = ListOf(
  Type.Object({
    id: Id,
    kind: Type.Union([
      Type.Literal('user'),
      Type.Literal('acknowledgement'),
      Type.Literal('flapping'),
      Type.Literal('downtime'),
    ]),
    author: Type.String(),
    comment: Type.String(),
    at: Instant,
    expiresAt: Nullable(Instant),
  }),
);
export type CheckComments = Static<typeof CheckComments>;

const ExplanationLine = Type.Object({
  topic: Type.String({ description: 'One of a closed set of words, such as "state.soft".' }),
  text: Type.String(),
  facts: Type.Record(Type.String(), Nullable(Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
});
export type ExplanationLine = Static<typeof ExplanationLine>;

export const CheckExplanation = Type.Object({
  state: Type.Array(ExplanationLine),
  schedule: Type.Array(ExplanationLine),
  notification: Type.Array(ExplanationLine),
  values: Type.Array(Type.Object({ name: Type.String(), value: Type.String(), from: Type.String() }), {
    description: 'Which template, group or document gave each value.',
  }),
});
export type CheckExplanation = Static<typeof CheckExplanation>;
