// A virtual host: what the real samplers read of it, and how actions are kept to it.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Action, ActionContext, Body } from '#agent/actions/action.ts';
import { createDefaultGroups } from '#agent/default-groups.ts';
import { createVirtualActions } from '#app/simulate/virtual-actions.ts';
import { createVirtualHost, type HostKind, type Strain } from '#app/simulate/virtual-host.ts';
import { reportOf, servicesOf } from '#app/simulate/virtual-report.ts';
import { openVirtualRoot, type VirtualRoot } from '#app/simulate/virtual-root.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

describe('the real samplers find a believable machine', () => {
  async function readAll(kind: HostKind, strain: Strain = {}): Promise<Record<string, number | string>> {
    const clock = new FakeClock();
    const host = createVirtualHost(clock, { name: `${kind}-01`, kind, index: 0 }, strain);
    const groups = createDefaultGroups(
      { clock, readText: (file) => host.readText(file), readSpace: (mount) => host.readSpace(mount) },
      { profile: 'live', intervalScale: 1, startedAtSec: 0, agentId: undefined, arch: 'x64', location: 'unspecified' },
    );
    const read = async () => Object.assign({}, ...(await Promise.all(groups.map(({ sampler }) => sampler.read()))));
    await read();
    clock.advance(15_000);
    return read();
  }

  const kinds: HostKind[] = ['web', 'db', 'cache', 'batch'];
  test.each(kinds)('%s: shares add up and nothing is out of bounds', async (kind) => {
    const metrics = await readAll(kind);
    const value = (name: string) => Number(metrics[name]);
    const cpu = ['cpu_user', 'cpu_nice', 'cpu_system', 'cpu_idle', 'cpu_wio', 'cpu_steal', 'cpu_sintr', 'cpu_intr'];
    expect(cpu.reduce((sum, name) => sum + (value(name) || 0), 0)).toBeCloseTo(100, 0);
    expect(value('mem_free')).toBeGreaterThan(0);
    expect(value('mem_free') + value('mem_cached')).toBeLessThan(value('mem_total'));
    expect(value('bytes_in')).toBeGreaterThan(0);
    expect(value('load_one')).toBeGreaterThan(0);
    expect(value('part_max_used')).toBeGreaterThan(5);
    expect(value('part_max_used')).toBeLessThan(85);
  });

  test('strain shows where it is felt', async () => {
    const strained = await readAll('batch', { cpuShare: 0.985, diskShare: 0.93 });
    expect(Number(strained['cpu_idle'])).toBeLessThan(5);
    expect(Number(strained['part_max_used'])).toBeGreaterThan(90);
  });
});

describe('on its own file tree', () => {
  let stateDir: string;
  let root: VirtualRoot;
  beforeEach(() => {
    stateDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-simulate-'));
    root = openVirtualRoot(path.join(stateDir, 'root'), { name: 'web-01', services: servicesOf('web') });
  });
  afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

  type CommandRequest = Parameters<ActionContext['run']>[1];
  interface Ran {
    commands: CommandRequest[];
    said: string[];
    acted: number;
  }

  /** Runs an action with a context that records what it would start. */
  async function act(name: string, body: Body): Promise<Ran & { outcome: Awaited<ReturnType<Action['run']>> }> {
    const ran: Ran = { commands: [], said: [], acted: 0 };
    const actions = createVirtualActions({ hostName: 'web-01', stateDir, root, acted: () => ran.acted++ });
    const action = actions.find((one) => one.name === name);
    if (!action) throw new Error(`no action ${name}`);
    const context: ActionContext = {
      requestId: 'r1',
      directory: stateDir,
      clock: new FakeClock(),
      startedAtMs: 0,
      searchPath: '/usr/bin:/bin',
      say: (line) => void ran.said.push(line),
      run: (_name, command) => {
        ran.commands.push(command);
        return Promise.resolve({ how: 'exited', exitCode: 0, orphansLeft: false });
      },
      attach: () => Promise.resolve({ how: 'lost', orphansLeft: false }),
      fetchArtifact: () => Promise.reject(new Error('no artifact here')),
    };
    return { ...ran, outcome: await action.run(body, context, new AbortController().signal), acted: ran.acted };
  }

  test('a script is told which host it is on, and starts at its root', async () => {
    const { commands, outcome } = await act('script', { interpreter: 'sh', script: 'hostname' });
    expect(outcome.status).toBe('succeeded');
    expect(commands[0]).toMatchObject({
      cwd: root.directory,
      env: { HOSTNAME: 'web-01', PLEXUS_VIRTUAL_HOST: 'web-01', PLEXUS_VIRTUAL_ROOT: root.directory },
    });
  });

  test('a service without commands of its own is a file, never a unit of this machine', async () => {
    const { commands, acted } = await act('service', { service: 'haproxy', action: 'restart' });
    expect(commands.map(({ argv }) => argv)).toEqual([
      ['touch', root.serviceFile('haproxy')],
      ['test', '-e', root.serviceFile('haproxy')],
    ]);
    expect(acted, 'the host reports again').toBe(1);
  });

  test('a service with commands of its own is controlled by them', async () => {
    const { commands } = await act('service', {
      service: 'shop',
      action: 'restart',
      restartCommand: ['shopctl', 'restart'],
      statusCommand: ['shopctl', 'status'],
    });
    expect(commands.map(({ argv }) => argv.join(' '))).toEqual(['shopctl restart', 'shopctl status']);
  });

  const file = {
    desiredStateId: 'd1',
    version: 1,
    name: 'motd',
    kind: 'file',
    path: '/etc/motd',
    content: 'hello\n',
    mode: '0644',
  };
  test('a desired file is written below the root, and told of by its path on the host', async () => {
    const { outcome } = await act('desired_state', { mode: 'enforce', items: [file] });
    expect(readFileSync(root.real('/etc/motd'), 'utf8')).toBe('hello\n');
    expect(JSON.stringify(outcome)).not.toContain(root.directory);
    expect(JSON.stringify(outcome)).toContain('/etc/motd');
  });

  test('a desired service is compared by its file', async () => {
    const item = {
      desiredStateId: 'd2',
      version: 1,
      name: 'cache',
      kind: 'service',
      service: 'varnish',
      running: true,
    };
    root.removeFile('/run/varnish.pid');
    const drifted = await act('desired_state', { mode: 'report', items: [item] });
    expect(drifted.outcome.result).toMatchObject({ items: [{ status: 'drifted' }] });
    await act('desired_state', { mode: 'enforce', items: [item] });
    expect(existsSync(root.serviceFile('varnish'))).toBe(true);
  });

  test('no path leads out of the root', () => {
    expect(root.real('/../../etc/passwd')).toBe(path.join(root.directory, 'etc/passwd'));
  });

  const host = () => createVirtualHost(new FakeClock(), { name: 'web-01', kind: 'web', index: 0 });
  const stateIn = (name: string) =>
    reportOf({ host: host(), kind: 'web', root, services: ['shop'] }).services.find((service) => service.name === name)
      ?.state;

  test('its report tells of services as they are', () => {
    expect(stateIn('haproxy')).toBe('running');
    root.removeFile('/run/haproxy.pid');
    expect(stateIn('haproxy')).toBe('stopped');
    expect(stateIn('shop'), 'never started').toBe('stopped');
    root.writeFile('/run/shop.pid', String(process.pid));
    expect(stateIn('shop')).toBe('running');
    // No pid is as large (proc_sys_kernel(5): at most 2^22).
    root.writeFile('/run/shop.pid', '99999999');
    expect(stateIn('shop'), 'its process is gone').toBe('failed');
  });

  test('the same host always tells the same', () => {
    const report = () => reportOf({ host: host(), kind: 'web', root, services: [] });
    expect(report()).toEqual(report());
    expect(report().packages.length).toBeGreaterThan(20);
  });
});
