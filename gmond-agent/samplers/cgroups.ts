// CPU, memory and number of tasks of control groups (version 2): the agent's own and
// those that are named. Source: Documentation/admin-guide/cgroup-v2.rst.

import type { Clock } from '#kernel/clock.ts';
import { createRateTable, parseCounter, type Counter } from './counters.ts';
import { parseWordedCounters } from './kernel-activity.ts';
import { createMeasuredSource, gauge, type Measured, type MeasuredSource } from './measured-source.ts';
import type { ReadText } from './proc-reader.ts';

// systemd mounts version 2 at the first, beside version 1 at the second.
const ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];
const MOST_GROUPS = 64;
const MICROSECONDS_PER_PERCENT = 10_000;

/** `names` are paths below the root, such as system.slice/nginx.service; without any it is the group of this agent. */
export function createCgroupSource(readText: ReadText, clock: Clock, names: readonly string[]): MeasuredSource {
  const rates = createRateTable();

  async function read(
    name: string,
  ): Promise<{ cpu: Map<string, Counter>; texts: Record<string, string | undefined> } | undefined> {
    for (const root of ROOTS) {
      const cpu = await readText(`${root}/${name}/cpu.stat`);
      if (cpu === undefined) continue;
      const files = ['memory.current', 'memory.max', 'pids.current'];
      const found = await Promise.all(files.map((file) => readText(`${root}/${name}/${file}`)));
      const texts = Object.fromEntries(files.map((file, index) => [file, found[index]?.trim()]));
      return { cpu: parseWordedCounters(cpu), texts };
    }
    return undefined;
  }

  return createMeasuredSource(async () => {
    const wanted = names.length > 0 ? names.slice(0, MOST_GROUPS) : [await ownGroup(readText)];
    const groups = await Promise.all(wanted.map(read));
    const counters = new Map<string, Counter>();
    for (const [index, name] of wanted.entries()) {
      const { usage_usec: used, throttled_usec: throttled } = Object.fromEntries(groups[index]?.cpu ?? []);
      if (used !== undefined) counters.set(`${name} cpu`, used);
      if (throttled !== undefined) counters.set(`${name} throttled`, throttled);
    }
    const perSec = rates.update(counters, clock.monotonicMs());
    const percent = (key: string) => {
      const rate = perSec.get(key);
      return rate === undefined ? undefined : rate / MICROSECONDS_PER_PERCENT;
    };
    return wanted.flatMap((name, index): Measured[] => {
      const group = groups[index];
      if (group === undefined) return [];
      const metric = (what: string, units: string, description: string, fmt = '%.1f') =>
        gauge(`cgroup_${name || 'root'}_${what}`, `${name || 'root'}: ${description}`, { fmt, units, group: 'cgroup' });
      const kilobytes = (file: string) => {
        const bytes = parseCounter(group.texts[file]);
        return bytes === undefined ? undefined : Number(bytes) / 1024;
      };
      const tasks = parseCounter(group.texts['pids.current']);
      return [
        [metric('cpu', '%', 'CPU used, in percent of one CPU'), percent(`${name} cpu`)],
        [metric('cpu_throttled', '%', 'time in which it was held back by its CPU limit'), percent(`${name} throttled`)],
        [metric('memory', 'KB', 'memory used', '%.0f'), kilobytes('memory.current')],
        // "max" where there is no limit: then there is no metric.
        [metric('memory_limit', 'KB', 'memory it may use', '%.0f'), kilobytes('memory.max')],
        [metric('tasks', 'tasks', 'processes and threads', '%.0f'), tasks === undefined ? undefined : Number(tasks)],
      ];
    });
  });
}

async function ownGroup(readText: ReadText): Promise<string> {
  const path = /^0::\/(.*)$/m.exec((await readText('/proc/self/cgroup')) ?? '')?.[1];
  return path ?? '';
}
