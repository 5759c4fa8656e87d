// Python modules of gmond's kind, in real processes of Python 3; time jumps.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { packetsOf } from '#agent/metric-packets.ts';
import { metricsOf } from '#agent/python-modules/descriptors.ts';
import { createPythonModules } from '#agent/python-modules/python-modules.ts';
import type { SampledGroup } from '#agent/default-groups.ts';
import { silentLogger, type Logger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { describeWithPeer } from '#test/support/peer.ts';

const GOOD = `
import random
calls = []
def random_number(name):
    calls.append(name)
    return int(random.uniform(0, 100))
def text(name):
    return 'n=%d' % len(calls)
def metric_init(params):
    return [
        {'name': 'random1', 'call_back': random_number, 'time_max': 90, 'value_type': 'uint', 'units': 'N',
         'slope': 'both', 'format': '%u', 'description': 'A number', 'groups': 'example,random', 'color': 'red'},
        {'name': 'asked', 'call_back': text, 'value_type': 'string', 'slope': 'zero'},
        {'name': 'kept', 'call_back': lambda name: params['RandomMax'], 'value_type': 'string'},
    ]
def metric_cleanup():
    open(__file__ + '.cleaned', 'w').close()
`;

async function startModules(modules: Record<string, string>, params: Record<string, string> = {}) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-python-'));
  const clock = new FakeClock();
  const said: string[] = [];
  const log: Logger = {
    ...silentLogger,
    info: (_, fields) => said.push(String(fields?.['text'] ?? '')),
    warn: (_, fields) => said.push(String(fields?.['reason'] ?? fields?.['metric'])),
    child: () => log,
  };
  const groups: SampledGroup[] = [];
  const file = (name: string) => path.join(folder, `${name}.py`);
  for (const [name, text] of Object.entries(modules)) writeFileSync(file(name), text);
  const python = createPythonModules(
    { clock, log, loaded: (group) => groups.push(group) },
    { modules: Object.keys(modules).map((name) => ({ name, path: file(name), params })) },
  );
  let isOver = false;
  async function stop(): Promise<void> {
    if (isOver) return;
    isOver = true;
    await python.stop();
  }
  onTestFinished(async () => {
    let hasStopped = false;
    void stop().then(() => (hasStopped = true));
    await expect.poll(() => (clock.advance(1000), hasStopped)).toBe(true);
    rmSync(folder, { recursive: true });
  });
  const started = python.start();
  return { clock, said, groups, python, file, started, stop };
}

const pidOf = (text: string | undefined) => Number(/pid=(\d+)/.exec(text ?? '')?.[1]);

describeWithPeer('python3', 'a module that behaves', () => {
  test('tells its metrics, with everything that gmond would send of them', async () => {
    const { groups, started } = await startModules({ good: GOOD }, { RandomMax: '600' });
    await started;
    expect(groups[0]?.metrics[0]).toEqual({
      ...{ name: 'random1', type: 'uint32', fmt: '%u', units: 'N', slope: 'both', tmaxSec: 90, title: '' },
      ...{ description: 'A number', group: 'example' },
      extra: [
        ['GROUP', 'random'],
        ['COLOR', 'red'],
      ],
    });
    expect(groups[0]?.metrics.map(({ tmaxSec }) => tmaxSec)).toEqual([90, 60, 60]);
    const reading = await groups[0]?.sampler.read();
    expect(reading).toMatchObject({ asked: 'n=1', kept: '600' });
    expect(Number(reading?.['random1'])).toBeLessThan(100);
  });

  test('is asked for those metrics only that a configuration names, and cleans up at the end', async () => {
    const { groups, started, file, stop } = await startModules({ good: GOOD }, { RandomMax: '1' });
    await started;
    const only = groups[0]?.only?.(['asked']);
    await only?.read();
    expect(await only?.read()).toEqual({ asked: 'n=0' });
    await stop();
    expect(existsSync(`${file('good')}.cleaned`)).toBe(true);
  });

  test('may print: it reaches the log, not the values', async () => {
    const { groups, started, said } = await startModules({
      loud: `print("in load")
def v(name):
    print('{"values": {"x": 666}}')
    return 1
def metric_init(params):
    return [{'name': 'x', 'call_back': v}]`,
    });
    await started;
    expect(await groups[0]?.sampler.read()).toEqual({ x: 1 });
    await expect.poll(() => said).toContain('in load');
  });

  test('a callback that raises costs its own metric; so does a value that fits no number', async () => {
    const { groups, started, said } = await startModules({
      half: `def metric_init(params):
    def bad(name): raise ValueError('no such file')
    return [{'name': 'bad', 'call_back': bad}, {'name': 'inf', 'call_back': lambda n: float('inf'), 'value_type': 'float'},
            {'name': 'big', 'call_back': lambda n: 2**32}, {'name': 'good', 'call_back': lambda n: 2**32 - 1},
            {'call_back': bad}, 'nonsense', {'name': 'no callback'}]`,
    });
    await started;
    expect(await groups[0]?.sampler.read()).toEqual({ good: 2 ** 32 - 1 });
    expect(said).toContain('big');
  });
});

describeWithPeer('python3', 'a module that does not', () => {
  const failures: [what: string, text: string, said: RegExp][] = [
    [
      'raises in metric_init',
      'def metric_init(params):\n    raise IOError("no database")',
      /metric_init raised OSError: no database \(line 2\)/,
    ],
    [
      'is written for Python 2',
      'def metric_init(params):\n    print "hello"',
      /written for Python 2 \(line 2 .*print "hello"\).*2to3/,
    ],
    ['imports what only Python 2 has', 'import urllib2', /written for Python 2 \(it imports urllib2/],
    [
      'calls what only Python 2 has',
      'def metric_init(params):\n    return {}.has_key(1)',
      /written for Python 2.*has_key/,
    ],
    ['has no metric_init', 'x = 1', /no metric_init/],
    ['ends the process', 'import os\nos._exit(3)', /ended with code 3/],
    ['exits in metric_init', 'import sys\ndef metric_init(params):\n    sys.exit(4)', /SystemExit/],
    ['is not there', '', /no metric_init/],
  ];
  for (const [what, text, expected] of failures)
    test(`${what}: told in words, and the other modules run`, async () => {
      const { groups, started, said } = await startModules({ broken: text, good: GOOD }, { RandomMax: '1' });
      await started;
      expect(said.join('\n')).toMatch(expected);
      expect(groups.map(({ name }) => name)).toEqual(['module good']);
    });

  test('one that hangs in metric_init holds up the start for 20 s at most', async () => {
    const { started, clock, said } = await startModules({ hangs: 'import time\nprint("now")\ntime.sleep(300)' });
    await expect.poll(() => said).toContain('now');
    clock.advance(20_000);
    await started;
    expect(said).toContain('no answer in 20 s');
  });

  test('one that hangs in a callback is ended after 10 s and started anew after a pause', async () => {
    const { groups, started, clock, said } = await startModules({
      stuck: `import os, time
print('pid=%d' % os.getpid())
def v(name):
    if not os.path.exists(__file__ + '.once'):
        open(__file__ + '.once', 'w').close()
        print('hangs')
        time.sleep(300)
    return 5
def metric_init(params):
    return [{'name': 'x', 'call_back': v}]`,
    });
    await started;
    const reading = groups[0]?.sampler.read();
    await expect.poll(() => said).toContain('hangs');
    const pid = pidOf(said.find((line) => line.startsWith('pid=')));
    clock.advance(10_000);
    expect(await reading).toEqual({});
    await expect
      .poll(() => existsSync(`/proc/${pid}/cmdline`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8'))
      .toBeFalsy();
    expect(await groups[0]?.sampler.read()).toEqual({});
    await expect.poll(async () => (clock.advance(1000), groups[0]?.sampler.read())).toEqual({ x: 5 });
    expect(groups).toHaveLength(1);
  });

  test('one that dies between two readings comes back, and meanwhile has no values', async () => {
    const { groups, started, clock, said, python } = await startModules({
      dies: `import os
print('pid=%d' % os.getpid())
def metric_init(params):
    return [{'name': 'x', 'call_back': lambda n: 1}]`,
    });
    await started;
    await expect.poll(() => said.length).toBeGreaterThan(0);
    process.kill(pidOf(said[0]), 'SIGKILL');
    await expect.poll(() => groups[0]?.sampler.read()).toEqual({});
    await expect.poll(async () => (clock.advance(1000), groups[0]?.sampler.read())).toEqual({ x: 1 });
    expect(python.counters()).toEqual({ starts: 2, failures: 1 });
  });

  test('one that dies and leaves a daemon with its pipes comes back, and the agent can stop', async () => {
    const { groups, started, clock, said, python } = await startModules({
      forks: `import os, time
print('pid=%d' % os.getpid())
if os.fork() == 0:
    os.setsid()
    time.sleep(20)
    os._exit(0)
def metric_init(params):
    return [{'name': 'x', 'call_back': lambda n: 1}]`,
    });
    await started;
    await expect.poll(() => said.length).toBeGreaterThan(0);
    process.kill(pidOf(said[0]), 'SIGKILL');
    await expect.poll(async () => (clock.advance(1000), python.counters().starts)).toBe(2);
    await expect.poll(() => groups[0]?.sampler.read()).toEqual({ x: 1 });
  });

  test('one that can never be loaded is tried less and less often', async () => {
    const { started, clock, python } = await startModules({ never: 'raise Exception("x")' });
    await started;
    for (const [starts, afterSec] of [
      [2, 6],
      [3, 12],
    ] as const) {
      clock.advance(afterSec * 1000);
      await expect.poll(() => python.counters()).toEqual({ starts, failures: starts });
    }
    clock.advance(12_000);
    expect(python.counters().starts).toBe(3);
  });
});

describe('metrics of another host', () => {
  const packetOf = (descriptor: Record<string, string>) => {
    const [metric] = metricsOf([{ call_back: '', ...descriptor }]);
    if (!metric) throw new Error('no metric');
    return packetsOf({ metric, value: 1, withMetadata: true }, { host: 'web-1', spoof: false });
  };

  test('go out under its name, apart from our metric of that name; the keys have no case', () => {
    const [metadata, value] = packetOf({ name: 'spf_load:db', spoof_host: '10.0.0.9:db-1', SPOOF_NAME: 'load_one' });
    const id = { host: '10.0.0.9:db-1', name: 'load_one:spf_load:db', spoof: true };
    expect(metadata).toMatchObject({ ...id, metadata: { name: id.name } });
    expect(metadata && 'metadata' in metadata && metadata.metadata.extra).toContainEqual([
      'SPOOF_HOST',
      '10.0.0.9:db-1',
    ]);
    expect(value).toMatchObject(id);
  });

  const names: [what: string, descriptor: Record<string, string>, name: string][] = [
    ['its heartbeat is one', { name: 'b:db', spoof_host: '1.2.3.4:db', spoof_heartbeat: 'yes' }, 'heartbeat'],
    ['by name too', { name: 'b:db', spoof_host: '1.2.3.4:db', spoof_name: 'heartbeat' }, 'heartbeat'],
    ['without another name it keeps its own', { name: 'load', spoof_host: '1.2.3.4:db' }, 'load'],
  ];
  for (const [what, descriptor, name] of names)
    test(what, () => expect(packetOf(descriptor)[1]).toMatchObject({ name, spoof: true }));

  test('an address without a name would be refused by every receiver: it stays ours', () => {
    expect(packetOf({ name: 'x', spoof_host: '1.2.3.4' })[1]).toMatchObject({ host: 'web-1' });
  });
});

test('what a module may leave out or get wrong', () => {
  expect(metricsOf([{ name: 'a', value_type: 'uint64' }, { name: '' }, { name: 'x'.repeat(300) }])).toEqual([]);
  expect(metricsOf([{ name: 'a', slope: '', time_max: -1, groups: ' a , b ' }])).toMatchObject([
    { type: 'uint32', fmt: '%u', slope: 'unspecified', tmaxSec: 60, group: 'a', extra: [['GROUP', 'b']] },
  ]);
});
