// Disk space over the local, writable file systems of /proc/mounts.

import type { Sampler } from './metric-definition.ts';
import type { ReadText } from './proc-reader.ts';

/** What statfs tells of one file system; blocks of `bsize` bytes. */
interface FileSystemSpace {
  bsize: number;
  blocks: number;
  /** Free for ordinary users. */
  bavail: number;
  /** Inodes, all and free; 0 of a file system that has no fixed number. */
  files?: number;
  ffree?: number;
}

/** Undefined when the file system does not answer. */
export type ReadSpace = (mountPoint: string) => Promise<FileSystemSpace | undefined>;

/**
 * Mount points to count: writable, on a local device, each device once.
 * Source: spec/ganglia.md §3, disk_total.
 */
export function localMountPoints(mounts: string): string[] {
  const byDevice = new Map<string, string>();
  for (const line of mounts.split('\n')) {
    const [device = '', mountPoint = '', type = '', options = ''] = line.split(' ').map(unescapeMount);
    if (options.split(',').includes('ro') || isRemote(device, type)) continue;
    const local = device.startsWith('/dev/') || device.startsWith('/dev2/') || type.startsWith('zfs');
    if (local && mountPoint.startsWith('/') && !byDevice.has(device)) byDevice.set(device, mountPoint);
  }
  return [...byDevice.values()];
}

const isRemote = (device: string, type: string): boolean =>
  device.includes(':') ||
  (type === 'smbfs' && device.startsWith('//')) ||
  type.startsWith('nfs') ||
  ['autofs', 'gfs', 'none'].includes(type);

// The kernel writes blank, tab, newline and backslash as three octal digits.
const unescapeMount = (field: string): string =>
  field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Sizes in GB of 10^9 bytes, the fullest in percent. */
export function diskReading(spaces: readonly FileSystemSpace[]): Record<string, number> {
  let totalBytes = 0;
  let freeBytes = 0;
  let maxUsed = 0;
  for (const { bsize, blocks, bavail } of spaces) {
    if (blocks <= 0) continue;
    totalBytes += blocks * bsize;
    freeBytes += bavail * bsize;
    maxUsed = Math.max(maxUsed, (100 * (blocks - bavail)) / blocks);
  }
  return { disk_total: totalBytes / 1e9, disk_free: freeBytes / 1e9, part_max_used: Math.min(100, maxUsed) };
}

export const createDiskSampler = (readText: ReadText, readSpace: ReadSpace): Sampler => ({
  async read() {
    const mounts = await readText('/proc/mounts');
    if (mounts === undefined) return {};
    const spaces = await Promise.all(localMountPoints(mounts).map(readSpace));
    return diskReading(spaces.filter((space) => space !== undefined));
  },
});
