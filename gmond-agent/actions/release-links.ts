// Links what outlives a release, such as uploads and settings, from shared/ into it.

import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Layout } from './release-layout.ts';

/**
 * `release` is being prepared. What the archive ships under a linked name is removed
 * from the release, never from shared/; linked files must be in shared/ already.
 */
export function linkShared(
  layout: Layout,
  release: string,
  linked: { linkedDirs: readonly string[]; linkedFiles: readonly string[] },
): void {
  for (const name of linked.linkedDirs) mkdirSync(path.join(layout.shared, name), { recursive: true });
  for (const name of [...linked.linkedFiles, ...linked.linkedDirs]) {
    const place = path.join(release, name);
    mkdirSync(path.dirname(place), { recursive: true });
    rmSync(place, { recursive: true, force: true });
    symlinkSync(path.join(layout.shared, name), place);
  }
}
