// A made-up machine: kernel texts under /proc that change as those of a working one
// would, so that the real agent code can sample it. The same name and seed give the
// same machine.

import type { Clock } from '#kernel/clock.ts';
import { hash32 } from '#kernel/splay.ts';

export type HostKind = 'web' | 'db' | 'cache' | 'batch';

interface Character {
  cpus: number;
  memoryGb: number;
  diskGb: number;
  /** Share of CPU that is busy in the middle of a quiet day. */
  idleLoad: number;
  /** How far the daily wave lifts it. */
  wave: number;
  /** Share of memory that is taken. */
  memoryShare: number;
  /** Bytes per second for each busy CPU. */
  bytesPerCpu: number;
  /** Share of the disk that is full, and what is added each hour. */
  diskShare: number;
}

const CHARACTERS: Readonly<Record<HostKind, Character>> = {
  web: {
    cpus: 8,
    memoryGb: 16,
    diskGb: 100,
    idleLoad: 0.18,
    wave: 0.4,
    memoryShare: 0.55,
    bytesPerCpu: 9e6,
    diskShare: 0.46,
  },
  db: {
    cpus: 16,
    memoryGb: 64,
    diskGb: 800,
    idleLoad: 0.22,
    wave: 0.25,
    memoryShare: 0.82,
    bytesPerCpu: 3e6,
    diskShare: 0.63,
  },
  cache: {
    cpus: 4,
    memoryGb: 32,
    diskGb: 50,
    idleLoad: 0.08,
    wave: 0.15,
    memoryShare: 0.88,
    bytesPerCpu: 4e7,
    diskShare: 0.21,
  },
  batch: {
    cpus: 32,
    memoryGb: 128,
    diskGb: 2000,
    idleLoad: 0.3,
    wave: 0.55,
    memoryShare: 0.4,
    bytesPerCpu: 1e6,
    diskShare: 0.58,
  },
};

const TICKS_PER_SEC = 100;
// A "day" that a newcomer sees pass in a coffee break.
const DAY_MS = 20 * 60_000;

/** Smooth noise in -1…1: three waves whose periods have no common measure, shifted by the host's name. */
function noise(seed: number, atMs: number): number {
  const at = atMs / 1000 + (seed % 10_007);
  return (Math.sin(at / 7.3) + 0.7 * Math.sin(at / 23.9 + (seed % 17)) + 0.5 * Math.sin(at / 71.7 + (seed % 29))) / 2.2;
}

/** What troubles a virtual host just now; whoever holds it may change it at any time. */
export interface Strain {
  /** Busy share of the CPUs in place of the believable one, 0…1. */
  cpuShare?: number;
  /** Share of the disk that is full. */
  diskShare?: number;
}

export interface VirtualHost {
  readonly name: string;
  readonly ip: string;
  readonly bootAtMs: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** In place of reading files under /proc and /sys. */
  readText(path: string): Promise<string | undefined>;
  readSpace(mountPoint: string): Promise<{ blocks: number; bfree: number; bavail: number; bsize: number } | undefined>;
}

/** `index` is unique in the fleet: it makes the address. */
export function createVirtualHost(
  clock: Clock,
  host: { name: string; kind: HostKind; index: number },
  strain: Strain = {},
): VirtualHost {
  const character = CHARACTERS[host.kind];
  const seed = hash32(host.name);
  const bootAtMs = clock.nowMs() - 3600_000 * (24 + (seed % 2000));
  const jiffies = { user: 0, nice: 0, system: 0, idle: 0, iowait: 0, softirq: 0, steal: 0 };
  const traffic = { rxBytes: 0, txBytes: 0, rxPackets: 0, txPackets: 0 };
  const averages = [0, 0, 0];
  let countedMs = clock.monotonicMs();

  // Counters since boot, as if it had idled along until now.
  advance(clock.monotonicMs() + 3600_000);
  countedMs = clock.monotonicMs();

  /** Busy share of all CPUs, 0.01…0.98. */
  function busy(): number {
    const nowMs = clock.nowMs();
    if (strain.cpuShare !== undefined) return Math.min(0.99, strain.cpuShare + 0.01 * noise(seed, nowMs));
    const day = Math.sin((2 * Math.PI * (nowMs % DAY_MS)) / DAY_MS + (seed % 7) / 10);
    const share = character.idleLoad + character.wave * (0.5 + 0.5 * day) * 0.6 + 0.12 * noise(seed, nowMs);
    return Math.min(0.98, Math.max(0.01, share));
  }

  function advance(toMs: number): void {
    const elapsedSec = (toMs - countedMs) / 1000;
    if (elapsedSec <= 0) return;
    countedMs = toMs;
    const share = busy();
    const total = elapsedSec * TICKS_PER_SEC * character.cpus;
    const wait = total * 0.02 * (1 + noise(seed + 1, clock.nowMs()));
    jiffies.user += total * share * 0.72;
    jiffies.nice += total * 0.002;
    jiffies.system += total * share * 0.22;
    jiffies.softirq += total * share * 0.06;
    jiffies.iowait += wait;
    jiffies.idle += Math.max(0, total * (1 - share - 0.002) - wait);
    const bytes = elapsedSec * share * character.cpus * character.bytesPerCpu;
    traffic.rxBytes += bytes * 0.4;
    traffic.txBytes += bytes * 0.6;
    traffic.rxPackets += bytes / 900;
    traffic.txPackets += bytes / 1100;
    const running = share * character.cpus * (1 + 0.3 * noise(seed + 2, clock.nowMs()));
    [60, 300, 900].forEach((periodSec, index) => {
      const keep = Math.exp(-elapsedSec / periodSec);
      averages[index] = (averages[index] ?? 0) * keep + running * (1 - keep);
    });
  }

  const whole = (value: number): string => String(Math.floor(value));

  function procStat(): string {
    const { user, nice, system, idle, iowait, softirq, steal } = jiffies;
    const cpu = ['cpu ', user, nice, system, idle, iowait, 0, softirq, steal, 0, 0]
      .map((value) => (typeof value === 'number' ? whole(value) : value))
      .join(' ');
    const each = Array.from({ length: character.cpus }, (_, cpuIndex) => `cpu${cpuIndex} 0 0 0 0 0 0 0 0 0 0`);
    return [cpu, ...each, `btime ${whole(bootAtMs / 1000)}`, 'processes 1000000', 'procs_running 2', ''].join('\n');
  }

  function meminfo(): string {
    const totalKb = character.memoryGb * 1024 * 1024;
    const taken = Math.min(0.96, Math.max(0.05, character.memoryShare + 0.04 * noise(seed + 3, clock.nowMs() / 4)));
    const cachedKb = totalKb * Math.min(0.3, (1 - taken) * 0.6);
    const buffersKb = totalKb * 0.01;
    const lines: [string, number][] = [
      ['MemTotal', totalKb],
      ['MemFree', Math.max(totalKb * 0.01, totalKb * (1 - taken) - cachedKb - buffersKb)],
      ['MemAvailable', totalKb * (1 - taken)],
      ['Buffers', buffersKb],
      ['Cached', cachedKb],
      ['SwapTotal', 4 * 1024 * 1024],
      ['SwapFree', 4 * 1024 * 1024],
    ];
    return lines.map(([name, kb]) => `${name}: ${whole(kb)} kB\n`).join('');
  }

  function netDev(): string {
    const { rxBytes, rxPackets, txBytes, txPackets } = traffic;
    const eth = [rxBytes, rxPackets, 0, 0, 0, 0, 0, 0, txBytes, txPackets, 0, 0, 0, 0, 0, 0].map(whole).join(' ');
    return `Inter-| Receive | Transmit\n face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed\n  eth0: ${eth}\n`;
  }

  const texts: Readonly<Record<string, () => string>> = {
    '/proc/stat': procStat,
    '/proc/meminfo': meminfo,
    '/proc/loadavg': () =>
      `${averages.map((value) => value.toFixed(2)).join(' ')} ${1 + Math.round(busy() * character.cpus)}/${180 + (seed % 300)} 4242\n`,
    '/proc/net/dev': netDev,
    '/proc/mounts': () => '/dev/sda1 / ext4 rw,relatime 0 0\n',
    '/proc/cpuinfo': () => 'cpu MHz\t\t: 2800.000\n'.repeat(character.cpus),
    '/proc/sys/kernel/osrelease': () => '6.1.0-28-amd64\n',
  };

  return {
    name: host.name,
    ip: `10.${20 + (hash32(host.kind) % 100)}.${Math.floor(host.index / 250)}.${1 + (host.index % 250)}`,
    bootAtMs,
    cpus: character.cpus,
    memoryBytes: character.memoryGb * 2 ** 30,
    readText(path) {
      advance(clock.monotonicMs());
      return Promise.resolve(texts[path]?.());
    },
    readSpace() {
      const bsize = 4096;
      const blocks = Math.floor((character.diskGb * 1e9) / bsize);
      const share = (strain.diskShare ?? character.diskShare) + 0.01 * noise(seed + 4, clock.nowMs() / 40);
      const bfree = Math.floor(blocks * (1 - share));
      return Promise.resolve({ blocks, bfree, bavail: bfree, bsize });
    },
  };
}
