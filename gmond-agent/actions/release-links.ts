// Links what outlives a release, such as uploads and settings, from shared/ into it.

import { mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { isThere, type Layout } from './release-layout.ts';

/**
 * `release` is being prepared. What the archive ships under a linked name is removed
 * from the release, never from shared/; linked files must be in shared/ already.
 * Throws when a link in the archive would lead a linked name out of the release.
 */
export function linkShared(
  layout: Layout,
  release: string,
  linked: { linkedDirs: readonly string[]; linkedFiles: readonly string[] },
): void {
  for (const name of linked.linkedDirs) mkdirSync(path.join(layout.shared, name), { recursive: true });
  for (const name of [...linked.linkedFiles, ...linked.linkedDirs]) {
    const place = path.join(release, name);
    requireInside(release, path.dirname(name));
    mkdirSync(path.dirname(place), { recursive: true });
    rmSync(place, { recursive: true, force: true });
    symlinkSync(path.join(layout.shared, name), place);
  }
}

/** Step by step, so that nothing is made behind a link before it is known where it leads. */
function requireInside(release: string, directory: string): void {
  const root = realpathSync(release);
  let place = release;
  for (const step of directory.split('/')) {
    place = path.join(place, step);
    if (!isThere(place)) return;
    const real = realpathSync(place);
    if (real !== root && !real.startsWith(`${root}/`))
      throw new Error(`in the archive, ${path.relative(release, place)} is a link that leads out of the release`);
  }
}
