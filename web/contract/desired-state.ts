// Groups of hosts and desired state as the API shows and takes them.

import Type, { type Static } from 'typebox';
import { DriftStatus, Variables } from './inventory.ts';
import { Id, Instant, ListOf, PageQuery } from './shared.ts';

const GroupName = Type.String({ minLength: 1, maxLength: 100 });
const HostIds = Type.Array(Id, { maxItems: 50_000 });

export const HostGroup = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  priority: Type.Integer({ description: 'Where two groups set the same variable, the higher priority wins.' }),
  variables: Variables,
  hostIds: Type.Array(Id),
  createdAt: Instant,
  version: Type.Integer(),
});
export type HostGroup = Static<typeof HostGroup>;
export const HostGroupList = ListOf(HostGroup);

const groupFields = {
  description: Type.Optional(Type.String({ maxLength: 2000 })),
  priority: Type.Optional(Type.Integer({ minimum: -1000, maximum: 1000 })),
  variables: Type.Optional(Variables),
  hostIds: Type.Optional(HostIds),
};

export const NewHostGroup = Type.Object({ name: GroupName, ...groupFields });
export type NewHostGroup = Static<typeof NewHostGroup>;

export const HostGroupChange = Type.Object({
  version: Type.Integer(),
  name: Type.Optional(GroupName),
  ...groupFields,
});
export type HostGroupChange = Static<typeof HostGroupChange>;

const Command = Type.Array(Type.String({ maxLength: 4096 }), {
  minItems: 1,
  maxItems: 64,
  description: 'Program and arguments; no shell.',
});

const FileState = Type.Object({
  kind: Type.Literal('file'),
  path: Type.String({ minLength: 2, maxLength: 1024, pattern: '^/', description: 'Absolute path on the host.' }),
  template: Type.String({
    maxLength: 262_144,
    description: 'Text with {{ vars.x }}, {{ facts.os.name }}, {{ host.name }}.',
  }),
  owner: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  group: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  mode: Type.String({ pattern: '^0?[0-7]{3}$', examples: ['0644'] }),
});
export type FileState = Static<typeof FileState>;

export const ServiceState = Type.Object({
  kind: Type.Literal('service'),
  service: Type.String({ minLength: 1, maxLength: 256, pattern: '^[A-Za-z0-9][A-Za-z0-9:_.@-]*$' }),
  running: Type.Boolean(),
  startCommand: Type.Optional(Command),
  stopCommand: Type.Optional(Command),
  statusCommand: Type.Optional(Command),
});
export type ServiceState = Static<typeof ServiceState>;

export const DesiredStateSpec = Type.Union([FileState, ServiceState]);
export type DesiredStateSpec = Static<typeof DesiredStateSpec>;

export const Target = Type.Object({ hostIds: HostIds, groupIds: Type.Array(Id, { maxItems: 1000 }) });
export type Target = Static<typeof Target>;

export const DesiredState = Type.Object({
  id: Id,
  name: Type.String(),
  spec: DesiredStateSpec,
  target: Target,
  enabled: Type.Boolean(),
  counts: Type.Object({
    in_sync: Type.Integer(),
    drifted: Type.Integer(),
    failed: Type.Integer(),
    pending: Type.Integer(),
  }),
  version: Type.Integer(),
  createdAt: Instant,
  updatedAt: Instant,
});
export type DesiredState = Static<typeof DesiredState>;
export const DesiredStateList = ListOf(DesiredState);

export const NewDesiredState = Type.Object({
  name: GroupName,
  spec: DesiredStateSpec,
  target: Target,
  enabled: Type.Optional(Type.Boolean({ default: true })),
});
export type NewDesiredState = Static<typeof NewDesiredState>;

export const DesiredStateChange = Type.Object({
  version: Type.Integer(),
  name: Type.Optional(GroupName),
  spec: Type.Optional(DesiredStateSpec),
  target: Type.Optional(Target),
  enabled: Type.Optional(Type.Boolean()),
});
export type DesiredStateChange = Static<typeof DesiredStateChange>;

export const DriftQuery = Type.Object({
  limit: PageQuery.properties.limit,
  hostId: Type.Optional(Id),
  desiredStateId: Type.Optional(Id),
  status: Type.Optional(DriftStatus),
});
export type DriftQuery = Static<typeof DriftQuery>;

export const Created = Type.Object({ id: Id });
