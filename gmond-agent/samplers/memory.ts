// Memory and swap from /proc/meminfo, in KB as the kernel counts them (1024 bytes).

import type { Sampler } from './metric-definition.ts';
import type { ReadText } from './proc-reader.ts';

/** First value of each key, in the kernel's KB. */
export function parseMeminfo(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const found = /^([^:]+):\s+(\d+)/.exec(line);
    if (found?.[1] !== undefined && !values.has(found[1])) values.set(found[1], Number(found[2]));
  }
  return values;
}

// gmond reads MemShared, which kernels since 2.5.52 do not have; Shmem is what it means today.
const SOURCES: readonly [metric: string, key: string][] = [
  ['mem_total', 'MemTotal'],
  ['swap_total', 'SwapTotal'],
  ['mem_free', 'MemFree'],
  ['mem_shared', 'Shmem'],
  ['mem_buffers', 'Buffers'],
  ['mem_cached', 'Cached'],
  ['swap_free', 'SwapFree'],
  ['mem_available', 'MemAvailable'],
  ['mem_sreclaimable', 'SReclaimable'],
  ['mem_slab', 'Slab'],
];

export function memoryReading(meminfo: ReadonlyMap<string, number>): Record<string, number> {
  const reading: Record<string, number> = {};
  for (const [metric, key] of SOURCES) {
    const value = meminfo.get(key);
    if (value !== undefined) reading[metric] = value;
  }
  return reading;
}

export const createMemorySampler = (readText: ReadText): Sampler => ({
  read: async () => memoryReading(parseMeminfo((await readText('/proc/meminfo')) ?? '')),
});
