// What one step of a runbook or run asks of a host, and the inputs a runbook takes.
// A field of a step that is exactly "{{name}}" stands for the input of that name;
// script text never contains inputs, it reads PLEXUS_IN_<NAME> from its environment.

import Type, { type Static } from 'typebox';
import { Id } from './shared.ts';

export const InputDefinition = Type.Object({
  name: Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }),
  label: Type.Optional(Type.String({ maxLength: 120 })),
  type: Type.Enum(['string', 'integer', 'boolean', 'enum']),
  required: Type.Optional(Type.Boolean()),
  default: Type.Optional(Type.String({ maxLength: 4000 })),
  options: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100, description: 'Of an enum.' })),
  help: Type.Optional(Type.String({ maxLength: 500 })),
});
export type InputDefinition = Static<typeof InputDefinition>;

/** Values are text in every type: "3", "true". */
export const InputValues = Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 4000 }));
export type InputValues = Static<typeof InputValues>;

/** An argument array, run without a shell. */
export const Command = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 2000 }), { minItems: 1, maxItems: 50, description });

const common = {
  name: Type.Optional(Type.String({ maxLength: 120 })),
  timeoutSec: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400 })),
  onFailure: Type.Optional(
    Type.Enum(['stop', 'ignore', 'drop_host'], {
      description:
        'stop (default): start nothing further; ignore: go on as if it had succeeded; drop_host: the failed host leaves, others go on.',
    }),
  ),
};

export const ScriptStep = Type.Object({
  type: Type.Literal('script'),
  ...common,
  interpreter: Type.Enum(['sh', 'bash', 'python3']),
  script: Type.String({ minLength: 1, maxLength: 262_144 }),
  args: Type.Optional(Type.Array(Type.String({ maxLength: 4000 }), { maxItems: 50 })),
  env: Type.Optional(
    Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$' }), Type.String({ maxLength: 4000 })),
  ),
  okCodes: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { minItems: 1, maxItems: 20 })),
});
export type ScriptStep = Static<typeof ScriptStep>;

export const ServiceStep = Type.Object({
  type: Type.Literal('service'),
  ...common,
  service: Type.String({ minLength: 1, maxLength: 200 }),
  action: Type.Enum(['start', 'stop', 'restart', 'status']),
  startCommand: Type.Optional(Command('Instead of systemd: what starts the service.')),
  stopCommand: Type.Optional(Command('Instead of systemd: what stops the service.')),
  restartCommand: Type.Optional(Command('Instead of systemd: what restarts the service.')),
  statusCommand: Type.Optional(Command('Instead of systemd: exits 0 while the service runs.')),
});
export type ServiceStep = Static<typeof ServiceStep>;

export const ReleaseStep = Type.Object({
  type: Type.Literal('release'),
  ...common,
  action: Type.Enum(['deploy', 'rollback']),
  app: Type.String(),
  version: Type.String(),
  releaseTs: Type.String(),
  deployTo: Type.String(),
  keep: Type.Integer(),
  artifact: Type.Object({ sha256: Type.String(), sizeBytes: Type.Integer() }),
  linkedDirs: Type.Array(Type.String()),
  linkedFiles: Type.Array(Type.String()),
  restartCommand: Type.Optional(Type.Array(Type.String())),
});
export type ReleaseStep = Static<typeof ReleaseStep>;

export const DesiredStateStep = Type.Object({
  type: Type.Literal('desired_state'),
  ...common,
  desiredStateId: Type.Optional(Id),
});
export type DesiredStateStep = Static<typeof DesiredStateStep>;

/** Steps that people write; releases and drift have routes of their own. */
export const RunbookStep = Type.Union([ScriptStep, ServiceStep]);
export type RunbookStep = Static<typeof RunbookStep>;

export const RunStep = Type.Union([ScriptStep, ServiceStep, ReleaseStep, DesiredStateStep]);
export type RunStep = Static<typeof RunStep>;
