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

/** Of objects with one name those that say the same go together, then the others in their order. */
export function compareObjects<Known extends StoredObject>(
  before: readonly Known[],
  after: readonly StoredObject[],
): ObjectChanges<Known> {
  const changes: ObjectChanges<Known> = { created: [], changed: [], same: [], deleted: [] };
  const key = ({ type, name }: StoredObject): string => `${type} ${name}`;
  const known = Map.groupBy(before, key);
  for (const [name, objects] of Map.groupBy(after, key)) {
    const free = new Map((known.get(name) ?? []).map((object) => [object, bodyText(object.body)]));
    known.delete(name);
    const rest = objects.filter((object) => {
      const text = bodyText(object.body);
      const equal = Array.from(free).find(([, other]) => other === text)?.[0];
      if (equal === undefined) return true;
      free.delete(equal);
      changes.same.push({ before: equal, after: object });
      return false;
    });
    for (const object of rest) {
      const [first] = free.keys();
      if (first === undefined) changes.created.push(object);
      else {
        free.delete(first);
        changes.changed.push({ before: first, after: object });
      }
    }
    changes.deleted.push(...free.keys());
  }
  changes.deleted.push(...[...known.values()].flat());
  return changes;
}
