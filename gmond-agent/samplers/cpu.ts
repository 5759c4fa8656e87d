// CPU percentages from /proc/stat: shares of the time since the previous reading.

import type { ReadText } from './proc-reader.ts';
import type { Sampler } from './metric-definition.ts';

/** Clock ticks since boot, summed over all CPUs. */
export interface CpuTicks {
  user: number;
  nice: number;
  system: number;
  idle: number;
  iowait: number;
  irq: number;
  softirq: number;
  steal: number;
}

interface ProcStat {
  ticks: CpuTicks;
  cpuCount: number;
  /** Unix seconds; undefined when the kernel does not tell. */
  bootTimeSec: number | undefined;
}

/** Text of /proc/stat, or undefined when it has no `cpu` line. Fields that old kernels lack are 0. */
export function parseProcStat(text: string): ProcStat | undefined {
  const total = /^cpu +(.*)$/m.exec(text)?.[1];
  if (total === undefined) return undefined;
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = total
    .trim()
    .split(/ +/)
    .map(Number);
  const boot = /^btime (\d+)/m.exec(text)?.[1];
  return {
    ticks: { user, nice, system, idle, iowait, irq, softirq, steal },
    cpuCount: text.match(/^cpu\d+ /gm)?.length ?? 1,
    bootTimeSec: boot === undefined ? undefined : Number(boot),
  };
}

const NOTHING: CpuTicks = { user: 0, nice: 0, system: 0, idle: 0, iowait: 0, irq: 0, softirq: 0, steal: 0 };

const totalOf = (ticks: CpuTicks): number =>
  ticks.user + ticks.nice + ticks.system + ticks.idle + ticks.iowait + ticks.irq + ticks.softirq + ticks.steal;

// idle and iowait may step back a little (kernel documentation of /proc/stat), so a share is clamped.
const percent = (part: number, total: number): number =>
  total <= 0 ? 0 : Math.min(100, Math.max(0, (100 * part) / total));

/**
 * Shares between two readings, in percent; since boot when there is no previous one.
 * `cpu_aidle` is always since boot. Source: spec/ganglia.md §3, group C.
 */
export function cpuPercentages(before: CpuTicks | undefined, now: CpuTicks): Record<string, number> {
  const from = before === undefined || totalOf(before) > totalOf(now) ? NOTHING : before;
  const elapsed = totalOf(now) - totalOf(from);
  const share = (part: (ticks: CpuTicks) => number) => percent(part(now) - part(from), elapsed);
  return {
    cpu_user: share((ticks) => ticks.user),
    cpu_system: share((ticks) => ticks.system + ticks.irq + ticks.softirq),
    cpu_idle: share((ticks) => ticks.idle),
    cpu_nice: share((ticks) => ticks.nice),
    cpu_aidle: percent(now.idle, totalOf(now)),
    cpu_wio: share((ticks) => ticks.iowait),
    cpu_steal: share((ticks) => ticks.steal),
  };
}

export function createCpuSampler(readText: ReadText): Sampler {
  let before: CpuTicks | undefined;
  let reading: Record<string, number> = {};
  return {
    async read() {
      const stat = parseProcStat((await readText('/proc/stat')) ?? '');
      if (stat === undefined) return {};
      // Two readings within one tick say nothing new.
      if (before !== undefined && totalOf(before) === totalOf(stat.ticks)) return reading;
      reading = cpuPercentages(before, stat.ticks);
      before = stat.ticks;
      return reading;
    },
  };
}
