// The one shape of all kinds of checks: a schema for their settings, and a way from
// settings to something that can be run. A new kind is a new file beside this one.

import type { Static, TSchema } from 'typebox';
import { Check, Default, Errors } from 'typebox/value';
import type { Clock } from '#kernel/clock.ts';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import type { StoredCheckSettings } from '../check-settings.ts';

/** What one run found. Text is as `parsePluginOutput` leaves it. */
export interface CheckResult {
  state: ServiceState;
  /** First line. */
  output: string;
  longOutput: string;
  perfdata: string;
}

/** The host that is being checked, and how long the run may take. */
export interface CheckTarget {
  checkId: string;
  hostId: string;
  hostName: string;
  /** Where the metrics of the host are kept; differs from its name when it was renamed. */
  series: { cluster: string; host: string };
  /** IP address, or the name where none is known. */
  address: string;
  timeoutMs: number;
  /**
   * Value of a Nagios macro, named without its dollars (`HOSTADDRESS`, `_SERVICEPORT`, `USER1`, `HOSTSTATE:web-1`);
   * undefined for one that does not exist. Looked up only when asked for.
   */
  macro(name: string): string | undefined;
}

export interface CheckRun {
  target: CheckTarget;
  clock: Clock;
  /** The process has just started: what is fed by others (metrics) may not have arrived yet. */
  isSettling: boolean;
}

/**
 * Runs once. When `signal` aborts because the time is over it must resolve soon with the kind's own
 * verdict on that. Never rejects for what it finds; 'not_yet' = nothing can be said so soon after the start.
 */
export type ExecuteCheck = (run: CheckRun, signal: AbortSignal) => Promise<CheckResult | 'not_yet'>;

export interface PreparedCheck {
  execute: ExecuteCheck;
  /** What a run does, for people, such as the resolved command line; secrets are masked. */
  describe?(target: CheckTarget): string;
}

interface SpecProblem {
  /** JSON pointer into the spec. */
  path: string;
  message: string;
}

export type Preparation = ({ ok: true } & PreparedCheck) | { ok: false; problems: SpecProblem[] };

export interface CheckKind {
  readonly kind: string;
  readonly title: string;
  /** JSON Schema. */
  readonly specSchema: TSchema;
  /** How results of a new check of this kind are counted, where that is not as usual. */
  readonly defaultSettings: StoredCheckSettings;
  /** Settings → a function to run, or everything that is wrong with them. */
  prepare(spec: unknown): Preparation;
}

interface CheckKindDefinition<Schema extends TSchema> {
  kind: string;
  title: string;
  specSchema: Schema;
  defaultSettings?: StoredCheckSettings;
  /** What a schema cannot say; called with settings that fit it. */
  specProblems?(spec: Static<Schema>): SpecProblem[];
  /** Compiles settings that have no problems. */
  compile(spec: Static<Schema>): ExecuteCheck;
  describe?(spec: Static<Schema>, target: CheckTarget): string;
}

export function defineCheckKind<Schema extends TSchema>(definition: CheckKindDefinition<Schema>): CheckKind {
  const { kind, title, specSchema, defaultSettings = {}, specProblems, compile, describe } = definition;
  return {
    kind,
    title,
    specSchema,
    defaultSettings,
    prepare(given) {
      const spec = Default(specSchema, structuredClone(given));
      if (!Check(specSchema, spec)) return { ok: false, problems: schemaProblems(specSchema, spec) };
      const problems = specProblems?.(spec) ?? [];
      if (problems.length > 0) return { ok: false, problems };
      return {
        ok: true,
        execute: compile(spec),
        ...(describe && { describe: (target: CheckTarget) => describe(spec, target) }),
      };
    },
  };
}

/** The schema's own words, without those that only repeat others from inside a choice. */
function schemaProblems(schema: TSchema, spec: unknown): SpecProblem[] {
  const errors = Errors(schema, spec);
  const problems = errors
    .filter(({ keyword, schemaPath }) => keyword !== 'additionalProperties' && !schemaPath.includes('/anyOf/'))
    .map(({ keyword, instancePath, message }) => ({
      path: instancePath,
      message: keyword === 'boolean' ? 'is not a setting of this kind' : message,
    }));
  // The list of errors is bounded: a long choice fills it with its parts, and its own word is cut off.
  const [first] = errors;
  return problems.length > 0 || !first ? problems : [{ path: first.instancePath, message: 'is none of the choices' }];
}

/** A verdict of our own, without long text. */
export const verdict = (state: ServiceState, output: string, perfdata = ''): CheckResult => ({
  state,
  output,
  longOutput: '',
  perfdata,
});
