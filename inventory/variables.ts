// Variables of a host: its own over those of its groups. Pure.

import { badRequest } from '#kernel/errors.ts';
import type { Variables } from './host.ts';

const MOST_BYTES = 1024 * 1024;
const DEEPEST = 20;
// Names that would reach into JavaScript's own objects instead of the data.
const REFUSED_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Maps merge, anything else replaces; a later layer wins. Hand in groups in rising
 * priority and the host last. Source: spec/jobs-and-config.md §14.
 */
export function mergeVariables(layers: readonly Variables[]): Variables {
  const merged: Variables = {};
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer)) {
      if (REFUSED_NAMES.has(name)) continue;
      const below = merged[name];
      merged[name] = isMap(value) ? mergeVariables(isMap(below) ? [below, value] : [value]) : value;
    }
  }
  return merged;
}

/** Groups in the order in which their variables apply: by priority, then by name; the last one wins. */
export const byPriority = <Group extends { priority: number; name: string }>(groups: readonly Group[]): Group[] =>
  [...groups].sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1));

/** Throws `variables_refused` (400) with the place. */
export function checkVariables(variables: Variables): void {
  if (Buffer.byteLength(JSON.stringify(variables)) > MOST_BYTES)
    throw badRequest('variables_refused', 'The variables are larger than 1 MiB; keep large content in a template.');
  checkLevel(variables, 'variables', 1);
}

function checkLevel(value: unknown, at: string, depth: number): void {
  if (depth > DEEPEST) throw badRequest('variables_refused', `${at}: nested deeper than ${DEEPEST} levels.`);
  if (Array.isArray(value)) for (const [i, entry] of value.entries()) checkLevel(entry, `${at}[${i}]`, depth + 1);
  else if (isMap(value)) {
    for (const [name, entry] of Object.entries(value)) {
      if (REFUSED_NAMES.has(name) || !/^[A-Za-z0-9_][\w:@-]*$/.test(name))
        throw badRequest(
          'variables_refused',
          `${at}: ${JSON.stringify(name)} is no name for a variable; use letters, digits, _ and -.`,
        );
      checkLevel(entry, `${at}.${name}`, depth + 1);
    }
  }
}
