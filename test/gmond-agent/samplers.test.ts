import { describe, expect, test } from 'vitest';
import { counterDelta } from '#agent/samplers/counters.ts';
import { createCpuSampler, cpuPercentages, parseProcStat, type CpuTicks } from '#agent/samplers/cpu.ts';
import { diskReading, localMountPoints } from '#agent/samplers/disk.ts';
import { createLoadSampler } from '#agent/samplers/load.ts';
import { createMemorySampler } from '#agent/samplers/memory.ts';
import { createNetworkSampler, parseNetDev, parseVlanConfig } from '#agent/samplers/network.ts';
import { createCachedReader, type ReadText } from '#agent/samplers/proc-reader.ts';
import { createProcessSampler } from '#agent/samplers/process.ts';
import { cpuSpeedMhz, createSystemSampler, machineType } from '#agent/samplers/system.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

const files =
  (texts: Record<string, string>): ReadText =>
  (path) =>
    Promise.resolve(texts[path]);

const ticks = (change: Partial<CpuTicks>): CpuTicks => ({
  user: 0,
  nice: 0,
  system: 0,
  idle: 0,
  iowait: 0,
  irq: 0,
  softirq: 0,
  steal: 0,
  ...change,
});

describe('cpu', () => {
  test('the first reading tells of the time since boot', () => {
    expect(cpuPercentages(undefined, ticks({ user: 25, idle: 75 }))).toMatchObject({
      cpu_user: 25,
      cpu_idle: 75,
      cpu_aidle: 75,
    });
  });

  test('later ones of the time since the previous reading; interrupts count as system', () => {
    const before = ticks({ user: 1000, idle: 9000 });
    const now = ticks({ user: 1010, system: 5, irq: 3, softirq: 2, iowait: 10, steal: 10, nice: 10, idle: 9050 });
    expect(cpuPercentages(before, now)).toEqual({
      cpu_user: 10,
      cpu_system: 10,
      cpu_idle: 50,
      cpu_nice: 10,
      cpu_aidle: (100 * 9050) / 10100,
      cpu_wio: 10,
      cpu_steal: 10,
    });
  });

  test('iowait that steps back is 0 %, never negative', () => {
    expect(cpuPercentages(ticks({ iowait: 50, idle: 50 }), ticks({ iowait: 40, idle: 200 }))['cpu_wio']).toBe(0);
  });

  test('counters that start over (a resumed container) count from zero', () => {
    expect(cpuPercentages(ticks({ user: 1000, idle: 1000 }), ticks({ user: 30, idle: 70 }))['cpu_user']).toBe(30);
  });

  test('a kernel that knows four fields only is read as far as it goes', () => {
    expect(parseProcStat('cpu  1 2 3 4\ncpu0 1 2 3 4\n')?.ticks).toEqual(
      ticks({ user: 1, nice: 2, system: 3, idle: 4 }),
    );
  });

  test('CPUs and boot time come from the same text', () => {
    const text = 'cpu  1 0 0 1 0 0 0 0\ncpu0 1 0 0 0 0 0 0 0\ncpu1 0 0 0 1 0 0 0 0\nbtime 1795251612\n';
    expect(parseProcStat(text)).toMatchObject({ cpuCount: 2, bootTimeSec: 1795251612 });
  });

  test('two readings within one tick give the same shares', async () => {
    const sampler = createCpuSampler(files({ '/proc/stat': 'cpu  25 0 0 75 0 0 0 0\n' }));
    expect(await sampler.read()).toEqual(await sampler.read());
  });

  test('a host without /proc/stat has no CPU metrics', async () => {
    expect(await createCpuSampler(files({})).read()).toEqual({});
  });
});

describe('network', () => {
  const header = 'Inter-|   Receive  |  Transmit\n face |bytes packets errs|bytes packets\n';
  const line = (name: string, bytesIn: number | bigint, pktsIn: number, bytesOut: number, pktsOut: number) =>
    `${name}:${bytesIn} ${pktsIn} 0 0 0 0 0 0 ${bytesOut} ${pktsOut} 0 0 0 0 0 0\n`;

  test('loopback, bonds and VLAN devices do not count; their members do', () => {
    const text = header + ['lo', 'bond0', 'eth0', 'eth0.100', 'wan7'].map((name) => line(name, 1, 1, 1, 1)).join('');
    const vlans = parseVlanConfig(
      'VLAN Dev name | VLAN ID\nName-Type: VLAN_X\neth0.100 | 100  | eth0\nwan7 | 7 | eth0\n',
    );
    expect([...parseNetDev(text, vlans).keys()]).toEqual(['eth0']);
  });

  const deltas: [what: string, before: bigint, now: bigint, delta: number | undefined][] = [
    ['a counter that moved', 100n, 350n, 250],
    ['a 64-bit counter beyond 2^53 keeps its small differences', 2n ** 60n, 2n ** 60n + 3n, 3],
    ['a 32-bit counter that wrapped', 2n ** 32n - 10n, 5n, 15],
    ['a 64-bit counter that wrapped', 2n ** 64n - 10n, 5n, 15],
    ['a driver that was reset after a little traffic', 5000n, 10n, undefined],
    ['a driver that was reset after much traffic', 2n ** 40n, 10n, undefined],
    ['a 32-bit value that fell from its middle: reset, not wrapped', 2n ** 31n, 10n, undefined],
  ];
  for (const [what, before, now, delta] of deltas) {
    test(what, () => expect(counterDelta(before, now)).toBe(delta));
  }

  test('rates are a second; the first reading is 0; an interface that appears counts from its second reading', async () => {
    const clock = new FakeClock();
    let text = header + line('eth0', 1000, 10, 2000, 20);
    const sampler = createNetworkSampler((path) => Promise.resolve(path === '/proc/net/dev' ? text : undefined), clock);
    expect(await sampler.read()).toEqual({ bytes_out: 0, bytes_in: 0, pkts_in: 0, pkts_out: 0 });
    clock.advance(10_000);
    text = header + line('eth0', 11_000, 110, 4000, 40) + line('eth1', 1e9, 1e6, 1e9, 1e6);
    expect(await sampler.read()).toEqual({ bytes_out: 200, bytes_in: 1000, pkts_in: 10, pkts_out: 2 });
    clock.advance(1000);
    text = header + line('eth0', 11_000, 110, 4000, 40) + line('eth1', 1e9 + 500, 1e6 + 5, 1e9, 1e6);
    expect(await sampler.read()).toEqual({ bytes_out: 0, bytes_in: 500, pkts_in: 5, pkts_out: 0 });
  });

  test('a rate that no wire carries is not believed', async () => {
    const clock = new FakeClock();
    let text = header + line('eth0', 0, 0, 0, 0);
    const sampler = createNetworkSampler((path) => Promise.resolve(path === '/proc/net/dev' ? text : undefined), clock);
    await sampler.read();
    clock.advance(1000);
    text = header + line('eth0', 10n ** 14n, 10, 0, 0);
    expect(await sampler.read()).toMatchObject({ bytes_in: 0, pkts_in: 10 });
  });
});

describe('disk', () => {
  const cases: [what: string, line: string, counted: string[]][] = [
    ['a local disk', '/dev/vda / ext4 rw,relatime 0 0', ['/']],
    ['a read-only one does not count', '/dev/sr0 /media iso9660 ro,nosuid 0 0', []],
    ['errors=remount-ro is no read-only mount', '/dev/sda1 / ext4 rw,errors=remount-ro 0 0', ['/']],
    ['NFS does not count', 'nas:/x /mnt nfs4 rw 0 0', []],
    ['memory does not count', 'tmpfs /run tmpfs rw 0 0', []],
    ['a ZFS pool counts', 'tank/data /data zfs rw 0 0', ['/data']],
    ['a bind mount of the same device counts once', '/dev/sda1 / ext4 rw 0 0\n/dev/sda1 /chroot ext4 rw 0 0', ['/']],
    ['a blank in the mount point is decoded', '/dev/sdb1 /mnt/my\\040disk ext4 rw 0 0', ['/mnt/my disk']],
    ['garbage is nothing', 'x\n\n/dev/', []],
  ];
  for (const [what, mounts, counted] of cases) test(what, () => expect(localMountPoints(mounts)).toEqual(counted));

  test('sizes are in GB of 10^9; the fullest one is told', () => {
    const gb = (blocks: number, bavail: number) => ({ bsize: 1e6, blocks, bavail });
    expect(diskReading([gb(10_000, 4_000), gb(2_000, 100), gb(0, 0)])).toEqual({
      disk_total: 12,
      disk_free: 4.1,
      part_max_used: 95,
    });
  });
});

test('memory comes in KB; shared memory is what the kernel calls Shmem', async () => {
  const meminfo = 'MemTotal: 1000 kB\nMemFree: 500 kB\nBuffers: 10 kB\nCached: 20 kB\nSwapCached: 1 kB\nShmem: 7 kB\n';
  expect(await createMemorySampler(files({ '/proc/meminfo': meminfo })).read()).toEqual({
    mem_total: 1000,
    mem_free: 500,
    mem_buffers: 10,
    mem_cached: 20,
    mem_shared: 7,
  });
});

test('load and processes come from the same line; the reader itself is not counted as running', async () => {
  const read = files({ '/proc/loadavg': '0.52 0.29 0.13 2/115 12514\n' });
  expect(await createLoadSampler(read).read()).toEqual({ load_one: 0.52, load_five: 0.29, load_fifteen: 0.13 });
  expect(await createProcessSampler(read).read()).toEqual({ proc_run: 1, proc_total: 115 });
});

describe('system', () => {
  test('speed is the limit of cpufreq, else the first cpu MHz, truncated', () => {
    expect(cpuSpeedMhz('3400000\n', '')).toBe(3400);
    expect(cpuSpeedMhz(undefined, 'processor : 0\ncpu MHz\t\t: 2596.991\ncpu MHz\t\t: 800.0\n')).toBe(2596);
    expect(cpuSpeedMhz(undefined, 'BogoMIPS : 50')).toBeUndefined();
  });

  test('the machine type is in gmond’s words', () => {
    expect(['x64', 'arm64', 'arm', 'riscv64'].map(machineType)).toEqual(['x86_64', 'aarch64', 'arm', 'riscv64']);
  });

  test('what the host does not tell is absent, not zero', async () => {
    const sampler = createSystemSampler(files({ '/proc/sys/kernel/osrelease': '6.1.0\n' }), {
      arch: 'x64',
      location: 'r1',
    });
    expect(await sampler.read()).toEqual({
      machine_type: 'x86_64',
      os_name: 'Linux',
      os_release: '6.1.0',
      location: 'r1',
    });
  });
});

test('meminfo is read once in five seconds, whoever asks', async () => {
  const clock = new FakeClock();
  let reads = 0;
  const read = createCachedReader(clock, () => Promise.resolve(String(++reads)));
  await read('/proc/meminfo');
  clock.advance(4999);
  expect(await read('/proc/meminfo')).toBe('1');
  clock.advance(1);
  expect(await read('/proc/meminfo')).toBe('2');
});
