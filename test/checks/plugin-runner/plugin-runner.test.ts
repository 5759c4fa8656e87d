// What happens to runs when their runner is killed, stuck, missing or told to stop, and
// when the server itself is killed. Nothing is lost, doubled or left behind.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { createPluginRunner, type PluginRunner } from '#checks/plugin-runner/plugin-runner.ts';
import { RUNNER_PROGRAMS, type RunnerProgram } from '#checks/plugin-runner/runner-programs.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { numberIn, until, untilGone } from './process-watch.ts';

const scratch = mkdtempSync(path.join(os.tmpdir(), 'plexus-runners-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const never = new AbortController().signal;
let runner: PluginRunner | undefined;
let files = 0;
const newFile = (): string => path.join(scratch, `file-${++files}`);

function create(options: Parameters<typeof createPluginRunner>[1] = {}, clock = systemClock()): PluginRunner {
  runner = createPluginRunner({ clock, log: silentLogger }, options);
  return runner;
}
afterEach(async () => {
  await runner?.stop();
  runner = undefined;
});

const sh = (on: PluginRunner, script: string, signal = never) => on.run({ argv: ['/bin/sh', '-c', script] }, signal);

const pidOf = (on: PluginRunner, index = 0): number => on.counters().runners[index]?.pid ?? 0;

test('no process is started before the first run', async () => {
  const idle = create();
  expect(idle.counters().runners.map(({ pid }) => pid)).toEqual([undefined, undefined]);
  await sh(idle, 'exit 0');
  expect(idle.counters()).toMatchObject({ started: 1, running: 0, waiting: 0, passedOver: [] });
});

describe.each(RUNNER_PROGRAMS)('runners in $name that are killed', (program) => {
  const programs = [program] as const;

  test('under forty runs: each has its one answer, and nothing of the first try is left', async () => {
    const pool = create({ programs });
    const begun = newFile();
    appendFileSync(begun, '');
    await sh(pool, 'true');
    await until('both runners are ready', () => pool.counters().runners.every(({ isReady }) => isReady));
    const gate = newFile();
    const script = (n: number) =>
      `echo ${n} $$ >> ${begun}; until [ -e ${gate} ]; do sleep 0.05; done; echo "answer ${n}"; exit ${n % 4}`;
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    const runs = numbers.map((n) => sh(pool, script(n)));
    const lines = () => readFileSync(begun, 'utf8').trim().split('\n');
    await until('all have begun', () => pool.counters().running === 40 && lines().length === 40);
    const firstTries = lines();
    const victim = pidOf(pool);
    process.kill(victim, 'SIGKILL');
    await until('those of the dead runner have begun again', () => lines().length >= 60);
    const pids = lines().map((line) => Number(line.split(' ')[1]));
    appendFileSync(gate, '');
    expect((await Promise.all(runs)).map(({ how, code, stdout }) => [how, code, String(stdout)])).toEqual(
      numbers.map((n) => ['exited', n % 4, `answer ${n}\n`]),
    );
    expect(firstTries).toHaveLength(40);
    expect(lines()).toHaveLength(60);
    expect(pool.counters()).toMatchObject({ startedAgain: 20, lost: 0, running: 0, waiting: 0 });
    expect(pidOf(pool)).not.toBe(victim);
    for (const pid of pids) await untilGone(pid);
  });

  test('by the plugin itself: it is begun again once, then lost with the reason; the others go on', async () => {
    const pool = create({ programs, runners: 1 });
    const count = newFile();
    const killer = sh(pool, `echo x >> ${count}; kill -9 $PPID; sleep 60`);
    expect(await killer).toMatchObject({ how: 'lost', detail: 'its runner was killed by SIGKILL' });
    expect(readFileSync(count, 'utf8')).toBe('x\nx\n');
    expect(await sh(pool, 'exit 1')).toMatchObject({ how: 'exited', code: 1 });
    expect(pool.counters()).toMatchObject({ startedAgain: 1, lost: 1, runners: [{ deaths: 2 }] });
  });

  test('with the server: plugins end, and so do the runners', async () => {
    const pidFile = newFile();
    const server = spawn(
      process.execPath,
      [fileURLToPath(new URL('./dying-server.ts', import.meta.url)), program.name, pidFile],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const plugin = await numberIn(pidFile);
    server.kill('SIGKILL');
    for (const pid of [plugin, ...(JSON.parse(String(line)) as number[])]) await untilGone(pid);
  });

  test('by stop: what runs is killed, later runs are lost at once, twice is once', async () => {
    const pool = create({ programs, runners: 1, maxRunningEach: 1 });
    const pidFile = newFile();
    const running = sh(pool, `sleep 60 & echo $! > ${pidFile}; wait`);
    const waiting = sh(pool, 'true');
    const plugin = await numberIn(pidFile);
    await Promise.all([pool.stop(), pool.stop()]);
    expect(await Promise.all([running, waiting, sh(pool, 'true')])).toMatchObject([
      { how: 'lost' },
      { how: 'lost' },
      { how: 'lost' },
    ]);
    await untilGone(plugin);
  });
});

test('a runner that is stuck does not answer a kill: it is replaced, and its other runs are begun again', async () => {
  const clock = new FakeClock();
  const pool = create({ runners: 1 }, clock);
  await sh(pool, 'true');
  const gate = newFile();
  const stop = new AbortController();
  const hanging = sh(pool, 'sleep 60', stop.signal);
  const other = sh(pool, `until [ -e ${gate} ]; do sleep 0.05; done; exit 2`);
  const stuck = pidOf(pool);
  process.kill(stuck, 'SIGSTOP');
  stop.abort();
  clock.advance(1500);
  expect(await hanging).toMatchObject({ how: 'timed_out' });
  await untilGone(stuck);
  clock.advance(150);
  appendFileSync(gate, '');
  expect(await other).toMatchObject({ how: 'exited', code: 2 });
  expect(pool.counters()).toMatchObject({ startedAgain: 1, lost: 0, runners: [{ deaths: 1 }] });
});

const [python, perl, node] = RUNNER_PROGRAMS;
const unusable: [string, Partial<RunnerProgram>, string][] = [
  ['is not installed', { command: '/nonexistent/python3' }, 'ENOENT'],
  ['ends at once', { command: '/bin/false', args: [] }, 'exited with 1'],
  ['fails with words', { command: '/bin/sh', args: ['-c', 'echo no module >&2; exit 3'] }, 'exited with 3: no module'],
  ['says what is no frame', { command: '/bin/echo', args: ['hello to whom it may concern'] }, 'said what is no frame'],
];
test.each(unusable)(
  'a program that %s is passed over for the next, and that can be seen',
  async (_, change, reason) => {
    const programs = [{ ...python, ...change }, { ...perl, ...change, name: 'perl' }, node] as unknown as [
      RunnerProgram,
    ];
    const pool = create({ runners: 2, programs });
    expect(await sh(pool, 'exit 1')).toMatchObject({ how: 'exited', code: 1 });
    const { passedOver, runners } = pool.counters();
    expect(passedOver).toEqual([
      { runner: 'python', reason: expect.stringContaining(reason) },
      { runner: 'perl', reason: expect.stringContaining(reason) },
    ]);
    expect(runners).toContainEqual(expect.objectContaining({ runner: 'node', isReady: true }));
  },
);

test('a program that never says it is ready is passed over after ten seconds', async () => {
  const clock = new FakeClock();
  const silent: RunnerProgram = { name: 'python', command: '/bin/sleep', args: ['60'] };
  const pool = create({ runners: 1, programs: [silent, ...RUNNER_PROGRAMS.slice(1)] }, clock);
  const run = sh(pool, 'exit 1');
  const pid = pidOf(pool);
  clock.advance(10_000);
  expect(await run).toMatchObject({ how: 'exited', code: 1 });
  await untilGone(pid);
});

test('where no program works runs wait for their time limit, and are not lost', async () => {
  const programs = [{ name: 'python', command: '/bin/false', args: [] }] as const;
  const pool = create({ programs });
  const stop = new AbortController();
  const run = sh(pool, 'true', stop.signal);
  await until('it was tried', () => pool.counters().passedOver.length === 1);
  expect(pool.counters().waiting).toBe(1);
  stop.abort();
  expect(await run).toMatchObject({ how: 'timed_out' });
});
