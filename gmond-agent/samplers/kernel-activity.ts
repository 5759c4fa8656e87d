// What the kernel is busy with: paging, context switches, processes made and blocked.
// Names are those of Ganglia's vm_stats and cpu_stats modules.

import type { Clock } from '#kernel/clock.ts';
import { createRateTable, parseCounter, type Counter } from './counters.ts';
import { createMeasuredSource, gauge, type Measured, type MeasuredSource } from './measured-source.ts';
import type { ReadText } from './proc-reader.ts';

/** Numbers by the first word of their line, as in /proc/vmstat and /proc/stat. */
export function parseWordedCounters(text: string): Map<string, Counter> {
  const counters = new Map<string, Counter>();
  for (const [, name = '', digits] of text.matchAll(/^(\w+) (\d+)/gm)) {
    const counter = parseCounter(digits);
    if (counter !== undefined) counters.set(name, counter);
  }
  return counters;
}

const VM_RATES: readonly [field: string, description: string][] = [
  ['pgpgin', 'KB read from disks per sec'],
  ['pgpgout', 'KB written to disks per sec'],
  ['pswpin', 'pages swapped in per sec'],
  ['pswpout', 'pages swapped out per sec'],
  ['pgfault', 'page faults per sec'],
  ['pgmajfault', 'page faults that had to wait for a disk, per sec'],
  ['oom_kill', 'processes killed for want of memory, per sec'],
];
const VM_COUNTS: readonly [field: string, description: string][] = [
  ['nr_dirty', 'pages that wait to be written'],
  ['nr_writeback', 'pages that are being written'],
];

export function createPagingSource(readText: ReadText, clock: Clock): MeasuredSource {
  const rates = createRateTable();
  return createMeasuredSource(async () => {
    const counters = parseWordedCounters((await readText('/proc/vmstat')) ?? '');
    const wanted = VM_RATES.flatMap(([field]): [string, Counter][] => {
      const counter = counters.get(field);
      return counter === undefined ? [] : [[field, counter]];
    });
    const perSec = rates.update(new Map(wanted), clock.monotonicMs());
    const vm = (field: string, description: string, units: string) =>
      gauge(`vm_${field}`, description, { fmt: '%.4f', units, group: 'memory_vm' });
    return [
      ...VM_RATES.filter(([field]) => counters.has(field)).map(([field, description]): Measured => [
        vm(field, description, 'ops/s'),
        perSec.get(field),
      ]),
      ...VM_COUNTS.filter(([field]) => counters.has(field)).map(([field, description]): Measured => [
        vm(field, description, 'count'),
        Number(counters.get(field)),
      ]),
    ];
  });
}

export function createSchedulerSource(readText: ReadText, clock: Clock): MeasuredSource {
  const rates = createRateTable();
  return createMeasuredSource(async () => {
    const counters = parseWordedCounters((await readText('/proc/stat')) ?? '');
    const [switches, made, blocked] = [counters.get('ctxt'), counters.get('processes'), counters.get('procs_blocked')];
    if (switches === undefined || made === undefined) return [];
    const perSec = rates.update(new Map([...Object.entries({ switches, made })]), clock.monotonicMs());
    const cpu = (name: string, description: string, units: string) =>
      gauge(name, description, { fmt: '%.0f', units, group: 'cpu' });
    return [
      [cpu('cpu_ctxt', 'Context Switches', 'ctxs/sec'), perSec.get('switches')],
      [cpu('procs_created', 'Number of processes and threads created', 'proc/sec'), perSec.get('made')],
      [cpu('procs_blocked', 'Processes blocked', 'processes'), blocked === undefined ? undefined : Number(blocked)],
    ];
  });
}
