// Counts of processes from the fourth field of /proc/loadavg.

import { parseLoadavg } from './load.ts';
import type { Sampler } from './metric-definition.ts';
import type { ReadText } from './proc-reader.ts';

export const createProcessSampler = (readText: ReadText): Sampler => ({
  async read() {
    const load = parseLoadavg((await readText('/proc/loadavg')) ?? '');
    // The reader itself is running while it reads.
    return load === undefined ? {} : { proc_run: Math.max(0, load.running - 1), proc_total: load.total };
  },
});
