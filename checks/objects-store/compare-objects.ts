// The objects of a set as they are stored beside those that are applied: which are new, say
// something else, stand elsewhere, or are gone. Pure.

import { bodyText, type StoredObject } from './object-body.ts';

export interface ObjectChanges<Known extends StoredObject> {
  created: StoredObject[];
  changed: { before: Known; after: StoredObject }[];
  /** Says the same; kept with the place where it stands now. */
  same: { before: Known; after: StoredObject }[];
  deleted: Known[];
}

/** Those of `before` that `after` does not speak of stay; ones without a name, unless they say the same. */
export function withOthers(after: readonly StoredObject[], before: readonly StoredObject[]): StoredObject[] {
  const key = ({ type, name, body }: StoredObject): string => `${type} ${name === '' ? bodyText(body) : name}`;
  const spoken = new Set(after.map(key));
  return [...after, ...before.filter((object) => !spoken.has(key(object)))];
}

/** Of objects with one name those that say the same go together, then the others in their order. */
export function compareObjects<Known extends StoredObject>(
  before: readonly Known[],
  after: readonly StoredObject[],
): ObjectChanges<Known> {
  const changes: ObjectChanges<Known> = { created: [], changed: [], same: [], deleted: [] };
  const key = ({ type, name }: StoredObject): string => `${type} ${name}`;
  const known = Map.groupBy(before, key);
  for (const [name, objects] of Map.groupBy(after, key)) {
    const free = Map.groupBy(known.get(name) ?? [], ({ body }) => bodyText(body));
    known.delete(name);
    const rest = objects.filter((after) => {
      const equal = free.get(bodyText(after.body))?.shift();
      if (equal !== undefined) changes.same.push({ before: equal, after });
      return equal === undefined;
    });
    const left = [...free.values()].flat();
    for (const [at, after] of rest.entries()) {
      const other = left[at];
      if (other === undefined) changes.created.push(after);
      else changes.changed.push({ before: other, after });
    }
    changes.deleted.push(...left.slice(rest.length));
  }
  changes.deleted.push(...[...known.values()].flat());
  return changes;
}
