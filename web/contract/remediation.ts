// Runs, runbooks, reflexes, artifacts and releases as the API shows them. What a
// step may ask of a host is in remediation-steps.ts; the meaning is in remediation/README.md.

import Type, { type Static } from 'typebox';
import { Id, Instant, ListOf, Nullable, PageQuery } from './shared.ts';
import { Command, InputDefinition, InputValues, RunbookStep, RunStep } from './remediation-steps.ts';

/** Ids of this part's own rows in what clients send: a text of another form is refused as such. */
const RowId = Type.String({ format: 'uuid' });
export const RowParams = Type.Object({ id: RowId });

export const Targets = Type.Object({
  hostIds: Type.Array(RowId, { maxItems: 20_000, default: [] }),
  groupIds: Type.Array(RowId, { maxItems: 1000, default: [] }),
});
export type Targets = Static<typeof Targets>;

const Version = Type.Integer({ minimum: 1, description: 'Version that was read; an older one is refused.' });

// Runbooks

export const Runbook = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  version: Type.Integer(),
  inputs: Type.Array(InputDefinition),
  steps: Type.Array(RunbookStep),
  origin: Nullable(Type.String({ description: 'Set on runbooks that Plexus made itself.' })),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Runbook = Static<typeof Runbook>;
export const RunbookList = ListOf(Runbook);

export const RunbookCreate = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120 }),
  description: Type.Optional(Type.String({ maxLength: 4000 })),
  inputs: Type.Optional(Type.Array(InputDefinition, { maxItems: 30 })),
  steps: Type.Array(RunbookStep, { minItems: 1, maxItems: 20 }),
});
export type RunbookCreate = Static<typeof RunbookCreate>;
export const RunbookUpdate = Type.Object({ ...RunbookCreate.properties, version: Version });
export type RunbookUpdate = Static<typeof RunbookUpdate>;

export const RunbookVersion = Type.Object({
  version: Type.Integer(),
  inputs: Type.Array(InputDefinition),
  steps: Type.Array(RunbookStep),
  savedBy: Type.String(),
  savedAt: Instant,
});
export type RunbookVersion = Static<typeof RunbookVersion>;
export const RunbookVersionList = ListOf(RunbookVersion);

// Runs

export const RunStatus = Type.Enum(['queued', 'running', 'succeeded', 'partially_failed', 'failed', 'canceled']);
export type RunStatus = Static<typeof RunStatus>;
export const RunSource = Type.Enum(['adhoc', 'runbook', 'reflex', 'deploy', 'rollback', 'drift']);
export type RunSource = Static<typeof RunSource>;
export const TaskStatus = Type.Enum([
  'queued',
  'sent',
  'delivered',
  'running',
  'canceling',
  'succeeded',
  'failed',
  'timed_out',
  'canceled',
  'denied',
  'expired',
  'unreachable',
  'unknown_outcome',
  'interpreter_missing',
  'skipped',
]);
export type TaskStatus = Static<typeof TaskStatus>;

/** Hosts, not tasks. A run ends only when every expected host is in a final status. */
export const Accounting = Type.Object({
  expected: Type.Integer(),
  byStatus: Type.Record(Type.String(), Type.Integer()),
});
export type Accounting = Static<typeof Accounting>;

export const Run = Type.Object({
  id: Id,
  title: Type.String(),
  source: RunSource,
  status: RunStatus,
  cancelRequested: Type.Boolean(),
  requestedBy: Type.String(),
  runbookId: Nullable(Id),
  runbookVersion: Nullable(Type.Integer()),
  alertId: Nullable(Id),
  reflexAttemptId: Nullable(Id),
  parentRunId: Nullable(Id),
  currentStep: Type.Integer({ description: 'Index into the steps, from 0.' }),
  stepCount: Type.Integer(),
  accounting: Accounting,
  summary: Type.String({ description: 'While open: what it waits for. After: how it ended.' }),
  createdAt: Instant,
  startedAt: Nullable(Instant),
  finishedAt: Nullable(Instant),
});
export type Run = Static<typeof Run>;
export const RunList = ListOf(Run);

export const Task = Type.Object({
  id: Id,
  step: Type.Integer(),
  attempt: Type.Integer(),
  hostId: Id,
  hostName: Type.String(),
  status: TaskStatus,
  reason: Nullable(Type.String()),
  exitCode: Nullable(Type.Integer()),
  signal: Nullable(Type.String()),
  result: Nullable(Type.Record(Type.String(), Type.Unknown())),
  outputBytes: Type.Integer(),
  omittedBytes: Type.Integer(),
  outputHash: Nullable(Type.String()),
  createdAt: Instant,
  sentAt: Nullable(Instant),
  deliveredAt: Nullable(Instant),
  startedAt: Nullable(Type.String({ format: 'date-time', description: "By the host's clock." })),
  finishedAt: Nullable(Type.String({ format: 'date-time', description: "By the host's clock." })),
  reportedAt: Nullable(Type.String({ format: 'date-time', description: 'When the server had the result on disk.' })),
});
export type Task = Static<typeof Task>;

/** Hosts that printed the same text in a step; the odd ones out come first. */
export const OutputGroup = Type.Object({
  step: Type.Integer(),
  hash: Type.String(),
  status: TaskStatus,
  exitCode: Nullable(Type.Integer()),
  taskIds: Type.Array(Id),
  hostNames: Type.Array(Type.String()),
});
export type OutputGroup = Static<typeof OutputGroup>;

export const RunDetail = Type.Object({
  ...Run.properties,
  steps: Type.Array(RunStep),
  inputs: InputValues,
  targets: Targets,
  concurrency: Type.Integer(),
  expiresSec: Type.Number(),
  tasks: Type.Array(Task, { description: 'The first 5,000, by step and host name.' }),
  taskCount: Type.Integer(),
  outputGroups: Type.Array(OutputGroup),
});
export type RunDetail = Static<typeof RunDetail>;

export const RunCreate = Type.Object({
  title: Type.Optional(Type.String({ maxLength: 200 })),
  runbookId: Type.Optional(RowId),
  steps: Type.Optional(Type.Array(RunbookStep, { minItems: 1, maxItems: 20 })),
  inputs: Type.Optional(InputValues),
  targets: Targets,
  concurrency: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 10_000, description: 'Hosts at work at once; 50 when absent.' }),
  ),
  timeoutSec: Type.Optional(
    Type.Number({ minimum: 1, maximum: 86_400, description: 'Time limit of steps that have none; 60 when absent.' }),
  ),
  expiresSec: Type.Optional(
    Type.Number({
      minimum: 1,
      maximum: 604_800,
      description: 'How long an offline agent may take to fetch its request before its task expires; 300 when absent.',
    }),
  ),
});
export type RunCreate = Static<typeof RunCreate>;

export const RunQuery = Type.Object({
  ...PageQuery.properties,
  status: Type.Optional(RunStatus),
  source: Type.Optional(RunSource),
  runbookId: Type.Optional(RowId),
  hostId: Type.Optional(RowId),
  alertId: Type.Optional(RowId),
});

export const TaskParams = Type.Object({ id: RowId, taskId: Id });
export const OutputQuery = Type.Object({
  after: Type.Optional(Type.Integer({ minimum: -1, description: 'Sequence number of the last chunk already read.' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
});
export const TaskOutput = Type.Object({
  chunks: Type.Array(
    Type.Object({
      seq: Type.Integer(),
      stream: Type.Enum(['stdout', 'stderr']),
      at: Instant,
      text: Type.String(),
    }),
  ),
  nextAfter: Type.Integer({ description: 'Pass as `after` to go on.' }),
  finished: Type.Boolean({ description: 'True when no further chunk will come.' }),
  omittedBytes: Type.Integer(),
});
export type TaskOutput = Static<typeof TaskOutput>;

// Reflexes

export const ReflexMatch = Type.Object({
  ruleId: Type.Optional(Id),
  checkId: Type.Optional(Id),
  checkName: Type.Optional(Type.String({ maxLength: 200 })),
  hostIds: Type.Optional(Type.Array(Id, { maxItems: 1000 })),
  groupIds: Type.Optional(Type.Array(Id, { maxItems: 100 })),
});
export const ReflexGuard = Type.Object({
  cooldownSec: Type.Number({ minimum: 0, maximum: 604_800, description: 'Per host, counted from the last attempt.' }),
  maxPerHour: Type.Integer({ minimum: 1, maximum: 1000, description: 'Over all hosts.' }),
  onePerHost: Type.Boolean({ description: 'Refuse while anything else runs on the host.' }),
});
export const ReflexVerify = Type.Object({
  withinSec: Type.Number({
    minimum: 1,
    maximum: 86_400,
    description: 'After the run: time for the condition to clear.',
  }),
});

export const ReflexAttempt = Type.Object({
  id: Id,
  reflexId: Id,
  reflexName: Type.String(),
  alertId: Id,
  hostId: Nullable(Id),
  hostName: Nullable(Type.String()),
  checkId: Nullable(Id),
  status: Type.Enum(['refused', 'running', 'verifying', 'verified', 'failed']),
  reason: Nullable(Type.String()),
  runId: Nullable(Id),
  decidedAt: Instant,
  deadlineAt: Nullable(Instant),
  finishedAt: Nullable(Instant),
});
export type ReflexAttempt = Static<typeof ReflexAttempt>;
export const ReflexAttemptList = ListOf(ReflexAttempt);

export const Reflex = Type.Object({
  id: Id,
  name: Type.String(),
  match: ReflexMatch,
  runbookId: Id,
  runbookName: Type.String(),
  inputs: InputValues,
  guard: ReflexGuard,
  verify: ReflexVerify,
  armed: Type.Boolean(),
  origin: Nullable(Type.String()),
  version: Type.Integer(),
  lastAttempt: Nullable(ReflexAttempt),
  createdAt: Instant,
  updatedAt: Instant,
});
export type Reflex = Static<typeof Reflex>;
export const ReflexList = ListOf(Reflex);

export const ReflexCreate = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120 }),
  match: ReflexMatch,
  runbookId: RowId,
  inputs: Type.Optional(InputValues),
  guard: Type.Optional(ReflexGuard),
  verify: Type.Optional(ReflexVerify),
  armed: Type.Optional(Type.Boolean()),
});
export type ReflexCreate = Static<typeof ReflexCreate>;
export const AttemptQuery = Type.Object({ ...PageQuery.properties, alertId: Type.Optional(RowId) });
export const ReflexUpdate = Type.Object({ ...Type.Partial(ReflexCreate).properties, version: Version });
export type ReflexUpdate = Static<typeof ReflexUpdate>;

// Artifacts and releases

export const Artifact = Type.Object({
  id: Id,
  name: Type.String(),
  version: Type.String(),
  sha256: Type.String(),
  sizeBytes: Type.Integer(),
  uploadedBy: Type.String(),
  uploadedAt: Instant,
});
export type Artifact = Static<typeof Artifact>;
export const ArtifactList = ListOf(Artifact);
export const ArtifactUploadQuery = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
  version: Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9][A-Za-z0-9._+-]*$' }),
});

export const Release = Type.Object({
  id: Id,
  app: Type.String(),
  version: Type.String(),
  releaseTs: Type.String({ description: 'YYYYMMDDHHMMSS in UTC, the same on every host.' }),
  artifactId: Nullable(Id),
  deployTo: Type.String(),
  runId: Nullable(Id),
  hostIds: Type.Array(Id),
  state: Type.Enum(['deploying', 'good', 'failed', 'rolled_back']),
  current: Type.Boolean(),
  createdBy: Type.String(),
  createdAt: Instant,
  finishedAt: Nullable(Instant),
});
export type Release = Static<typeof Release>;
export const ReleaseList = ListOf(Release);
export const ReleaseQuery = Type.Object({
  ...PageQuery.properties,
  app: Type.Optional(Type.String({ maxLength: 100 })),
});

const RelativePaths = Type.Array(Type.String({ minLength: 1, maxLength: 300 }), { maxItems: 50 });
export const ReleaseDeploy = Type.Object({
  app: Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
  artifactId: RowId,
  deployTo: Type.String({ minLength: 2, maxLength: 300, pattern: '^/' }),
  targets: Targets,
  keep: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, description: 'Good releases kept; 5 when absent.' })),
  linkedDirs: Type.Optional(RelativePaths),
  linkedFiles: Type.Optional(RelativePaths),
  restartCommand: Type.Optional(Command('Run after the switch, in the new release.')),
  concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
});
export type ReleaseDeploy = Static<typeof ReleaseDeploy>;
export const ReleaseRollback = Type.Object({ app: Type.String({ minLength: 1, maxLength: 100 }) });
export type ReleaseRollback = Static<typeof ReleaseRollback>;

// Drift

export const DriftApply = Type.Object({
  desiredStateId: Type.Optional(RowId),
  hostIds: Type.Array(RowId, { minItems: 1, maxItems: 20_000 }),
});
export type DriftApply = Static<typeof DriftApply>;

/** The run that a command started. */
export const RunStarted = Type.Object({ runId: Id });
export type RunStarted = Static<typeof RunStarted>;
