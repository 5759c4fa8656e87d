// Work of each disk, under the names of Ganglia's diskstat module. That module tells
// operations since whenever it was asked last; here they are a second, like the rest.

import type { Clock } from '#kernel/clock.ts';
import { createRateTable, parseCounter, type Counter } from './counters.ts';
import { createMeasuredSource, gauge, type Measured, type MeasuredSource } from './measured-source.ts';
import type { ReadText } from './proc-reader.ts';

interface Column {
  metric: string;
  /** Of the fields after the device's name; Documentation/admin-guide/iostats.rst. */
  column: number;
  factor: number;
  units: string;
  description: string;
}

const SECTOR_BYTES = 512;
const MS = 0.001;

const COLUMNS: readonly Column[] = [
  { metric: 'reads', column: 0, factor: 1, units: 'reads/sec', description: 'reads completed per sec' },
  { metric: 'reads_merged', column: 1, factor: 1, units: 'reads/sec', description: 'reads merged per sec' },
  ...[
    {
      metric: 'read_bytes_per_sec',
      column: 2,
      factor: SECTOR_BYTES,
      units: 'bytes/sec',
      description: 'bytes read per sec',
    },
  ],
  ...[{ metric: 'read_time', column: 3, factor: MS, units: 's', description: 'seconds spent reading, per sec' }],
  { metric: 'writes', column: 4, factor: 1, units: 'writes/sec', description: 'writes completed per sec' },
  { metric: 'writes_merged', column: 5, factor: 1, units: 'writes/sec', description: 'writes merged per sec' },
  ...[
    {
      metric: 'write_bytes_per_sec',
      column: 6,
      factor: SECTOR_BYTES,
      units: 'bytes/sec',
      description: 'bytes written per sec',
    },
  ],
  ...[{ metric: 'write_time', column: 7, factor: MS, units: 's', description: 'seconds spent writing, per sec' }],
  {
    metric: 'percent_io_time',
    column: 9,
    factor: 0.1,
    units: 'percent',
    description: 'share of time with I/O in progress',
  },
  {
    metric: 'weighted_io_time',
    column: 10,
    factor: MS,
    units: 's',
    description: 'mean number of operations in progress',
  },
];

// Partitions are counted with their disk; loop, ram and optical devices are no disks.
const NOT_A_DISK =
  /^(loop|ram|zram|sr|fd|nbd|drbd)\d|^(sd|vd|xvd|hd)[a-z]+\d+$|^(nvme\d+(c\d+)?n\d+|mmcblk\d+)p\d+$|^mmcblk\d+boot/;
const MOST_DISKS = 48;
// A kernel counter of milliseconds is 32 bits wide on some architectures; a disk does not do more than this a second.
const MOST_PER_SEC = 1e12;

/** Lines of /proc/diskstats that are whole disks: name and the fields after it. Device-mapper volumes count as disks. */
export function parseDiskstats(text: string): Map<string, string[]> {
  const disks = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, , name, ...fields] = line.trim().split(/\s+/);
    if (name === undefined || fields.length < 11 || NOT_A_DISK.test(name) || disks.size >= MOST_DISKS) continue;
    // Never used since boot: an empty slot.
    if (fields.every((field) => field === '0')) continue;
    disks.set(name, fields);
  }
  return disks;
}

export function createDiskIoSource(readText: ReadText, clock: Clock): MeasuredSource {
  const rates = createRateTable(MOST_PER_SEC);
  return createMeasuredSource(async () => {
    const disks = parseDiskstats((await readText('/proc/diskstats')) ?? '');
    const counters = new Map<string, Counter>();
    for (const [name, fields] of disks)
      for (const { metric, column } of COLUMNS) {
        const counter = parseCounter(fields[column]);
        if (counter !== undefined) counters.set(`diskstat_${name}_${metric}`, counter);
      }
    const perSec = rates.update(counters, clock.monotonicMs());
    return [...disks.keys()].flatMap((name) =>
      COLUMNS.map(({ metric, factor, units, description }): Measured => {
        const full = `diskstat_${name}_${metric}`;
        const rate = perSec.get(full);
        const value = rate === undefined ? undefined : rate * factor;
        return [
          gauge(full, description, { fmt: '%f', units, group: 'diskstat', title: `${name}: ${description}` }),
          // Time in progress is rounded by the kernel and may stand a little above what went by.
          metric === 'percent_io_time' && value !== undefined ? Math.min(100, value) : value,
        ];
      }),
    );
  });
}
