// What a host is: flat names with dots, values that change seldom. No figure that
// moves by itself is a fact; those are metrics.

import os from 'node:os';
import type { AgentReport } from '#kernel/domain/event.ts';
import { parseProcStat } from './samplers/cpu.ts';
import { parseMeminfo } from './samplers/memory.ts';
import type { ReadText } from './samplers/proc-reader.ts';

type Facts = AgentReport['facts'];

/** NAME=value lines of os-release(5), quotes taken off. */
export function parseOsRelease(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [, key, value] of text.matchAll(/^([A-Z_]+)=(.*)$/gm))
    if (key !== undefined && value !== undefined) values[key] = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  return values;
}

/** Kind of virtual machine or container by what the kernel lets see; "none" when nothing hints at one. */
export function virtualizationHint(hints: {
  cgroup: string | undefined;
  productName: string | undefined;
  hypervisorFlag: boolean;
  inDocker: boolean;
}): string {
  if (hints.inDocker || /\b(docker|containerd|kubepods)\b/.test(hints.cgroup ?? '')) return 'container';
  if (/\blxc\b/.test(hints.cgroup ?? '')) return 'lxc';
  const product = (hints.productName ?? '').toLowerCase();
  for (const [word, kind] of [
    ['kvm', 'kvm'],
    ['vmware', 'vmware'],
    ['virtualbox', 'virtualbox'],
    ['virtual machine', 'hyper-v'],
    ['ec2', 'ec2'],
    ['google compute', 'gce'],
  ] as const)
    if (product.includes(word)) return kind;
  return hints.hypervisorFlag ? 'vm' : 'none';
}

/** Addresses as `address.<interface>` and `address6.<interface>`, without loopback and link-local ones. */
export function addressFacts(interfaces: NodeJS.Dict<os.NetworkInterfaceInfo[]>): Facts {
  const facts: Facts = {};
  for (const [name, addresses] of Object.entries(interfaces)) {
    for (const { address, family, internal } of addresses ?? []) {
      if (internal || address.startsWith('fe80:')) continue;
      facts[`${family === 'IPv6' ? 'address6' : 'address'}.${name}`] ??= address;
    }
  }
  return facts;
}

export async function collectFacts(readText: ReadText): Promise<Facts> {
  const [osRelease, cpuinfo, meminfo, stat, release, cgroup, productName, docker] = await Promise.all([
    readText('/etc/os-release'),
    readText('/proc/cpuinfo'),
    readText('/proc/meminfo'),
    readText('/proc/stat'),
    readText('/proc/sys/kernel/osrelease'),
    readText('/proc/1/cgroup'),
    readText('/sys/class/dmi/id/product_name'),
    readText('/.dockerenv'),
  ]);
  const distribution = parseOsRelease(osRelease ?? '');
  const memory = parseMeminfo(meminfo ?? '');
  const boot = parseProcStat(stat ?? '');
  const model = /^(?:model name|Model|Hardware)\s*:\s*(.+)$/m.exec(cpuinfo ?? '')?.[1];
  const text = (name: string, value: string | undefined): Facts => (value ? { [name]: value.trim() } : {});
  const count = (name: string, value: number | undefined): Facts => (value === undefined ? {} : { [name]: value });
  return {
    hostname: os.hostname(),
    ...text('os.name', distribution['NAME']),
    ...text('os.id', distribution['ID']),
    ...text('os.version', distribution['VERSION_ID']),
    ...text('os.pretty', distribution['PRETTY_NAME']),
    ...text('kernel.release', release),
    arch: os.arch(),
    ...text('cpu.model', model),
    ...count('cpu.count', boot?.cpuCount),
    ...count('memory.bytes', kilobytes(memory.get('MemTotal'))),
    ...count('swap.bytes', kilobytes(memory.get('SwapTotal'))),
    ...count('boot.atMs', boot?.bootTimeSec === undefined ? undefined : boot.bootTimeSec * 1000),
    virtualization: virtualizationHint({
      cgroup,
      productName,
      hypervisorFlag: /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo ?? ''),
      inDocker: docker !== undefined,
    }),
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...addressFacts(os.networkInterfaces()),
  };
}

const kilobytes = (value: number | undefined): number | undefined => (value === undefined ? undefined : value * 1024);
