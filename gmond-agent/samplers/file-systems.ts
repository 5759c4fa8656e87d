// Space and inodes of each local file system, under the names of Ganglia's diskfree
// module. The sums over all of them are disk.ts's.

import { localMountPoints, type ReadSpace } from './disk.ts';
import { createMeasuredSource, gauge, type Measured, type MeasuredSource } from './measured-source.ts';
import type { ReadText } from './proc-reader.ts';

const MOST_FILE_SYSTEMS = 64;
// The module's unit, though it calls it GB.
const GIB = 2 ** 30;

/** `/` is rootfs, `/var/log` is var_log. */
const keyOf = (mountPoint: string): string =>
  mountPoint === '/' ? 'rootfs' : mountPoint.slice(1).replaceAll('/', '_');

export const createFileSystemSource = (readText: ReadText, readSpace: ReadSpace): MeasuredSource =>
  createMeasuredSource(async () => {
    const mountPoints = localMountPoints((await readText('/proc/mounts')) ?? '').slice(0, MOST_FILE_SYSTEMS);
    const spaces = await Promise.all(mountPoints.map(readSpace));
    return mountPoints.flatMap((mountPoint, index): Measured[] => {
      const space = spaces[index];
      if (space === undefined || space.blocks <= 0) return [];
      const { bsize, blocks, bavail, files = 0, ffree = 0 } = space;
      const key = keyOf(mountPoint);
      const disk = (name: string, units: string, description: string) =>
        gauge(`${name}_${key}`, `${description} on ${mountPoint}`, { fmt: '%f', units, group: 'disk' });
      return [
        [disk('disk_free_absolute', 'GB', 'Disk space available (GB)'), (bavail * bsize) / GIB],
        [disk('disk_free_percent', '%', 'Disk space available (%)'), (100 * bavail) / blocks],
        // btrfs and others have no fixed number of inodes, and say 0.
        ...(files > 0
          ? [[disk('disk_inodes_free_percent', '%', 'Inodes available (%)'), (100 * ffree) / files] as const]
          : []),
      ];
    });
  });
