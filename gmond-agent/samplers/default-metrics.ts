// The default metric set of gmond on Linux, word for word: receivers, web pages and
// saved graphs know these names. Source: spec/ganglia.md §3 and the recorded captures.

import type { MetricDefinition } from './metric-definition.ts';

type Rest = Partial<MetricDefinition>;

const constant = (name: string, title: string, description: string, group: string, rest: Rest): MetricDefinition => ({
  name,
  type: 'string',
  fmt: '%s',
  units: '',
  slope: 'zero',
  tmaxSec: 1200,
  title,
  description,
  group,
  ...rest,
});

const gauge = (name: string, title: string, description: string, group: string, rest: Rest): MetricDefinition => ({
  ...constant(name, title, description, group, {}),
  type: 'float',
  slope: 'both',
  ...rest,
});

const KB = { type: 'float', fmt: '%.0f', units: 'KB' } as const;
const COUNT = { type: 'uint32', fmt: '%u' } as const;

export const HEARTBEAT = constant('heartbeat', 'heartbeat', 'Last heartbeat', 'core', {
  ...COUNT,
  slope: 'unspecified',
  tmaxSec: 20,
});

export const GENERAL_METRICS: readonly MetricDefinition[] = [
  constant('cpu_num', 'CPU Count', 'Total number of CPUs', 'cpu', { type: 'uint16', fmt: '%hu', units: 'CPUs' }),
  constant('cpu_speed', 'CPU Speed', 'CPU Speed in terms of MHz', 'cpu', { ...COUNT, units: 'MHz' }),
  constant('mem_total', 'Memory Total', 'Total amount of memory displayed in KBs', 'memory', KB),
  constant('swap_total', 'Swap Space Total', 'Total amount of swap space displayed in KBs', 'memory', KB),
  constant('boottime', 'Last Boot Time', 'The last time that the system was started', 'system', {
    ...COUNT,
    units: 's',
  }),
  constant('machine_type', 'Machine Type', 'System architecture', 'system', {}),
  constant('os_name', 'Operating System', 'Operating system name', 'system', {}),
  constant('os_release', 'Operating System Release', 'Operating system release date', 'system', {}),
  constant('location', 'Location', 'Location of the machine', 'core', { units: '(x,y,z)', slope: 'unspecified' }),
];

export const GEXEC = constant('gexec', 'Gexec Status', 'gexec available', 'core', { tmaxSec: 300 });

const cpu = (name: string, title: string, description: string, rest: Rest = {}) =>
  gauge(name, title, description, 'cpu', { fmt: '%.1f', units: '%', tmaxSec: 90, valueThreshold: 1, ...rest });

export const CPU_METRICS: readonly MetricDefinition[] = [
  cpu('cpu_user', 'CPU User', 'Percentage of CPU utilization that occurred while executing at the user level'),
  cpu('cpu_system', 'CPU System', 'Percentage of CPU utilization that occurred while executing at the system level'),
  cpu(
    'cpu_idle',
    'CPU Idle',
    'Percentage of time that the CPU or CPUs were idle and the system did not have an outstanding disk I/O request',
    { valueThreshold: 5 },
  ),
  cpu(
    'cpu_nice',
    'CPU Nice',
    'Percentage of CPU utilization that occurred while executing at the user level with nice priority',
  ),
  cpu('cpu_aidle', 'CPU aidle', 'Percent of time since boot idle CPU', { tmaxSec: 3800, valueThreshold: 5 }),
  cpu(
    'cpu_wio',
    'CPU wio',
    'Percentage of time that the CPU or CPUs were idle during which the system had an outstanding disk I/O request',
  ),
  cpu('cpu_steal', 'CPU steal', 'cpu_steal'),
];

const load = (name: string, minutes: string, tmaxSec: number) =>
  gauge(name, `${minutes} Minute Load Average`, `${minutes} minute load average`, 'load', {
    fmt: '%.2f',
    units: ' ',
    tmaxSec,
    valueThreshold: 1,
  });

export const LOAD_METRICS: readonly MetricDefinition[] = [
  load('load_one', 'One', 70),
  load('load_five', 'Five', 325),
  load('load_fifteen', 'Fifteen', 950),
];

const processes = (name: string, title: string, description: string) =>
  gauge(name, title, description, 'process', { ...COUNT, units: ' ', tmaxSec: 950, valueThreshold: 1 });

export const PROCESS_METRICS: readonly MetricDefinition[] = [
  processes('proc_run', 'Total Running Processes', 'Total number of running processes'),
  processes('proc_total', 'Total Processes', 'Total number of processes'),
];

const memory = (name: string, title: string, description: string) =>
  gauge(name, title, description, 'memory', { ...KB, tmaxSec: 180, valueThreshold: 1024 });

export const MEMORY_METRICS: readonly MetricDefinition[] = [
  memory('mem_free', 'Free Memory', 'Amount of available memory'),
  memory('mem_shared', 'Shared Memory', 'Amount of shared memory'),
  memory('mem_buffers', 'Memory Buffers', 'Amount of buffered memory'),
  memory('mem_cached', 'Cached Memory', 'Amount of cached memory'),
  memory('swap_free', 'Free Swap Space', 'Amount of available swap memory'),
];

/** Those that gmond's successor on its master branch has, and cpu_steal's neighbours: not in the default set. */
export const MORE_MEMORY_METRICS: readonly MetricDefinition[] = [
  memory('mem_available', 'Available Memory', 'Memory that programs can get without swapping'),
  memory('mem_sreclaimable', 'Slab Memory Reclaimable', 'Kernel memory that can be freed'),
  memory('mem_slab', 'Slab Memory', 'Kernel memory in slabs'),
];

export const MORE_CPU_METRICS: readonly MetricDefinition[] = [
  cpu('cpu_intr', 'CPU intr', 'Percentage of CPU time in interrupts'),
  cpu('cpu_sintr', 'CPU sintr', 'Percentage of CPU time in soft interrupts'),
  cpu('cpu_guest', 'CPU guest', 'Percentage of CPU time that virtual machines had'),
  cpu('cpu_gnice', 'CPU gnice', 'Percentage of CPU time that virtual machines had at nice priority'),
];

export const MORE_GENERAL_METRICS: readonly MetricDefinition[] = [
  constant('sys_clock', 'System Clock', 'Time as told by the system clock', 'system', { ...COUNT, units: 's' }),
  constant('mtu', 'Smallest MTU', 'Network maximum transmission unit', 'network', { ...COUNT, slope: 'both' }),
];

const network = (name: string, title: string, description: string, units: string, valueThreshold: number) =>
  gauge(name, title, description, 'network', { fmt: '%.2f', units, tmaxSec: 300, valueThreshold });

export const NETWORK_METRICS: readonly MetricDefinition[] = [
  network('bytes_out', 'Bytes Sent', 'Number of bytes out per second', 'bytes/sec', 4096),
  network('bytes_in', 'Bytes Received', 'Number of bytes in per second', 'bytes/sec', 4096),
  network('pkts_in', 'Packets Received', 'Packets in per second', 'packets/sec', 256),
  network('pkts_out', 'Packets Sent', 'Packets out per second', 'packets/sec', 256),
];

const GB = { type: 'double', fmt: '%.3f', units: 'GB', valueThreshold: 1 } as const;

export const DISK_TOTAL = gauge('disk_total', 'Total Disk Space', 'Total available disk space', 'disk', {
  ...GB,
  tmaxSec: 1200,
});

export const DISK_METRICS: readonly MetricDefinition[] = [
  gauge('disk_free', 'Disk Space Available', 'Total free disk space', 'disk', { ...GB, tmaxSec: 180 }),
  gauge('part_max_used', 'Maximum Disk Space Used', 'Maximum percent used for all partitions', 'disk', {
    fmt: '%.1f',
    units: '%',
    tmaxSec: 180,
    valueThreshold: 1,
  }),
];
