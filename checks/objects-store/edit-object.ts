// One object changed by a person: its document takes the place of the object in its set, and
// the set is applied as a whole.

import { badRequest, conflict } from '#kernel/errors.ts';
import { OWN_SITE_SETTINGS } from '../objects/site-settings.ts';
import type { ObjectEdit } from '../objects-api.ts';
import type { LoadedObject, LoadedSet } from './load-sets.ts';
import { readSet } from './read-set.ts';
import { clusterOf, type NewSet } from './sync.ts';

/** How objects are called in messages that were changed here. */
const EDITOR_FILE = 'console';
const LARGEST_DOCUMENT = 1024 * 1024;

/** The set with the object replaced; without `id` it is added. Throws `stale_version` (409), `too_large` (400). */
export function withEdit(before: LoadedSet | undefined, { yaml, id, version }: ObjectEdit): NewSet {
  if (yaml.length > LARGEST_DOCUMENT) throw badRequest('too_large', 'The document is larger than 1 MB.');
  const objects = before?.objects ?? [];
  const known = id === undefined ? undefined : objects.find((object) => object.id === id);
  if (id !== undefined && (known === undefined || (version !== undefined && known.version !== version)))
    throw conflict('stale_version', 'The object was changed meanwhile. Load it again.');
  const {
    objects: edited,
    fileProblems,
    objectProblems,
  } = readSet({
    kind: 'yaml',
    files: [{ name: EDITOR_FILE, text: yaml }],
  });
  return {
    ...editedSet(before),
    fileProblems,
    objectProblems,
    objects:
      known === undefined
        ? [...objects, ...edited]
        : objects.flatMap((object) => (object === known ? edited : [object])),
  };
}

export const withoutObject = (before: LoadedSet, id: string): NewSet => ({
  ...editedSet(before),
  objects: before.objects.filter((object: LoadedObject) => object.id !== id),
});

const editedSet = (before: LoadedSet | undefined): Omit<NewSet, 'objects'> => ({
  kind: before?.kind ?? 'yaml',
  cluster: clusterOf(before, undefined),
  settings: before?.settings ?? OWN_SITE_SETTINGS,
  fileProblems: [],
  objectProblems: [],
  features: [],
  settingNotes: [],
});
