// What hardly ever changes: CPUs, boot time, kernel, place.

import { parseProcStat } from './cpu.ts';
import { memoryReading, parseMeminfo } from './memory.ts';
import type { Sampler } from './metric-definition.ts';
import type { ReadText } from './proc-reader.ts';

/** gmond's words for the processor families that Node runs on. */
const MACHINE_TYPES: Readonly<Record<string, string>> = { x64: 'x86_64', ia32: 'x86', arm64: 'aarch64' };

export const machineType = (arch: string): string => MACHINE_TYPES[arch] ?? arch;

/** Nominal speed in whole MHz: cpufreq's limit of the first CPU (kHz), else the first "cpu MHz" of cpuinfo. */
export function cpuSpeedMhz(scalingMaxFreq: string | undefined, cpuinfo: string): number | undefined {
  const kilohertz = Number.parseInt(scalingMaxFreq ?? '', 10);
  if (kilohertz > 0) return Math.trunc(kilohertz / 1000);
  const megahertz = /^cpu MHz\s*:\s*([\d.]+)/m.exec(cpuinfo)?.[1];
  return megahertz === undefined ? undefined : Math.trunc(Number(megahertz));
}

export function createSystemSampler(readText: ReadText, options: { arch: string; location: string }): Sampler {
  // As gmond does: read once. Today's frequency is no property of the machine.
  let speedMhz: number | undefined;
  return {
    async read() {
      const [stat, meminfo, release] = await Promise.all([
        readText('/proc/stat'),
        readText('/proc/meminfo'),
        readText('/proc/sys/kernel/osrelease'),
      ]);
      speedMhz ??= cpuSpeedMhz(
        await readText('/sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq'),
        (await readText('/proc/cpuinfo')) ?? '',
      );
      const { cpuCount, bootTimeSec } = parseProcStat(stat ?? '') ?? {};
      const { mem_total, swap_total } = memoryReading(parseMeminfo(meminfo ?? ''));
      return {
        ...(cpuCount !== undefined && { cpu_num: cpuCount }),
        ...(speedMhz !== undefined && { cpu_speed: speedMhz }),
        ...(mem_total !== undefined && { mem_total }),
        ...(swap_total !== undefined && { swap_total }),
        ...(bootTimeSec !== undefined && { boottime: bootTimeSec }),
        machine_type: machineType(options.arch),
        os_name: 'Linux',
        ...(release !== undefined && { os_release: release.trim() }),
        location: options.location,
      };
    },
  };
}
