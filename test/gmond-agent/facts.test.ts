import { describe, expect, test } from 'vitest';
import { addressFacts, parseOsRelease, virtualizationHint } from '#agent/facts.ts';
import { parseDpkgStatus, parseRpmList } from '#agent/facts-packages.ts';
import { parseProcessStat, topProcesses } from '#agent/facts-processes.ts';
import { initServices, parseSystemdUnits } from '#agent/facts-services.ts';
import { createReporter } from '#agent/reporter.ts';
import type { AgentReport } from '#kernel/domain/event.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

test('os-release: quotes are taken off, the rest is kept', () => {
  expect(parseOsRelease('NAME="Debian GNU/Linux"\nID=debian\n# no\nVERSION_ID=\'12\'\n')).toEqual({
    NAME: 'Debian GNU/Linux',
    ID: 'debian',
    VERSION_ID: '12',
  });
});

describe('virtualisation', () => {
  const nothing = { cgroup: undefined, productName: undefined, hypervisorFlag: false, inDocker: false };
  const cases: [string, Partial<Parameters<typeof virtualizationHint>[0]>, string][] = [
    ['bare metal', { productName: 'PowerEdge R640' }, 'none'],
    ['KVM', { productName: 'KVM', hypervisorFlag: true }, 'kvm'],
    ['a container on a virtual machine is a container', { inDocker: true, productName: 'KVM' }, 'container'],
    ['an unknown hypervisor', { hypervisorFlag: true }, 'vm'],
    ['LXC', { cgroup: '1:name=systemd:/lxc/web' }, 'lxc'],
  ];
  for (const [what, hints, kind] of cases)
    test(what, () => expect(virtualizationHint({ ...nothing, ...hints })).toBe(kind));
});

test('addresses: loopback and link-local ones are no facts', () => {
  const one = (address: string, family: 'IPv4' | 'IPv6', internal = false) =>
    ({ address, family, internal, netmask: '', mac: '', cidr: null, scopeid: 0 }) as const;
  expect(
    addressFacts({
      lo: [one('127.0.0.1', 'IPv4', true)],
      eth0: [one('10.0.0.5', 'IPv4'), one('fe80::1', 'IPv6'), one('fd00::5', 'IPv6')],
    }),
  ).toEqual({ 'address.eth0': '10.0.0.5', 'address6.eth0': 'fd00::5' });
});

test('dpkg: only what is installed counts; folded fields are skipped', () => {
  const status = `Package: adduser
Status: install ok installed
Architecture: all
Version: 3.134
Description: add
 Version: not this

Package: gone
Status: deinstall ok config-files
Version: 1

Package: half
Status: install ok half-installed
Version: 1
`;
  expect(parseDpkgStatus(status)).toEqual([{ name: 'adduser', version: '3.134', arch: 'all' }]);
});

test('rpm: keys are no packages', () => {
  expect(parseRpmList('bash\t5.1-2\tx86_64\ngpg-pubkey\t1-2\t(none)\n\n')).toEqual([
    { name: 'bash', version: '5.1-2', arch: 'x86_64' },
  ]);
});

test('systemd: running, done, failed, not installed', () => {
  const text = `ssh.service loaded active running OpenBSD Secure Shell server
apparmor.service loaded active exited Load AppArmor profiles
nginx.service loaded failed failed A web server
cron.service loaded inactive dead Cron
auditd.service not-found inactive dead auditd.service
`;
  expect(parseSystemdUnits(text).map(({ name, state }) => `${name} ${state}`)).toEqual([
    'ssh running',
    'apparmor stopped',
    'nginx failed',
    'cron stopped',
  ]);
});

test('init.d: a live pid file says running, anything else is unknown', () => {
  expect(initServices(['cron', 'README', 'ssh', '.placeholder'], (name) => (name === 'ssh' ? 7 : undefined))).toEqual([
    { name: 'cron', state: 'unknown' },
    { name: 'ssh', state: 'running', pid: 7 },
  ]);
});

describe('processes', () => {
  const line = (pid: number, name: string, cpu: number, rss: number) =>
    `${pid} (${name}) S 1 1 1 0 -1 4194304 99 0 0 0 ${cpu} 0 0 0 20 0 1 0 500 3133440 ${rss} 1844\n`;

  test('a name with blanks and parentheses does not shift the fields', () => {
    expect(parseProcessStat(line(12, 'tmux: (server) x', 250, 360))).toEqual({
      pid: 12,
      name: 'tmux: (server) x',
      cpuTicks: 250,
      startTicks: 500,
      rssPages: 360,
    });
    expect(parseProcessStat('12 (cut')).toBeUndefined();
  });

  test('the largest and the busiest, each once', () => {
    const all = [
      [1, 'small', 1, 1],
      [2, 'large', 1, 900],
      [3, 'busy', 900, 1],
      [4, 'both', 800, 800],
    ].flatMap(
      ([pid, name, cpu, rss]) => parseProcessStat(line(Number(pid), String(name), Number(cpu), Number(rss))) ?? [],
    );
    expect(topProcesses(all, 2).map(({ name }) => name)).toEqual(['large', 'both', 'busy']);
  });
});

test('this host: one report at the start, none while nothing changes, one when asked', async () => {
  const clock = new FakeClock();
  const reports: AgentReport[] = [];
  let heard = () => {};
  const nextReport = () => new Promise<void>((resolve) => (heard = resolve));
  const reporter = createReporter(
    {
      clock,
      log: silentLogger,
      send: (report) => {
        reports.push(report);
        heard();
      },
      // A host whose files never change, whatever runs beside this test.
      readText: (path) => Promise.resolve(path === '/proc/sys/kernel/osrelease' ? '6.1.0\n' : undefined),
    },
    {},
  );
  const first = nextReport();
  await reporter.start(new AbortController().signal);
  await first;
  expect(reports[0]?.facts).toMatchObject({ 'kernel.release': '6.1.0', hostname: expect.any(String) as string });

  clock.advance(5 * 60_000);
  const asked = nextReport();
  await reporter.reportNow();
  await asked;
  await reporter.stop();
  expect(reports).toHaveLength(2);
});

test('a report that could not be sent is offered again', async () => {
  const clock = new FakeClock();
  let tries = 0;
  const reporter = createReporter({
    clock,
    log: silentLogger,
    send: () => (++tries === 1 ? Promise.reject(new Error('link down')) : Promise.resolve()),
    readText: () => Promise.resolve(undefined),
  });
  await reporter.start(new AbortController().signal);
  await reporter.reportNow();
  await reporter.stop();
  expect(tries).toBe(2);
});

test('the real files of this machine are read without a complaint', async () => {
  const report = await new Promise<AgentReport>((resolve, reject) => {
    const log = { ...silentLogger, warn: (message: string) => reject(new Error(message)) };
    const reporter = createReporter({ clock: new FakeClock(), log, send: resolve }, { watchProcesses: ['vitest'] });
    reporter.start(new AbortController().signal).catch(reject);
  });
  expect(report.facts['cpu.count']).toBeGreaterThan(0);
  expect(report.processes.find(({ pid }) => pid === process.pid)?.rssBytes).toBeGreaterThan(1e6);
});
