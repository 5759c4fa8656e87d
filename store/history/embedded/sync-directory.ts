// Makes creations, renames and removals in a directory survive a power cut. It
// does not sync the files themselves.

import { closeSync, fsyncSync, openSync } from 'node:fs';

export function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
