// Which metrics are collected together, how often, and from which source.

import type { Clock } from '#kernel/clock.ts';
import type { CollectionGroup } from './collection-groups.ts';
import { createCpuSampler } from './samplers/cpu.ts';
import {
  CPU_METRICS,
  DISK_METRICS,
  DISK_TOTAL,
  GENERAL_METRICS,
  GEXEC,
  HEARTBEAT,
  LOAD_METRICS,
  MEMORY_METRICS,
  NETWORK_METRICS,
  PROCESS_METRICS,
} from './samplers/default-metrics.ts';
import { createDiskSampler, type ReadSpace } from './samplers/disk.ts';
import { createLoadSampler } from './samplers/load.ts';
import { createMemorySampler } from './samplers/memory.ts';
import type { MetricDefinition, Reading, Sampler } from './samplers/metric-definition.ts';
import { createNetworkSampler } from './samplers/network.ts';
import { createCachedReader, type ReadText } from './samplers/proc-reader.ts';
import { createProcessSampler } from './samplers/process.ts';
import { createSystemSampler } from './samplers/system.ts';

export interface SampledGroup extends CollectionGroup {
  name: string;
  sampler: Sampler;
  /**
   * A second sampler of the same source, for one that counts from its previous reading: two groups that read it at
   * different times must not share one. Absent: the sampler may be shared.
   */
  another?: () => Sampler;
  /** A sampler that reads no more than these metrics, where each costs something to read. */
  only?: (names: readonly string[]) => Sampler;
}

/**
 * 'ganglia': the intervals of gmond's own configuration. 'live', our default: CPU, load, memory and
 * network are collected and sent every 15 s, disk and processes every 60 s, so that a chart is never
 * older than that; names, units and thresholds stay gmond's.
 */
export type IntervalProfile = 'live' | 'ganglia';

type Every = readonly [collectEverySec: number, timeThresholdSec: number];

const INTERVALS: Readonly<Record<IntervalProfile, Readonly<Record<string, Every>>>> = {
  ganglia: {
    general: [60, 60],
    cpu: [20, 90],
    load: [20, 90],
    process: [80, 950],
    memory: [40, 180],
    network: [40, 300],
    diskTotal: [1800, 3600],
    disk: [40, 180],
  },
  live: {
    general: [60, 60],
    cpu: [15, 15],
    load: [15, 15],
    process: [60, 60],
    memory: [15, 15],
    network: [15, 15],
    diskTotal: [1800, 1800],
    disk: [60, 60],
  },
};

interface DefaultGroupsOptions {
  profile: IntervalProfile;
  /** Multiplies every interval and time threshold; below 1 for demonstrations and tests. */
  intervalScale: number;
  /** Unix seconds at which the agent started: the value of the heartbeat. */
  startedAtSec: number;
  agentId: string | undefined;
  arch: string;
  location: string;
  /** globals.gexec of a gmond.conf. */
  gexec?: boolean;
}

/** gmond's groups in gmond's order; each has a sampler of its own, since differences are per metric. */
export function createDefaultGroups(
  deps: { clock: Clock; readText: ReadText; readSpace: ReadSpace },
  options: DefaultGroupsOptions,
): SampledGroup[] {
  const { clock } = deps;
  const scale = options.intervalScale;
  const read = createCachedReader(clock, deps.readText, scale);

  const every = (name: string, metrics: readonly MetricDefinition[], another: () => Sampler): SampledGroup => {
    const [collectEverySec, timeThresholdSec] = INTERVALS[options.profile][name] ?? [60, 60];
    return {
      name,
      metrics,
      sampler: another(),
      another,
      collectEverySec: collectEverySec * scale,
      timeThresholdSec: timeThresholdSec * scale,
    };
  };
  const once = (metric: MetricDefinition, timeThresholdSec: number, reading: Reading): SampledGroup => ({
    name: metric.name,
    metrics: [metric],
    sampler: { read: () => Promise.resolve(reading) },
    timeThresholdSec: timeThresholdSec * scale,
  });

  const heartbeat: MetricDefinition =
    options.agentId === undefined ? HEARTBEAT : { ...HEARTBEAT, extra: [['PLEXUS_AGENT', options.agentId]] };
  return [
    once(heartbeat, 20, { heartbeat: options.startedAtSec }),
    every('general', GENERAL_METRICS, () => createSystemSampler(read, options)),
    once(GEXEC, 300, { gexec: options.gexec === true ? 'ON' : 'OFF' }),
    every('cpu', CPU_METRICS, () => createCpuSampler(read)),
    every('load', LOAD_METRICS, () => createLoadSampler(read)),
    every('process', PROCESS_METRICS, () => createProcessSampler(read)),
    every('memory', MEMORY_METRICS, () => createMemorySampler(read)),
    every('network', NETWORK_METRICS, () => createNetworkSampler(read, clock)),
    every('diskTotal', [DISK_TOTAL], () => createDiskSampler(read, deps.readSpace)),
    every('disk', DISK_METRICS, () => createDiskSampler(read, deps.readSpace)),
  ];
}
