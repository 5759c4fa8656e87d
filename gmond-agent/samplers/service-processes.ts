// How many processes belong to a service, and what they use: a systemd unit by its
// control group, anything else by the name of its program. Names follow procstat.

import type { Clock } from '#kernel/clock.ts';
import { createRateTable, type Counter } from './counters.ts';
import { createMeasuredSource, gauge, type Measured, type MeasuredSource } from './measured-source.ts';
import type { ListFolder, ReadText } from './proc-reader.ts';

const MOST_SERVICES = 64;
const MOST_PROCESSES = 20_000;
const READ_AT_ONCE = 32;
interface Usage {
  processes: number;
  ticks: number;
  rssKb: number;
}

/** `nginx.service` is a unit; a name without a dot is that of a program, as `ps -C` takes it. */
const isUnit = (name: string): boolean => /\.(service|scope|slice)$/.test(name);

export function createServiceSource(
  deps: { readText: ReadText; list: ListFolder; clock: Clock },
  names: readonly string[],
): MeasuredSource {
  const rates = createRateTable();
  const wanted = names.slice(0, MOST_SERVICES);
  const units = wanted.some(isUnit);

  async function processOf(
    pid: string,
  ): Promise<{ pid: string; name: string; unit: string; ticks: number } | undefined> {
    const [stat, cgroup] = await Promise.all([
      deps.readText(`/proc/${pid}/stat`),
      units ? deps.readText(`/proc/${pid}/cgroup`) : undefined,
    ]);
    const found = /^\d+ \((.*)\) \S (.*)$/s.exec(stat?.trim() ?? '');
    const fields = found?.[2]?.split(' ') ?? [];
    // Counted from field 4 (ppid) of proc_pid_stat(5): utime 14, stime 15.
    const [user, system] = [fields[10], fields[11]].map(Number);
    if (found === null || user === undefined || system === undefined) return undefined;
    return { pid, name: found[1] ?? '', unit: cgroup ?? '', ticks: user + system };
  }

  // The kernel's pages differ in size by architecture; here it tells kilobytes.
  const residentKb = async (pid: string): Promise<number> =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec((await deps.readText(`/proc/${pid}/status`)) ?? '')?.[1] ?? 0);

  return createMeasuredSource(async () => {
    const usage = new Map(wanted.map((name): [string, Usage] => [name, { processes: 0, ticks: 0, rssKb: 0 }]));
    const pids = (await deps.list('/proc')).filter((name) => /^\d+$/.test(name)).slice(0, MOST_PROCESSES);
    for (let at = 0; at < pids.length; at += READ_AT_ONCE)
      for (const process of await Promise.all(pids.slice(at, at + READ_AT_ONCE).map(processOf))) {
        if (process === undefined) continue;
        for (const [name, sum] of usage) {
          // A unit is one element of the path of its control group.
          const belongs = isUnit(name)
            ? process.unit.split(/[/\n]/).includes(name)
            : process.name === name.slice(0, 15);
          if (!belongs) continue;
          sum.processes++;
          sum.ticks += process.ticks;
          sum.rssKb += await residentKb(process.pid);
        }
      }
    const perSec = rates.update(
      new Map([...usage].map(([name, { ticks }]): [string, Counter] => [name, ticks])),
      deps.clock.monotonicMs(),
    );
    return [...usage].flatMap(([name, { processes, rssKb }]): Measured[] => {
      const metric = (what: string, units: string, description: string, fmt: string) =>
        gauge(`procstat_${name}_${what}`, `${name}: ${description}`, { fmt, units, group: 'procstat' });
      return [
        // 0 when it does not run: that is the figure to alert on.
        [metric('count', 'processes', 'number of processes', '%.0f'), processes],
        // USER_HZ is 100 on every Linux that Node runs on: a tick a second is one percent.
        [metric('cpu', 'percent', 'CPU used, in percent of one CPU', '%.1f'), perSec.get(name)],
        [metric('mem', 'KB', 'resident memory', '%.0f'), rssKb],
      ];
    });
  });
}
