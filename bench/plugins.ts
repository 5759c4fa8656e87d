// What it takes to run plugins: check_dummy through the runners, by each of their programs, beside
// the same plugin started bare on both cores. Run: node bench/plugins.ts    (about 40 s; needs monitoring-plugins)

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { CheckTarget } from '#checks/kinds/check-kind.ts';
import { createPluginKind } from '#checks/kinds/plugin.ts';
import { createPluginRunner, type PluginRunner } from '#checks/plugin-runner/plugin-runner.ts';
import { RUNNER_PROGRAMS } from '#checks/plugin-runner/runner-programs.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { median, printFigure, printLoad } from './figures.ts';
import { cpuMs } from './process-figures.ts';

const PLUGIN = '/usr/lib/nagios/plugins/check_dummy';
const ROUNDS = 3;
const COUNT = 2500;
/** Of the programs that are only there in need. */
const FEWER = 800;
const AT_ONCE = 64;
const clock = systemClock();

interface Cost {
  perSec: number;
  /** Of the server, the runners and the plugins. */
  cpuMsEach: number;
  serverMsEach: number;
  runnerAndPluginMsEach: number;
}

async function floor(): Promise<Pick<Cost, 'perSec' | 'cpuMsEach'>> {
  const script = path.join(import.meta.dirname, 'plugin-floor.py');
  const startMs = clock.monotonicMs();
  const halves = [1, 2].map(() => {
    const child = spawn('python3', [script, String(COUNT / 2), PLUGIN, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    return text(child.stdout);
  });
  const cpuSec = (await Promise.all(halves)).map(Number).reduce((sum, each) => sum + each, 0);
  return { perSec: (COUNT / (clock.monotonicMs() - startMs)) * 1000, cpuMsEach: (cpuSec * 1000) / COUNT };
}

/** `run` so often, `AT_ONCE` at a time. */
async function cost(runner: PluginRunner, count: number, run: () => Promise<void>): Promise<Cost> {
  const runnersMs = async () => {
    const pids = runner.counters().runners.map(({ pid }) => pid ?? 0);
    return (await Promise.all(pids.map(cpuMs))).reduce((sum, each) => sum + each, 0);
  };
  const before = { server: process.cpuUsage(), runners: await runnersMs(), atMs: clock.monotonicMs() };
  let left = count;
  const one = async () => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  const perSec = (count / (clock.monotonicMs() - before.atMs)) * 1000;
  const { user, system } = process.cpuUsage(before.server);
  const serverMsEach = (user + system) / 1000 / count;
  const runnerAndPluginMsEach = ((await runnersMs()) - before.runners) / count;
  return { perSec, cpuMsEach: serverMsEach + runnerAndPluginMsEach, serverMsEach, runnerAndPluginMsEach };
}

const middle = <Key extends string>(costs: Record<Key, number>[], key: Key): number =>
  median(costs.map((each) => each[key]));

if (!existsSync(PLUGIN)) {
  console.log(`plugins: ${PLUGIN} is not installed`);
  process.exit(0);
}

const signal = new AbortController().signal;
const pools = RUNNER_PROGRAMS.map((program) => ({
  name: program.name,
  runner: createPluginRunner({ clock, log: silentLogger }, { programs: [program] }),
  costs: [] as Cost[],
}));
const floors: Awaited<ReturnType<typeof floor>>[] = [];

function runOn(runner: PluginRunner): () => Promise<void> {
  return async () => {
    const end = await runner.run({ argv: [PLUGIN, '0'] }, signal);
    if (end.how !== 'exited' || end.code !== 0) throw new Error(`check_dummy ${end.how} ${end.code} ${end.detail}`);
  };
}

/** As the engine runs a check that was imported from Nagios: macros, words, output and all. */
function runChecks(runner: PluginRunner): () => Promise<void> {
  const prepared = createPluginKind(runner).prepare({
    commandLine: '$USER1$/check_dummy $ARG1$ "$HOSTADDRESS$|a=1"',
    arguments: ['0'],
  });
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
  const macro = (name: string) => ({ USER1: path.dirname(PLUGIN), HOSTADDRESS: '192.0.2.1' })[name];
  const series = { cluster: 'c', host: 'h' };
  const target: CheckTarget = { checkId: '1', hostId: '1', hostName: 'h', series, address: 'h', timeoutMs: 1, macro };
  return async () => {
    const result = await prepared.execute({ target, clock, isSettling: false }, signal);
    if (result === 'not_yet' || result.state !== 'ok') throw new Error(JSON.stringify(result));
  };
}

printLoad();
// In turn, so that each has its share of what else the machine does.
const checks: Cost[] = [];
for (let round = 0; round < ROUNDS; round++) {
  floors.push(await floor());
  for (const { name, runner, costs } of pools) {
    await runOn(runner)();
    costs.push(await cost(runner, name === 'python' ? COUNT : FEWER, runOn(runner)));
  }
  const [best] = pools;
  if (best) checks.push(await cost(best.runner, COUNT, runChecks(best.runner)));
}

const bare = { perSec: middle(floors, 'perSec'), cpuMsEach: middle(floors, 'cpuMsEach') };
for (const [index, { name, costs }] of pools.entries()) {
  const target = (text: string) => (index === 0 ? text : undefined);
  const peer = (value: number) => ({ name: 'bare posix_spawn', value });
  printFigure(`plugins by ${name}, check_dummy`, middle(costs, 'perSec'), '/s', target('> 1,234/s'), peer(bare.perSec));
  printFigure(
    `plugins by ${name}: CPU each`,
    middle(costs, 'cpuMsEach'),
    'ms',
    target('< 0.9 ms'),
    peer(bare.cpuMsEach),
  );
  printFigure(`plugins by ${name}: of it the server's`, middle(costs, 'serverMsEach'), 'ms');
}
printFigure('checks with macros and output, CPU each', middle(checks, 'cpuMsEach'), 'ms', '< 0.9 ms');
printFigure("checks with macros and output: of it the server's", middle(checks, 'serverMsEach'), 'ms');
printLoad();
await Promise.all(pools.map(({ runner }) => runner.stop()));
