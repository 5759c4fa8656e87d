// Hosts, groups, desired state and drift as the API shows them.

import Type, { type Static } from 'typebox';
import { Id, Instant, ListOf, Nullable, PageQuery } from './shared.ts';

export const Reporting = Type.Union([Type.Literal('up'), Type.Literal('down'), Type.Literal('unknown')], {
  description: 'Whether metrics arrive; unknown until anything was heard.',
});
export type Reporting = Static<typeof Reporting>;

export const Lifecycle = Type.Union([Type.Literal('in_service'), Type.Literal('maintenance'), Type.Literal('retired')]);
export type Lifecycle = Static<typeof Lifecycle>;

export const Variables = Type.Record(Type.String({ maxLength: 200 }), Type.Unknown(), {
  description: 'Nested names and values for templates.',
});
export type Variables = Static<typeof Variables>;

export const GroupRef = Type.Object({ id: Id, name: Type.String() });
export type GroupRef = Static<typeof GroupRef>;

export const FactsSummary = Type.Object({
  os: Nullable(Type.String({ examples: ['Debian GNU/Linux 12'] })),
  kernel: Nullable(Type.String()),
  arch: Nullable(Type.String()),
  cpuModel: Nullable(Type.String()),
  cpuCount: Nullable(Type.Number()),
  memoryBytes: Nullable(Type.Number()),
  virtualization: Nullable(Type.String()),
  bootAt: Nullable(Instant),
});
export type FactsSummary = Static<typeof FactsSummary>;

const summaryFields = {
  id: Id,
  name: Type.String(),
  cluster: Type.String(),
  ip: Nullable(Type.String()),
  lifecycle: Lifecycle,
  reporting: Reporting,
  reportingSince: Nullable(Instant),
  owner: Nullable(Type.String()),
  description: Type.String(),
  groups: Type.Array(GroupRef),
  agentIds: Type.Array(Id),
  factsSummary: FactsSummary,
  driftCount: Type.Integer({ description: 'Desired states that the host does not match or that failed to compare.' }),
  reportedAt: Nullable(Instant),
  createdAt: Instant,
  version: Type.Integer(),
};

export const HostSummary = Type.Object(summaryFields);
export type HostSummary = Static<typeof HostSummary>;

export const HostList = ListOf(HostSummary);
export type HostList = Static<typeof HostList>;

export const DriftStatus = Type.Union([
  Type.Literal('in_sync'),
  Type.Literal('drifted'),
  Type.Literal('failed'),
  Type.Literal('pending'),
]);
export type DriftStatus = Static<typeof DriftStatus>;

export const Drift = Type.Object({
  desiredStateId: Id,
  desiredStateName: Type.String(),
  hostId: Id,
  hostName: Type.String(),
  status: DriftStatus,
  summary: Type.String(),
  diff: Type.String({ description: 'Unified diff from what is to what should be.' }),
  desiredVersion: Type.Integer(),
  since: Instant,
  checkedAt: Nullable(Instant),
});
export type Drift = Static<typeof Drift>;
export const DriftList = ListOf(Drift);

const InstalledPackage = Type.Object({
  name: Type.String(),
  version: Type.String(),
  arch: Type.Optional(Type.String()),
});
export type InstalledPackage = Static<typeof InstalledPackage>;

export const HostService = Type.Object({
  name: Type.String(),
  state: Type.Union([
    Type.Literal('running'),
    Type.Literal('stopped'),
    Type.Literal('failed'),
    Type.Literal('unknown'),
  ]),
  description: Type.Optional(Type.String()),
  pid: Type.Optional(Type.Number()),
});
export type HostService = Static<typeof HostService>;

const HostProcess = Type.Object({
  name: Type.String(),
  pid: Type.Number(),
  user: Type.Optional(Type.String()),
  cpuSec: Type.Optional(Type.Number({ description: 'CPU time used since the process started, in seconds.' })),
  rssBytes: Type.Optional(Type.Number()),
  startedAt: Type.Optional(Instant),
});
export type HostProcess = Static<typeof HostProcess>;

export const HostDetail = Type.Object({
  ...summaryFields,
  facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  variables: Variables,
  mergedVariables: Variables,
  packages: Type.Array(InstalledPackage),
  services: Type.Array(HostService),
  processes: Type.Array(HostProcess),
  aliases: Type.Array(Type.Object({ kind: Type.String(), value: Type.String() })),
  series: Type.Array(Type.Object({ cluster: Type.String(), host: Type.String() }), {
    description: 'Names under which metrics of this host are kept; the main one first.',
  }),
  drift: Type.Array(Drift),
  retiredAt: Nullable(Instant),
  mergedInto: Nullable(Id),
});
export type HostDetail = Static<typeof HostDetail>;

export const HostQuery = Type.Object({
  ...PageQuery.properties,
  search: Type.Optional(Type.String({ maxLength: 200, description: 'Part of the name or address.' })),
  cluster: Type.Optional(Type.String({ maxLength: 200 })),
  groupId: Type.Optional(Id),
  reporting: Type.Optional(Reporting),
  retired: Type.Optional(Type.Boolean({ description: 'Also list retired hosts.', default: false })),
});
export type HostQuery = Static<typeof HostQuery>;

const HostName = Type.String({ minLength: 1, maxLength: 253 });
const Description = Type.String({ maxLength: 2000 });

export const NewHost = Type.Object({
  name: HostName,
  cluster: Type.String({ minLength: 1, maxLength: 200 }),
  ip: Type.Optional(Type.String({ maxLength: 64 })),
  owner: Type.Optional(Type.String({ maxLength: 200 })),
  description: Type.Optional(Description),
});
export type NewHost = Static<typeof NewHost>;

export const HostChange = Type.Object({
  version: Type.Integer(),
  name: Type.Optional(HostName),
  description: Type.Optional(Description),
  // Null first: the server coerces, and would make an empty text of a null that meets a text first.
  owner: Type.Optional(Type.Union([Type.Null(), Type.String({ maxLength: 200 })])),
  lifecycle: Type.Optional(Type.Union([Type.Literal('in_service'), Type.Literal('maintenance')])),
  variables: Type.Optional(Variables),
  groupIds: Type.Optional(Type.Array(Id, { maxItems: 200 })),
});
export type HostChange = Static<typeof HostChange>;

export const MergeHost = Type.Object({ fromId: Id }, { description: 'The host that is folded into this one.' });
