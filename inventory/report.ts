// An agent's report on its host: bounded, and what in it is news for a timeline. Pure.

import type { AgentReport } from '#kernel/domain/event.ts';

// An agent is a stranger's program too: what it may fill our rows with has an end.
const MOST = { facts: 500, packages: 20_000, services: 2000, processes: 500 };
const LONGEST_FACT = 4096;

export function boundReport(report: AgentReport): AgentReport {
  const facts = Object.entries(report.facts)
    .slice(0, MOST.facts)
    .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, LONGEST_FACT) : value] as const);
  return {
    facts: Object.fromEntries(facts),
    packages: report.packages.slice(0, MOST.packages),
    services: report.services.slice(0, MOST.services),
    processes: report.processes.slice(0, MOST.processes),
  };
}

// Facts whose change an operator wants to see beside a metric that moved.
const TOLD_FACTS: readonly [name: string, words: string][] = [
  ['os.pretty', 'system'],
  ['kernel.release', 'kernel'],
  ['cpu.count', 'CPUs'],
  ['memory.bytes', 'memory (bytes)'],
  ['boot.atMs', 'boot time'],
];
const MOST_NAMES = 5;

/** "kernel 6.1 → 6.2; 3 packages upgraded: a, b, c"; undefined when nothing of note changed. */
export function describeReportChange(
  before: Pick<AgentReport, 'facts' | 'packages'>,
  after: Pick<AgentReport, 'facts' | 'packages'>,
): string | undefined {
  const parts = TOLD_FACTS.flatMap(([name, words]) => {
    const [old, fresh] = [before.facts[name], after.facts[name]];
    if (old === undefined || fresh === undefined || old === fresh) return [];
    return name === 'boot.atMs' ? ['the host was started anew'] : [`${words} ${old} → ${fresh}`];
  });
  // A report without packages is one that could not read them.
  if (before.packages.length > 0 && after.packages.length > 0) parts.push(...packageChanges(before, after));
  return parts.length === 0 ? undefined : parts.join('; ');
}

function packageChanges(before: Pick<AgentReport, 'packages'>, after: Pick<AgentReport, 'packages'>): string[] {
  const versions = (packages: AgentReport['packages']) =>
    new Map(packages.map(({ name, version, arch }) => [`${name}:${arch ?? ''}`, { name, version }]));
  const [old, fresh] = [versions(before.packages), versions(after.packages)];
  const names = (from: typeof old, wanted: (key: string, version: string) => boolean) =>
    [...from].filter(([key, { version }]) => wanted(key, version)).map(([, { name }]) => name);
  const tell = (what: string, found: string[]) => {
    const more = found.length > MOST_NAMES ? ', …' : '';
    const count = `${found.length} package${found.length === 1 ? '' : 's'}`;
    return found.length === 0 ? [] : [`${count} ${what}: ${found.slice(0, MOST_NAMES).join(', ')}${more}`];
  };
  return [
    ...tell(
      'installed',
      names(fresh, (key) => !old.has(key)),
    ),
    ...tell(
      'removed',
      names(old, (key) => !fresh.has(key)),
    ),
    ...tell(
      'changed',
      names(fresh, (key, version) => old.has(key) && old.get(key)?.version !== version),
    ),
  ];
}
