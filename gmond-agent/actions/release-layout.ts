// Where things are in a Capistrano layout, and what was noted about each release.

import { existsSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { decodeJson, object, oneOf, text } from '#wire/json-shape.ts';
import { readIfThere, writeDurably } from '../durable-file.ts';

export interface Layout {
  root: string;
  releases: string;
  shared: string;
  current: string;
  log: string;
}

export const layoutOf = (root: string): Layout => ({
  root,
  releases: path.join(root, 'releases'),
  shared: path.join(root, 'shared'),
  current: path.join(root, 'current'),
  log: path.join(root, 'revisions.log'),
});

const noteShape = object({
  ts: text(14),
  version: text(256),
  sha256: text(64),
  requestId: text(128),
  state: oneOf('prepared', 'good', 'failed'),
});
export type ReleaseNote = ReturnType<typeof noteShape>;

/** Fourteen digits, YYYYMMDDHHMMSS: what Capistrano calls a release; anything else in releases/ is not ours. */
const isReleaseName = (name: string): boolean => /^\d{14}$/.test(name);

const notePath = (release: string): string => path.join(release, '.release.json');

export function readNote(release: string): ReleaseNote | undefined {
  const decoded = decodeJson(noteShape, readIfThere(notePath(release)) ?? '');
  return decoded.ok ? decoded.value : undefined;
}

export const writeNote = (release: string, note: ReleaseNote): void =>
  writeDurably(notePath(release), `${JSON.stringify(note)}\n`, 0o644);

/** Name of the release that `current` points at; undefined when there is none yet. Throws when it is no link. */
export function currentRelease(layout: Layout): string | undefined {
  const found = lstatSync(layout.current, { throwIfNoEntry: false });
  if (!found) return undefined;
  if (!found.isSymbolicLink())
    throw new Error(`${layout.current} is not a symbolic link: move it away, then deploy again`);
  const target = path.resolve(layout.root, readlinkSync(layout.current));
  return path.dirname(target) === layout.releases ? path.basename(target) : undefined;
}

/** Names in releases/, newest first, and what there is besides. */
export function listReleases(layout: Layout): { releases: string[]; foreign: string[] } {
  const names = existsSync(layout.releases) ? readdirSync(layout.releases) : [];
  return {
    releases: names.filter(isReleaseName).sort().reverse(),
    foreign: names.filter((name) => !isReleaseName(name) && !isPartial(name)),
  };
}

/** Left by an unpacking that was cut short. */
export const isPartial = (name: string): boolean => /^\d{14}\.partial$/.test(name);

/** Also true for a link that leads nowhere. */
export function isThere(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
}
