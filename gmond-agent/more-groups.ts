// Metrics besides gmond's default set: what can be had, what runs without being asked
// for, and what the words of --extra-metrics mean.

import type { Clock } from '#kernel/clock.ts';
import type { SampledGroup } from './default-groups.ts';
import { createCgroupSource } from './samplers/cgroups.ts';
import { createConnectionSource, createTcpStateSource } from './samplers/connections.ts';
import { createCpuDetailSampler } from './samplers/cpu-detail.ts';
import { MORE_CPU_METRICS, MORE_GENERAL_METRICS, MORE_MEMORY_METRICS } from './samplers/default-metrics.ts';
import type { ReadSpace } from './samplers/disk.ts';
import { createDiskIoSource } from './samplers/disk-io.ts';
import { createFileSystemSource } from './samplers/file-systems.ts';
import { createInterfaceSource } from './samplers/interfaces.ts';
import { createPagingSource, createSchedulerSource } from './samplers/kernel-activity.ts';
import { createKernelLimitSource } from './samplers/kernel-limits.ts';
import type { MeasuredSource } from './samplers/measured-source.ts';
import { createMemorySampler } from './samplers/memory.ts';
import type { MetricDefinition, Sampler } from './samplers/metric-definition.ts';
import { createPressureSource } from './samplers/pressure.ts';
import type { ListFolder, ReadText } from './samplers/proc-reader.ts';
import { createServiceSource } from './samplers/service-processes.ts';
import { createSystemMoreSampler } from './samplers/system-more.ts';
import { createTemperatureSource } from './samplers/temperature.ts';

export interface MoreGroupsDeps {
  clock: Clock;
  readText: ReadText;
  readSpace: ReadSpace;
  list: ListFolder;
}

export interface MoreGroups {
  groups: SampledGroup[];
  /** Words that mean nothing here, each with what is known. */
  unknown: string[];
}

/** On without being asked for: they cost next to nothing and the first screens of a host want them. */
const BY_DEFAULT = ['memory-detail', 'filesystems', 'connections'];

// "process:nginx" or "cgroup:system.slice/nginx.service".
const WITH_ARGUMENT = /^(process|cgroup):(.+)$/;

/** Those of `words`; a default one is switched off by a minus before its name, `all` is every one there is. */
export function chooseMoreGroups(
  deps: MoreGroupsDeps,
  options: { words: readonly string[]; withDefaults: boolean; intervalScale: number },
): MoreGroups {
  const named = [...options.words].filter((word) => !WITH_ARGUMENT.test(word));
  const services = argumentsOf(options.words, 'process');
  const cgroups = argumentsOf(options.words, 'cgroup');
  const catalogue = moreGroups(deps, { intervalScale: options.intervalScale, services, cgroups });
  const known = catalogue.map(({ name }) => name);
  const off = new Set(named.flatMap((word) => (word.startsWith('-') ? [word.slice(1)] : [])));
  const on = new Set([
    ...(options.withDefaults ? BY_DEFAULT : []),
    ...named,
    ...(cgroups.length > 0 ? ['cgroup'] : []),
  ]);
  return {
    groups: catalogue.filter(({ name }) => !off.has(name) && (on.has(name) || on.has('all') || name === 'process')),
    unknown: named.filter((word) => word !== 'all' && !known.includes(word.replace(/^-/, ''))),
  };
}

/** What --extra-metrics takes. */
export const MORE_GROUP_WORDS: readonly string[] = [
  ...[
    'memory-detail',
    'cpu-detail',
    'clock',
    'filesystems',
    'connections',
    'interfaces',
    'diskstat',
    'tcpconn',
    'vmstat',
  ],
  ...['scheduler', 'pressure', 'cgroup', 'temperature', 'limits', 'process:NAME', 'cgroup:PATH', 'all', '-NAME'],
];

const argumentsOf = (words: readonly string[], kind: string): string[] =>
  words.flatMap((word) => {
    const [, found, argument] = WITH_ARGUMENT.exec(word) ?? [];
    return found === kind && argument !== undefined ? [argument] : [];
  });

/** Every group that can be had, in the order in which they are sent. */
export function moreGroups(
  deps: MoreGroupsDeps,
  options: { intervalScale: number; services?: readonly string[]; cgroups?: readonly string[] },
): SampledGroup[] {
  const { clock, readText, readSpace, list } = deps;
  const { services = [], cgroups = [] } = options;
  const every = (seconds: number) => ({
    collectEverySec: seconds * options.intervalScale,
    timeThresholdSec: seconds * options.intervalScale,
  });
  const fixed = (name: string, seconds: number, metrics: readonly MetricDefinition[], another: () => Sampler) => ({
    ...{ name, metrics, sampler: another(), another },
    ...every(seconds),
  });
  const found = (name: string, seconds: number, another: () => MeasuredSource): SampledGroup => {
    const source = another();
    return {
      name,
      // Read each time: interfaces and disks come and go.
      get metrics() {
        return source.metrics;
      },
      sampler: source,
      another,
      ...every(seconds),
    };
  };
  return [
    fixed('memory-detail', 15, MORE_MEMORY_METRICS, () => createMemorySampler(readText)),
    fixed('cpu-detail', 15, MORE_CPU_METRICS, () => createCpuDetailSampler(readText, clock)),
    fixed('clock', 60, MORE_GENERAL_METRICS, () => createSystemMoreSampler(readText, list, clock)),
    found('filesystems', 60, () => createFileSystemSource(readText, readSpace)),
    found('connections', 15, () => createConnectionSource(readText)),
    found('interfaces', 15, () => createInterfaceSource(readText, clock)),
    found('diskstat', 15, () => createDiskIoSource(readText, clock)),
    found('tcpconn', 60, () => createTcpStateSource(readText)),
    found('vmstat', 15, () => createPagingSource(readText, clock)),
    found('scheduler', 15, () => createSchedulerSource(readText, clock)),
    found('pressure', 15, () => createPressureSource(readText, clock)),
    found('cgroup', 15, () => createCgroupSource(readText, clock, cgroups)),
    found('temperature', 60, () => createTemperatureSource(readText, list)),
    found('limits', 60, () => createKernelLimitSource(readText)),
    ...(services.length === 0 ? [] : [found('process', 60, () => createServiceSource(deps, services))]),
  ];
}
