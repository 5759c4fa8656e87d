// Pressure stall information: the share of time in which some, or all, work waited
// for CPU, memory or I/O. Source: Documentation/accounting/psi.rst.

import type { Clock } from '#kernel/clock.ts';
import { createRateTable, parseCounter, type Counter } from './counters.ts';
import { createMeasuredSource, gauge, type Measured, type MeasuredSource } from './measured-source.ts';
import type { ReadText } from './proc-reader.ts';

const RESOURCES = ['cpu', 'memory', 'io'] as const;
const LINE = /^(some|full) avg10=([\d.]+) .*total=(\d+)$/gm;
// Totals are microseconds; of each second so many may be spent waiting.
const MICROSECONDS_PER_PERCENT = 10_000;

/** `psi_cpu_some_avg10` is the kernel's mean of 10 s, `psi_cpu_some` the exact share since the last reading. */
export function createPressureSource(readText: ReadText, clock: Clock): MeasuredSource {
  const rates = createRateTable();
  return createMeasuredSource(async () => {
    const texts = await Promise.all(RESOURCES.map((resource) => readText(`/proc/pressure/${resource}`)));
    const averages = new Map<string, number>();
    const totals = new Map<string, Counter>();
    for (const [index, resource] of RESOURCES.entries())
      for (const [, who = '', average, total] of (texts[index] ?? '').matchAll(LINE)) {
        const counter = parseCounter(total);
        // Since 5.13 cpu has a line "full", which for the whole system is always 0.
        if (counter === undefined || (resource === 'cpu' && who === 'full')) continue;
        averages.set(`psi_${resource}_${who}`, Number(average));
        totals.set(`psi_${resource}_${who}`, counter);
      }
    const perSec = rates.update(totals, clock.monotonicMs());
    return [...averages].flatMap(([name, average]): Measured[] => {
      const rate = perSec.get(name);
      const [, resource = '', who] = name.split('_');
      const text = `Time in which ${who === 'full' ? 'all' : 'some'} work waited for ${resource}`;
      const pressure = (full: string, description: string) =>
        gauge(full, description, { units: '%', group: 'pressure', valueThreshold: 5 });
      return [
        [pressure(`${name}_avg10`, `${text}, mean of 10 s`), average],
        [pressure(name, text), rate === undefined ? undefined : Math.min(100, rate / MICROSECONDS_PER_PERCENT)],
      ];
    });
  });
}
