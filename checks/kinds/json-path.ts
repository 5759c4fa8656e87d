// A way into a JSON document: $.a.b[0] or $['a b'][0]. Names of the document's own alone,
// no wildcards and no code, so that any path is safe and gives one value. A list has its length.

import type { Decoded } from '#kernel/errors.ts';

export type JsonPath = readonly (string | number)[];

const MAX_STEPS = 32;
const STEP =
  /\.(?<name>[^.[\]'"\s]+)|\[(?<index>\d{1,9})\]|\['(?<single>(?:[^'\\]|\\.)*)'\]|\["(?<double>(?:[^"\\]|\\.)*)"\]/y;

export function parseJsonPath(text: string): Decoded<JsonPath> {
  if (!text.startsWith('$'))
    return { ok: false, reason: 'a path begins with $, such as $.status or $.disks[0].free', at: 0 };
  const steps: (string | number)[] = [];
  let at = 1;
  while (at < text.length) {
    STEP.lastIndex = at;
    const { name, index, single, double } = STEP.exec(text)?.groups ?? {};
    const quoted = single ?? double;
    if (STEP.lastIndex === 0)
      return { ok: false, reason: `${JSON.stringify(text.slice(at, at + 20))} is no step of a path`, at };
    steps.push(index === undefined ? (name ?? quoted?.replaceAll(/\\(.)/g, '$1') ?? '') : Number(index));
    at = STEP.lastIndex;
    if (steps.length > MAX_STEPS) return { ok: false, reason: `a path has at most ${MAX_STEPS} steps`, at };
  }
  return { ok: true, value: steps };
}

/** Undefined when there is nothing at the path. */
export function readJsonPath(document: unknown, path: JsonPath): unknown {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    if (typeof step === 'number' && !Array.isArray(value)) return undefined;
    value = Reflect.get(value, step);
  }
  return value;
}
