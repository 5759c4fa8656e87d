// What is measured besides gmond's default set, from texts of the kernel.

import { describe, expect, test } from 'vitest';
import { chooseMoreGroups, MORE_GROUP_WORDS, moreGroups } from '#agent/more-groups.ts';
import { createCgroupSource } from '#agent/samplers/cgroups.ts';
import { countStates, createConnectionSource } from '#agent/samplers/connections.ts';
import { createRateTable, parseCounter, type Counter } from '#agent/samplers/counters.ts';
import { createCpuDetailSampler } from '#agent/samplers/cpu-detail.ts';
import type { ReadSpace } from '#agent/samplers/disk.ts';
import { createDiskIoSource, parseDiskstats } from '#agent/samplers/disk-io.ts';
import { createFileSystemSource } from '#agent/samplers/file-systems.ts';
import { createInterfaceSource } from '#agent/samplers/interfaces.ts';
import { createPagingSource, createSchedulerSource } from '#agent/samplers/kernel-activity.ts';
import { createKernelLimitSource } from '#agent/samplers/kernel-limits.ts';
import { cleanName, createMeasuredSource, gauge } from '#agent/samplers/measured-source.ts';
import { createPressureSource } from '#agent/samplers/pressure.ts';
import type { ListFolder, ReadText } from '#agent/samplers/proc-reader.ts';
import { createServiceSource } from '#agent/samplers/service-processes.ts';
import { createSpaceReader } from '#agent/samplers/space-reader.ts';
import { createTemperatureSource } from '#agent/samplers/temperature.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

/** A host whose files a test changes as it goes. */
function fakeHost(files: Record<string, string>) {
  const readText: ReadText = (path) => Promise.resolve(files[path]);
  const list: ListFolder = (path) =>
    Promise.resolve([
      ...new Set(
        Object.keys(files)
          .filter((file) => file.startsWith(`${path}/`))
          .map((file) => file.slice(path.length + 1).split('/')[0] ?? ''),
      ),
    ]);
  return { files, readText, list, clock: new FakeClock() };
}

describe('counters', () => {
  test('digits beyond 2^53 stay exact, and anything else is no counter', () => {
    expect([parseCounter('12'), parseCounter('18446744073709551615'), parseCounter('-1'), parseCounter('')]).toEqual([
      12,
      2n ** 64n - 1n,
      undefined,
      undefined,
    ]);
  });

  const rounds: [what: string, from: Counter, to: Counter, most: number, perSec: number | undefined][] = [
    ['a counter that moved', 100, 600, Infinity, 50],
    ['a counter that passed 2^53', 2 ** 53 - 1, 2n ** 53n + 9n, Infinity, 1],
    ['a 32-bit counter that wrapped', 2 ** 32 - 50, 50, Infinity, 10],
    ['a reset one has no rate this time', 5000, 10, Infinity, undefined],
    ['a rate that cannot be is not believed', 0, 1e9, 1e6, undefined],
  ];
  for (const [what, from, to, most, perSec] of rounds)
    test(what, () => {
      const rates = createRateTable(most);
      expect(rates.update(new Map([['x', from]]), 0).get('x')).toBeUndefined();
      expect(rates.update(new Map([['x', to]]), 10_000).get('x')).toBe(perSec);
    });

  test('after a reset the next reading has a rate again', () => {
    const rates = createRateTable();
    for (const [at, value] of [5000, 10].entries()) rates.update(new Map([['x', value]]), at * 1000);
    expect(rates.update(new Map([['x', 30]]), 2000).get('x')).toBe(20);
  });
});

test('a source keeps to 512 metrics with clean names, each once, and no number that is none', async () => {
  const source = createMeasuredSource(() =>
    Promise.resolve([
      [gauge('a/b c', '', {}), 1],
      [gauge('a_b_c', '', {}), 2],
      [gauge('nan', '', {}), NaN],
      ...Array.from({ length: 1000 }, (_, at) => [gauge(`m${at}`, '', {}), at] as const),
    ]),
  );
  const reading = await source.read();
  expect(source.metrics).toHaveLength(512);
  expect(reading).toMatchObject({ a_b_c: 1, m0: 0 });
  expect(reading).not.toHaveProperty('nan');
});

test('each interface has its own rates, also one that appears later; ends of containers have none', async () => {
  const line = (name: string, rx: number, tx: number) => `${name}: ${rx} 1 2 3 0 0 0 0 ${tx} 5 6 7 0 0 0 0\n`;
  const host = fakeHost({ '/proc/net/dev': ' face |bytes\n' + line('lo', 1, 1) + line('  eth0', 1000, 0) });
  const source = createInterfaceSource(host.readText, host.clock);
  expect(await source.read()).toEqual({});
  expect(source.metrics.map(({ name }) => name)).toEqual(
    ['rx_bytes', 'rx_pkts', 'rx_errs', 'rx_drops', 'tx_bytes', 'tx_pkts', 'tx_errs', 'tx_drops'].map(
      (m) => `${m}_eth0`,
    ),
  );
  host.clock.advance(10_000);
  host.files['/proc/net/dev'] = line('eth0', 2000, 50) + line('eth1', 9, 9) + line('veth12ab', 9, 9);
  expect(await source.read()).toMatchObject({ rx_bytes_eth0: 100, tx_bytes_eth0: 5, rx_errs_eth0: 0 });
  expect(source.metrics).toHaveLength(16);
});

describe('disks', () => {
  const names: [name: string, isDisk: boolean][] = [
    ...([
      ['sda', true],
      ['sda1', false],
      ['nvme0n1', true],
      ['nvme0n1p2', false],
      ['dm-0', true],
    ] as [string, boolean][]),
    ...([
      ['loop3', false],
      ['md127', true],
      ['mmcblk0', true],
      ['mmcblk0p1', false],
      ['vdb', true],
    ] as [string, boolean][]),
  ];
  for (const [name, isDisk] of names)
    test(`${name} is ${isDisk ? 'a disk' : 'none'}`, () =>
      expect(parseDiskstats(` 8 0 ${name} 1 0 8 1 0 0 0 0 0 1 1`).has(name)).toBe(isDisk));

  test('operations, bytes and busy time a second', async () => {
    const host = fakeHost({ '/proc/diskstats': ' 8 0 sda 100 10 2000 50 200 20 4000 60 0 1000 3000 0 0 0 0\n' });
    const source = createDiskIoSource(host.readText, host.clock);
    await source.read();
    host.clock.advance(10_000);
    host.files['/proc/diskstats'] = ' 8 0 sda 200 10 4000 50 200 20 4000 60 0 6000 23000 0 0 0 0\n';
    expect(await source.read()).toMatchObject({
      diskstat_sda_reads: 10,
      diskstat_sda_read_bytes_per_sec: 102_400,
      diskstat_sda_writes: 0,
      diskstat_sda_percent_io_time: 50,
      diskstat_sda_weighted_io_time: 2,
    });
  });
});

test('file systems go by their mount point, with inodes where there are any', async () => {
  const host = fakeHost({ '/proc/mounts': '/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 /var/log btrfs rw 0 0\n' });
  const space: ReadSpace = (mountPoint) =>
    Promise.resolve(
      mountPoint === '/'
        ? { bsize: 4096, blocks: 2 ** 20, bavail: 2 ** 18, files: 1000, ffree: 10 }
        : { bsize: 4096, blocks: 100, bavail: 50, files: 0, ffree: 0 },
    );
  expect(await createFileSystemSource(host.readText, space).read()).toEqual({
    disk_free_absolute_rootfs: 1,
    disk_free_percent_rootfs: 25,
    disk_inodes_free_percent_rootfs: 1,
    disk_free_absolute_var_log: (50 * 4096) / 2 ** 30,
    disk_free_percent_var_log: 50,
  });
});

describe('a file system that hangs', () => {
  const answer = { bsize: 1, blocks: 1, bavail: 1 };

  test('is left out after 2 s and not asked again; the others answer', async () => {
    const clock = new FakeClock();
    const asked: string[] = [];
    let release = () => {};
    const read = createSpaceReader({ clock, log: silentLogger }, (mountPoint) => {
      asked.push(mountPoint);
      return mountPoint === '/dead' && asked.length === 1
        ? new Promise((resolve) => (release = () => resolve(answer)))
        : Promise.resolve(answer);
    });
    const first = Promise.all([read('/dead'), read('/')]);
    await expect.poll(() => asked).toEqual(['/dead']);
    clock.advance(2000);
    expect(await first).toEqual([undefined, answer]);
    expect(await Promise.all([read('/dead'), read('/')])).toEqual([undefined, answer]);
    expect(asked).toEqual(['/dead', '/', '/']);
    release();
    await expect.poll(() => read('/dead')).toEqual(answer);
  });

  test('never more than two hold a thread', async () => {
    const clock = new FakeClock();
    let asked = 0;
    const read = createSpaceReader({ clock, log: silentLogger }, () => {
      asked++;
      return new Promise(() => {});
    });
    const all = Promise.all(['/a', '/b', '/c', '/d'].map(read));
    for (const expected of [1, 2]) {
      await expect.poll(() => asked).toBe(expected);
      clock.advance(2000);
    }
    expect(await all).toEqual([undefined, undefined, undefined, undefined]);
    expect(asked).toBe(2);
  });
});

test('pressure is told as the kernel averages it and as the exact share', async () => {
  const text = (total: number) =>
    `some avg10=1.50 avg60=0.00 avg300=0.00 total=${total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`;
  const host = fakeHost({ '/proc/pressure/cpu': text(0), '/proc/pressure/io': text(0) });
  const source = createPressureSource(host.readText, host.clock);
  await source.read();
  host.clock.advance(10_000);
  host.files['/proc/pressure/cpu'] = text(2_500_000);
  expect(await source.read()).toEqual({
    psi_cpu_some_avg10: 1.5,
    psi_cpu_some: 25,
    psi_io_some_avg10: 1.5,
    psi_io_some: 0,
    psi_io_full_avg10: 0,
    psi_io_full: 0,
  });
});

test('a control group without a memory limit has no such metric; one that is gone has none at all', async () => {
  const folder = '/sys/fs/cgroup/system.slice/web.service';
  const host = fakeHost({
    [`${folder}/cpu.stat`]: 'usage_usec 0\nthrottled_usec 0\n',
    [`${folder}/memory.current`]: '2048\n',
    [`${folder}/memory.max`]: 'max\n',
    [`${folder}/pids.current`]: '7\n',
  });
  const source = createCgroupSource(host.readText, host.clock, ['system.slice/web.service', 'gone.slice']);
  await source.read();
  host.clock.advance(1000);
  host.files[`${folder}/cpu.stat`] = 'usage_usec 1500000\nthrottled_usec 100000\n';
  expect(await source.read()).toEqual({
    'cgroup_system.slice_web.service_cpu': 150,
    'cgroup_system.slice_web.service_cpu_throttled': 10,
    'cgroup_system.slice_web.service_memory': 2,
    'cgroup_system.slice_web.service_tasks': 7,
  });
});

describe('temperature', () => {
  test('sensors go by chip and label, in order; two chips of one name stay apart; an open end of the scale is left out', async () => {
    const host = fakeHost({
      '/sys/class/hwmon/hwmon0/name': 'nvme\n',
      '/sys/class/hwmon/hwmon0/temp1_input': '41000\n',
      '/sys/class/hwmon/hwmon0/temp1_label': 'Composite\n',
      '/sys/class/hwmon/hwmon1/name': 'nvme\n',
      '/sys/class/hwmon/hwmon1/temp1_input': '43500\n',
      '/sys/class/hwmon/hwmon1/temp1_label': 'Composite\n',
      '/sys/class/hwmon/hwmon2/name': 'nct6775\n',
      '/sys/class/hwmon/hwmon2/temp2_input': '-128000\n',
    });
    expect(await createTemperatureSource(host.readText, host.list).read()).toEqual({
      temp_nvme_Composite: 41,
      temp_nvme_Composite_hwmon1: 43.5,
    });
  });

  test('a machine without chips has its thermal zones', async () => {
    const zone = '/sys/class/thermal/thermal_zone0';
    const host = fakeHost({ [`${zone}/type`]: 'cpu-thermal\n', [`${zone}/temp`]: '50123\n' });
    expect(await createTemperatureSource(host.readText, host.list).read()).toEqual({ 'temp_cpu-thermal_0': 50.123 });
  });
});

test('connections: how many, at the cost of two small files', async () => {
  const host = fakeHost({
    '/proc/net/snmp': 'Tcp: RtoAlgorithm MaxConn CurrEstab\nTcp: 1 -1 49\nUdp: A\nUdp: 1\n',
    '/proc/net/sockstat': 'sockets: used 16\nTCP: inuse 1 orphan 0 tw 8 alloc 1 mem 202\n',
  });
  const source = createConnectionSource(host.readText);
  expect(await source.read()).toEqual({ tcp_connections: 49, tcp_time_waits: 8, sockets_used: 16 });
});

test('states of connections are counted over both families; the header is none', () => {
  const line = (at: number, state: string, address = '0100007F') =>
    `   ${at}: ${address}:AD15 ${address}:8E80 ${state} 00000000:00000000 03:0000063B 00000000     0        0 0 3 0\n`;
  const header = '  sl  local_address rem_address   st tx_queue\n';
  const six = '00000000000000000000000001000000';
  expect(countStates([header + line(0, '0A') + line(1, '06'), header + line(0, '0A', six)])).toEqual(
    new Map([
      ['0A', 2],
      ['06', 1],
    ]),
  );
});

test('paging and switches are a second; what waits is a number', async () => {
  const host = fakeHost({
    '/proc/vmstat': 'nr_dirty 5\npgpgin 100\npswpin 0\n',
    '/proc/stat': 'cpu 1 0 0 1 0 0 0 0\nctxt 1000\nprocesses 10\nprocs_blocked 2\n',
  });
  const [paging, scheduler] = [createPagingSource, createSchedulerSource].map((create) =>
    create(host.readText, host.clock),
  );
  await Promise.all([paging?.read(), scheduler?.read()]);
  host.clock.advance(10_000);
  host.files['/proc/vmstat'] = 'nr_dirty 7\npgpgin 600\npswpin 0\n';
  host.files['/proc/stat'] = 'cpu 1 0 0 1 0 0 0 0\nctxt 3000\nprocesses 30\nprocs_blocked 3\n';
  expect(await paging?.read()).toEqual({ vm_pgpgin: 50, vm_pswpin: 0, vm_nr_dirty: 7 });
  expect(await scheduler?.read()).toEqual({ cpu_ctxt: 200, procs_created: 2, procs_blocked: 3 });
});

test('guests are a share of the same total as the rest of the CPU metrics', async () => {
  const host = fakeHost({ '/proc/stat': 'cpu  0 0 0 0 0 0 0 0 0 0\n' });
  const sampler = createCpuDetailSampler(host.readText, host.clock);
  expect(await sampler.read()).toEqual({});
  host.clock.advance(1000);
  host.files['/proc/stat'] = 'cpu  60 10 0 20 0 4 6 0 30 5\n';
  expect(await sampler.read()).toEqual({ cpu_intr: 4, cpu_sintr: 6, cpu_guest: 30, cpu_gnice: 5 });
});

test('uptime and open files', async () => {
  const host = fakeHost({ '/proc/uptime': '2228.75 3740.93\n', '/proc/sys/fs/file-nr': '592\t0\t2368\n' });
  const source = createKernelLimitSource(host.readText);
  expect(await source.read()).toEqual({ uptime: 2228.75, files_open: 592, files_open_percent: 25 });
});

test('processes of a service: by program or by unit; none at all is 0, the figure to alert on', async () => {
  const stat = (pid: number, name: string, ticks: number) =>
    `${pid} (${name}) S 1 1 1 0 -1 0 0 0 0 0 ${ticks} 0 0 0 20 0 1 0 5 0 100`;
  const host = fakeHost({
    '/proc/1/stat': stat(1, 'nginx', 100),
    '/proc/1/status': 'Name:\tnginx\nVmRSS:\t  300 kB\n',
    '/proc/2/stat': stat(2, 'a b) c', 0),
    '/proc/2/cgroup': '0::/system.slice/web.service\n',
  });
  const source = createServiceSource(host, ['nginx', 'web.service', 'sshd']);
  await source.read();
  host.clock.advance(10_000);
  host.files['/proc/1/stat'] = stat(1, 'nginx', 200);
  expect(await source.read()).toMatchObject({
    procstat_nginx_count: 1,
    procstat_nginx_cpu: 10,
    procstat_nginx_mem: 300,
    'procstat_web.service_count': 1,
    procstat_sshd_count: 0,
  });
});

describe('what --extra-metrics means', () => {
  const deps = { ...fakeHost({}), readSpace: () => Promise.resolve(undefined) };
  const chosen = (words: string[], withDefaults = true) =>
    chooseMoreGroups(deps, { words, withDefaults, intervalScale: 1 }).groups.map(({ name }) => name);

  const cases: [what: string, words: string[], withDefaults: boolean, groups: string[]][] = [
    ['cheap ones are on by themselves', [], true, ['memory-detail', 'filesystems', 'connections']],
    ['a minus switches one off', ['-filesystems'], true, ['memory-detail', 'connections']],
    ['a gmond.conf brings none but those asked for', ['pressure'], false, ['pressure']],
    [
      'a process or control group is named after a colon',
      ['process:nginx', 'cgroup:a.slice'],
      false,
      ['cgroup', 'process'],
    ],
  ];
  for (const [what, words, withDefaults, groups] of cases)
    test(what, () => expect(chosen(words, withDefaults)).toEqual(groups));

  test('all is every one that is listed, and an unknown word is told', () => {
    const listed = MORE_GROUP_WORDS.filter((word) => /^[a-z-]+$/.test(word) && word !== 'all');
    expect(chosen(['all'])).toEqual(listed);
    expect(chooseMoreGroups(deps, { words: ['presure'], withDefaults: false, intervalScale: 1 }).unknown).toEqual([
      'presure',
    ]);
  });

  test('a host that has none of it all has no values, and nothing fails', async () => {
    for (const group of moreGroups(deps, { intervalScale: 1, services: ['x'] }))
      if (group.name !== 'process' && group.name !== 'clock')
        expect(await group.sampler.read(), group.name).toEqual({});
  });
});

test('names are made of what every receiver and file system takes', () => {
  expect(cleanName('disk /var/log "x"\n')).toBe('disk_var_log_x_');
});
