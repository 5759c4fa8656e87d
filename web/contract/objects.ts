// Monitoring objects: sets of documents or of a Nagios configuration, single objects, and
// what applying them would change.

import Type, { type Static, type TSchema } from 'typebox';
import { Id, Instant, Nullable } from './shared.ts';

const Count = Type.Integer({ minimum: 0 });
const Line = Type.Integer({ minimum: 0 });
const Severity = Type.Union([Type.Literal('error'), Type.Literal('warning')]);
const SetKind = Type.Union([Type.Literal('yaml'), Type.Literal('nagios')]);
const CheckedObject = Type.Union([Type.Literal('host'), Type.Literal('service')]);

export const OBJECT_TYPE_NAMES = [
  'host',
  'service',
  'hostgroup',
  'servicegroup',
  'command',
  'timeperiod',
  'contact',
  'contactgroup',
  'hostdependency',
  'servicedependency',
  'hostescalation',
  'serviceescalation',
] as const;
const ObjectType = Type.Enum(OBJECT_TYPE_NAMES);

export const SetProblem = Type.Object({
  owner: Type.String(),
  file: Type.String(),
  line: Line,
  severity: Severity,
  message: Type.String(),
});
export type SetProblem = Static<typeof SetProblem>;

const SetSummary = Type.Object({
  name: Type.String(),
  kind: SetKind,
  cluster: Type.String(),
  appliedAt: Instant,
  appliedBy: Type.String(),
  version: Type.Integer(),
  objects: Type.Record(Type.String(), Count, { description: 'By type, templates included.' }),
  hosts: Count,
  checks: Count,
  problems: Type.Array(SetProblem),
});
export type SetSummary = Static<typeof SetSummary>;
export const ObjectSetDetail = SetSummary;
export const ObjectSetList = Type.Object({ items: Type.Array(SetSummary), nextCursor: Type.Null() });

export const SetParams = Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }) });

const SentFile = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 1024 }),
  text: Type.String(),
});

export const SetRequest = Type.Object({
  kind: SetKind,
  files: Type.Optional(
    Type.Array(SentFile, { maxItems: 10_000, description: 'At most 10,000, of at most 20 MB together.' }),
  ),
  folders: Type.Optional(
    Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 10_000, description: 'Folders without any file.' }),
  ),
  mainFile: Type.Optional(
    Type.String({ maxLength: 1024, description: 'Of a Nagios configuration; found by itself when absent.' }),
  ),
  path: Type.Optional(
    Type.String({ maxLength: 1024, description: 'Main file on the server itself; needs the role admin.' }),
  ),
  cluster: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  keepsOthers: Type.Optional(
    Type.Boolean({ description: 'YAML: objects of the set that are not among the documents stay.' }),
  ),
  acceptRest: Type.Optional(Type.Boolean({ description: 'Takes the good rest of a Nagios configuration.' })),
});
export type SetRequest = Static<typeof SetRequest>;

const ObjectLine = Type.Object({ type: ObjectType, name: Type.String(), file: Type.String(), line: Line });
const CheckLine = Type.Object({ hostName: Type.String(), object: CheckedObject, name: Type.String() });
const Counts = <Names extends Record<string, TSchema>>(names: Names) => Type.Object(names);

export const ImportReport = Type.Object({
  definitions: Type.Record(Type.String(), Type.Object({ taken: Count, changed: Count, skipped: Count })),
  result: Type.Record(Type.String(), Count),
  objects: Type.Array(
    Type.Object({
      type: Type.String(),
      name: Type.String(),
      file: Type.String(),
      line: Line,
      verdict: Type.Union([Type.Literal('taken'), Type.Literal('changed'), Type.Literal('skipped')]),
      notes: Type.Array(Type.Object({ line: Line, message: Type.String() })),
    }),
  ),
  features: Type.Array(Type.Object({ name: Type.String(), count: Count, verdict: Type.String(), why: Type.String() })),
  settings: Type.Array(Type.Object({ name: Type.String(), count: Count, verdict: Type.String(), why: Type.String() })),
  problems: Type.Array(Type.Object({ file: Type.String(), line: Line, severity: Severity, message: Type.String() })),
  errors: Count,
  warnings: Count,
});
export type ImportReport = Static<typeof ImportReport>;

export const SetOutcome = Type.Object({
  name: Type.String(),
  kind: SetKind,
  outcome: Type.Union([Type.Literal('applied'), Type.Literal('preview'), Type.Literal('refused')]),
  isRefusable: Type.Boolean({ description: 'Errors stand in the way.' }),
  report: ImportReport,
  changes: Type.Object({
    objects: Type.Object({
      created: Type.Array(ObjectLine),
      changed: Type.Array(ObjectLine),
      deleted: Type.Array(ObjectLine),
      counts: Counts({ created: Count, changed: Count, deleted: Count, unchanged: Count }),
    }),
    hosts: Type.Object({
      created: Type.Array(Type.String()),
      joined: Type.Array(Type.String()),
      left: Type.Array(Type.String()),
      counts: Counts({ created: Count, joined: Count, changed: Count, left: Count }),
    }),
    checks: Type.Object({
      created: Type.Array(CheckLine),
      changed: Type.Array(
        Type.Object({
          hostName: Type.String(),
          object: CheckedObject,
          name: Type.String(),
          values: Type.Array(Type.Object({ name: Type.String(), before: Type.Unknown(), after: Type.Unknown() })),
        }),
      ),
      deleted: Type.Array(CheckLine),
      counts: Counts({ created: Count, changed: Count, deleted: Count, unchanged: Count }),
    }),
    ties: Counts({ parents: Count, dependencies: Count, timePeriods: Count, resources: Count }),
  }),
  others: Type.Array(SetProblem),
});
export type SetOutcome = Static<typeof SetOutcome>;

export const RemovalQuery = Type.Object({ acceptRest: Type.Optional(Type.Boolean()) });
export const SetExport = Type.Object({ yaml: Type.String() });

const objectSummary = {
  id: Id,
  type: ObjectType,
  name: Type.String(),
  owner: Type.String(),
  file: Type.String(),
  line: Line,
  isTemplate: Type.Boolean(),
  use: Type.Array(Type.String()),
  version: Type.Integer(),
};
const ObjectSummary = Type.Object(objectSummary);
export type ObjectSummary = Static<typeof ObjectSummary>;
export const ObjectList = Type.Object({
  items: Type.Array(ObjectSummary),
  total: Count,
  nextCursor: Nullable(Type.String()),
});
export const ObjectListQuery = Type.Object({
  type: Type.Optional(ObjectType),
  owner: Type.Optional(Type.String({ maxLength: 200 })),
  search: Type.Optional(Type.String({ maxLength: 200 })),
  cursor: Type.Optional(Type.String({ pattern: '^\\d{1,9}$' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
});

export const ObjectDetail = Type.Object({
  ...objectSummary,
  yaml: Type.String(),
  values: Type.Array(Type.Object({ name: Type.String(), value: Type.String(), from: Type.String() })),
  templates: Type.Array(Type.Object({ name: Type.String(), id: Nullable(Id), isMissing: Type.Boolean() })),
  usedBy: Type.Array(ObjectSummary),
  usedByCount: Count,
  checks: Type.Array(Type.Object({ id: Id, hostName: Type.String(), object: CheckedObject, name: Type.String() })),
  checkCount: Count,
  rule: Nullable(Type.String()),
});
export type ObjectDetail = Static<typeof ObjectDetail>;

export const ObjectEdit = Type.Object({
  owner: Type.String({ minLength: 1, maxLength: 200, description: 'The set it belongs to.' }),
  yaml: Type.String({ maxLength: 1_048_576, description: 'One document.' }),
  id: Type.Optional(Id),
  version: Type.Optional(Type.Integer()),
});
export type ObjectEdit = Static<typeof ObjectEdit>;

export const RuleTestRequest = Type.Object({
  yaml: Type.String({ maxLength: 1_048_576 }),
  search: Type.Optional(Type.String({ maxLength: 200 })),
});
export const RuleTest = Type.Object({
  rule: Type.String(),
  matching: Count,
  hosts: Type.Array(
    Type.Object({ hostName: Type.String(), hostId: Nullable(Id), matches: Type.Boolean(), because: Type.String() }),
  ),
});
export type RuleTest = Static<typeof RuleTest>;
