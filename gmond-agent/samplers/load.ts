// Load averages from the first three fields of /proc/loadavg.

import type { Sampler } from './metric-definition.ts';
import type { ReadText } from './proc-reader.ts';

interface ProcLoadavg {
  one: number;
  five: number;
  fifteen: number;
  running: number;
  total: number;
}

/** Text of /proc/loadavg, such as "0.52 0.29 0.13 2/115 12514". */
export function parseLoadavg(text: string): ProcLoadavg | undefined {
  const found = /^([\d.]+) ([\d.]+) ([\d.]+) (\d+)\/(\d+)/.exec(text);
  if (found === null) return undefined;
  const [one = 0, five = 0, fifteen = 0, running = 0, total = 0] = found.slice(1).map(Number);
  return { one, five, fifteen, running, total };
}

export const createLoadSampler = (readText: ReadText): Sampler => ({
  async read() {
    const load = parseLoadavg((await readText('/proc/loadavg')) ?? '');
    return load === undefined ? {} : { load_one: load.one, load_five: load.five, load_fifteen: load.fifteen };
  },
});
