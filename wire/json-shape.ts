// Shapes of JSON messages: each turns an unknown value into a typed one or says
// what was wrong and where. Extra members are dropped, so that an older side
// understands a newer one.

import type { Decoded } from '#kernel/errors.ts';
import { isStorableJson, type JsonValue } from './canonical-json.ts';

/** Reads `value` found at `path`, or throws a Misfit, which `decodeJson` turns into a reason. */
export type Shape<Value> = (value: unknown, path: string) => Value;
export type ValueOf<S> = S extends Shape<infer Value> ? Value : never;

class Misfit extends Error {}

const misfit = (path: string, accepted: string): never => {
  throw new Misfit(`${path === '' ? 'message' : path} must be ${accepted}`);
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text =
  (maxLength: number): Shape<string> =>
  (value, path) =>
    typeof value === 'string' && value.length <= maxLength && value.isWellFormed() && !value.includes('\0')
      ? value
      : misfit(path, `text of at most ${maxLength} characters`);

export const wholeNumber =
  (min = 0, max = Number.MAX_SAFE_INTEGER): Shape<number> =>
  (value, path) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? value
      : misfit(path, `a whole number from ${min} to ${max}`);

export const finiteNumber: Shape<number> = (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : misfit(path, 'a number');

export const flag: Shape<boolean> = (value, path) =>
  typeof value === 'boolean' ? value : misfit(path, 'true or false');

export const oneOf =
  <const Choice extends string>(...choices: Choice[]): Shape<Choice> =>
  (value, path) =>
    choices.find((choice) => choice === value) ?? misfit(path, `one of ${choices.join(', ')}`);

export const literal =
  <const Only extends string | number>(only: Only): Shape<Only> =>
  (value, path) =>
    value === only ? only : misfit(path, JSON.stringify(only));

export const matching =
  (pattern: RegExp, accepted: string): Shape<string> =>
  (value, path) =>
    typeof value === 'string' && pattern.test(value) ? value : misfit(path, accepted);

export const listOf =
  <Value>(entry: Shape<Value>, maxLength: number): Shape<Value[]> =>
  (value, path) =>
    Array.isArray(value) && value.length <= maxLength
      ? value.map((one: unknown, index) => entry(one, `${path}[${index}]`))
      : misfit(path, `a list of at most ${maxLength}`);

export const recordOf =
  <Value>(entry: Shape<Value>, maxEntries: number): Shape<Record<string, Value>> =>
  (value, path) => {
    if (!isRecord(value) || Object.keys(value).length > maxEntries)
      return misfit(path, `an object of at most ${maxEntries} members`);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, entry(one, `${path}.${key}`)]));
  };

/** Any JSON object whose text is at most `maxChars` long. */
export const jsonObject =
  (maxChars: number): Shape<{ [key: string]: JsonValue }> =>
  (value, path) =>
    isRecord(value) && isStorableJson(value) && !Array.isArray(value) && JSON.stringify(value).length <= maxChars
      ? value
      : misfit(path, `a JSON object of at most ${maxChars} characters`);

type Members = Record<string, Shape<unknown>>;
type ObjectOf<Required extends Members, Optional extends Members> = {
  [Name in keyof Required]: ValueOf<Required[Name]>;
} & { [Name in keyof Optional]?: ValueOf<Optional[Name]> };

export function object<Required extends Members, Optional extends Members = Record<never, never>>(
  required: Required,
  optional?: Optional,
): Shape<ObjectOf<Required, Optional>> {
  return (value, path) => {
    if (!isRecord(value)) return misfit(path, 'an object');
    const read: Record<string, unknown> = {};
    const at = (name: string) => (path === '' ? name : `${path}.${name}`);
    for (const [name, shape] of Object.entries(required)) read[name] = shape(value[name], at(name));
    for (const [name, shape] of Object.entries(optional ?? {}))
      if (value[name] !== undefined) read[name] = shape(value[name], at(name));
    // Each member was read by the shape of its name, which is what the mapped type says.
    return read as ObjectOf<Required, Optional>;
  };
}

/** Shape of messages told apart by their member `kind`. */
export function byKind<Kinds extends Record<string, Shape<object>>>(
  kinds: Kinds,
): Shape<{ [Kind in keyof Kinds]: { kind: Kind } & ValueOf<Kinds[Kind]> }[keyof Kinds]> {
  type Message = { [Kind in keyof Kinds]: { kind: Kind } & ValueOf<Kinds[Kind]> }[keyof Kinds];
  return (value, path) => {
    const kind = isRecord(value) ? value['kind'] : undefined;
    const shape = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (!shape) return misfit('kind', `one of ${Object.keys(kinds).join(', ')}`);
    return { kind, ...shape(value, path) } as Message;
  };
}

/** Reads JSON text into `shape`. Never throws; `at` is always 0, the reason names the member. */
export function decodeJson<Value>(shape: Shape<Value>, jsonText: string): Decoded<Value> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(jsonText);
  } catch {
    return { ok: false, reason: 'not JSON', at: 0 };
  }
  return decodeValue(shape, parsed);
}

/** Reads a value that is already parsed. Never throws. */
export function decodeValue<Value>(shape: Shape<Value>, value: unknown): Decoded<Value> {
  try {
    return { ok: true, value: shape(value, '') };
  } catch (error) {
    if (error instanceof Misfit) return { ok: false, reason: error.message, at: 0 };
    throw error;
  }
}
