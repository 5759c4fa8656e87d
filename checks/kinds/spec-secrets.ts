// Secrets in the settings of checks: which ones the schema marks with `x-secret`, and
// settings with them masked for screens, audit and messages.

import type { TSchema } from 'typebox';
import Type from 'typebox';

const MASK = '[secret]';
const MARK = 'x-secret';

/** A text that may be shown to nobody; `$MACROS$` are filled in. */
export const secretSetting = (description: string) =>
  Type.String({ minLength: 1, maxLength: 4096, description, [MARK]: true });

/** A copy of `spec` in which each value that `schema` marks reads "[secret]". Takes settings that do not fit, too. */
export function maskSecrets(schema: TSchema, spec: unknown): unknown {
  if (isMarked(schema)) return spec === undefined ? undefined : MASK;
  if (Array.isArray(spec)) {
    const of = partOf(schema, 'items');
    return of ? spec.map((entry) => maskSecrets(of, entry)) : spec;
  }
  if (typeof spec !== 'object' || spec === null) return spec;
  return Object.fromEntries(Object.entries(spec).map(([name, value]) => [name, maskProperty(schema, name, value)]));
}

/** Settings as they came back from a screen: where it says "[secret]", what was kept there stays. */
export function restoreSecrets(sent: unknown, kept: unknown): unknown {
  if (sent === MASK) return kept ?? sent;
  if (Array.isArray(sent))
    return sent.map((each, at) => restoreSecrets(each, Array.isArray(kept) ? kept[at] : undefined));
  if (typeof sent !== 'object' || sent === null) return sent;
  const before: Record<string, unknown> = typeof kept === 'object' && kept !== null ? { ...kept } : {};
  return Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, restoreSecrets(value, before[name])]));
}

/** A choice may mark a value in one of its forms; then it is masked in all of them. */
function maskProperty(schema: TSchema, name: string, value: unknown): unknown {
  const schemas = [schema, ...choicesOf(schema)];
  let masked = value;
  for (const each of schemas) {
    const of = propertyOf(each, name);
    if (of) masked = maskSecrets(of, masked);
  }
  return masked;
}

function propertyOf(schema: TSchema, name: string): TSchema | undefined {
  const properties = partOf(schema, 'properties');
  if (properties && Object.hasOwn(properties, name)) return partOf(properties, name);
  const patterns = Object.entries(partOf(schema, 'patternProperties') ?? {});
  const matching = patterns.find(([pattern]) => new RegExp(pattern).test(name));
  return matching ? asSchema(matching[1]) : partOf(schema, 'additionalProperties');
}

function choicesOf(schema: TSchema): TSchema[] {
  const choices: unknown = Reflect.get(schema, 'anyOf');
  return Array.isArray(choices) ? choices.flatMap((choice) => asSchema(choice) ?? []) : [];
}

const isMarked = (schema: TSchema): boolean =>
  Reflect.get(schema, MARK) === true || choicesOf(schema).some((choice) => isMarked(choice));

const partOf = (schema: TSchema, name: string): TSchema | undefined => asSchema(Reflect.get(schema, name));

const asSchema = (value: unknown): TSchema | undefined =>
  typeof value === 'object' && value !== null ? (value as TSchema) : undefined;
