// Equal settings are compiled once: a compiled check keeps nothing between its runs, so that a
// thousand checks may run the same one.

import type { CheckKind, Preparation } from './check-kind.ts';

/** Settings are told apart as objects: those that are equal are one object where they are loaded. */
export function createPreparations(
  kinds: ReadonlyMap<string, CheckKind>,
): (check: { kind: string; spec: unknown }) => Preparation | undefined {
  const known = new Map<string, WeakMap<object, Preparation>>();
  return ({ kind, spec }) => {
    if (typeof spec !== 'object' || spec === null) return kinds.get(kind)?.prepare(spec);
    let ofKind = known.get(kind);
    if (!ofKind) known.set(kind, (ofKind = new WeakMap()));
    const before = ofKind.get(spec);
    if (before) return before;
    const prepared = kinds.get(kind)?.prepare(spec);
    if (prepared) ofKind.set(spec, prepared);
    return prepared;
  };
}
