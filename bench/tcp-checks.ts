// TCP checks inside this process against a server in another, beside Debian's check_tcp
// started for each check on the same server. Run: node bench/tcp-checks.ts    (about 10 s)

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tcpKind } from '#checks/kinds/tcp.ts';
import type { CheckTarget } from '#checks/kinds/check-kind.ts';
import { systemClock } from '#kernel/clock.ts';
import { printFigure, printLoad } from './figures.ts';
import { startGreetingServer } from './greeting-server.ts';
import { cpuMs } from './process-figures.ts';

const CHECKS = 20_000;
const UNDER_WAY = 64;
const PLUGIN = '/usr/lib/nagios/plugins/check_tcp';
const PLUGIN_CHECKS = 300;
const PLUGINS_UNDER_WAY = 4;

const clock = systemClock();

interface Measured {
  perSec: number;
  cpuMsEach: number;
}

/** `run` is called `count` times, `underWay` at once. */
async function measure(count: number, underWay: number, run: () => Promise<void>): Promise<Measured> {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await run();
  };
  const startCpuMs = await cpuMs(process.pid);
  const startMs = clock.monotonicMs();
  await Promise.all(Array.from({ length: underWay }, lane));
  const elapsedMs = clock.monotonicMs() - startMs;
  return { perSec: (count * 1000) / elapsedMs, cpuMsEach: ((await cpuMs(process.pid)) - startCpuMs) / count };
}

function checkRunner(spec: Record<string, unknown>): () => Promise<void> {
  const prepared = tcpKind.prepare(spec);
  if (!prepared.ok) throw new Error(JSON.stringify(prepared.problems));
  const target: CheckTarget = {
    checkId: 'bench',
    hostId: 'bench',
    hostName: 'bench',
    series: { cluster: 'bench', host: 'bench' },
    address: '127.0.0.1',
    timeoutMs: 10_000,
    macro: () => undefined,
  };
  return async () => {
    const signal = new AbortController().signal;
    const result = await prepared.execute({ target, clock, isSettling: false }, signal);
    if (result === 'not_yet' || result.state !== 'ok') throw new Error(JSON.stringify(result));
  };
}

const pluginRunner = (args: string[]) => (): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(PLUGIN, args, { stdio: 'ignore' });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${PLUGIN} ended with ${code}`))));
  });

async function bench(port: number): Promise<void> {
  const runs = [
    { what: 'connect', spec: { port }, args: [] },
    { what: 'connect and greeting', spec: { port, expect: '220 ' }, args: ['-e', '220 '] },
  ];
  for (const { what, spec, args } of runs) {
    const run = checkRunner(spec);
    await measure(CHECKS / 10, UNDER_WAY, run);
    const ours = await measure(CHECKS, UNDER_WAY, run);
    const theirs = existsSync(PLUGIN)
      ? await measure(PLUGIN_CHECKS, PLUGINS_UNDER_WAY, pluginRunner(['-H', '127.0.0.1', '-p', String(port), ...args]))
      : undefined;
    const peer = (value: number | undefined) => (value === undefined ? undefined : { name: 'check_tcp', value });
    printFigure(`TCP checks, ${what}`, ours.perSec, 'checks/s', '≥ 3,000, aim 10,000', peer(theirs?.perSec));
    printFigure(`CPU of a TCP check, ${what}`, ours.cpuMsEach, 'ms', undefined, peer(theirs?.cpuMsEach));
  }
  printLoad();
}

const server = await startGreetingServer();
try {
  await bench(server.port);
} finally {
  server.stop();
}
