// What the default CPU metrics leave together or out: interrupts apart from system,
// the share of virtual machines. Percent of the time since the previous reading.

import { createRateTable, parseCounter, type Counter } from './counters.ts';
import type { Sampler } from './metric-definition.ts';
import type { Clock } from '#kernel/clock.ts';
import type { ReadText } from './proc-reader.ts';

// Columns of the line "cpu" of /proc/stat, proc(5); guest time is contained in user and nice, so not in the total.
const COLUMNS: readonly [metric: string, column: number][] = [
  ['cpu_intr', 5],
  ['cpu_sintr', 6],
  ['cpu_guest', 8],
  ['cpu_gnice', 9],
];
const COLUMNS_OF_TOTAL = 8;

export function createCpuDetailSampler(readText: ReadText, clock: Clock): Sampler {
  const rates = createRateTable();
  return {
    async read() {
      const fields = /^cpu +(.*)$/m.exec((await readText('/proc/stat')) ?? '')?.[1]?.split(' ') ?? [];
      const counters = new Map<string, Counter>();
      for (const [metric, column] of COLUMNS) {
        const counter = parseCounter(fields[column]);
        if (counter !== undefined) counters.set(metric, counter);
      }
      counters.set(
        'total',
        fields.slice(0, COLUMNS_OF_TOTAL).reduce((sum, field) => sum + Number(field), 0),
      );
      const perSec = rates.update(counters, clock.monotonicMs());
      const total = perSec.get('total') ?? 0;
      const share = (rate: number) => (total <= 0 ? 0 : Math.min(100, (100 * rate) / total));
      return Object.fromEntries(
        [...perSec].filter(([metric]) => metric !== 'total').map(([metric, rate]) => [metric, share(rate)]),
      );
    },
  };
}
