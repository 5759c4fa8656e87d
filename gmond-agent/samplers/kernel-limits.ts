// Time since boot and how much of the kernel's table of open files is used.

import { createMeasuredSource, gauge, type MeasuredSource } from './measured-source.ts';
import type { ReadText } from './proc-reader.ts';

export const createKernelLimitSource = (readText: ReadText): MeasuredSource =>
  createMeasuredSource(async () => {
    const [uptime = '', files = ''] = await Promise.all([readText('/proc/uptime'), readText('/proc/sys/fs/file-nr')]);
    const seconds = Number.parseFloat(uptime);
    // Allocated, allocated but unused (always 0 since 2.6), most: proc(5).
    const [, open = NaN, unused = NaN, most = NaN] = /^(\d+)\s+(\d+)\s+(\d+)/.exec(files)?.map(Number) ?? [];
    const used = open - unused;
    return [
      [gauge('uptime', 'Time since boot', { type: 'double', fmt: '%.0f', units: 's', tmaxSec: 120 }), seconds],
      [gauge('files_open', 'Files open in all processes', { type: 'double', fmt: '%.0f', units: 'files' }), used],
      [gauge('files_open_percent', 'Share of the most files that may be open', { units: '%' }), (100 * used) / most],
    ];
  });
