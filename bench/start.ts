// How long the server takes from its command to ready, on an empty home and on a used
// one, and to stop. Run: node bench/start.ts    (about 40 s)

import { systemClock } from '#kernel/clock.ts';
import { startTestServer, type TestServer } from '#test/e2e/server.ts';
import { settled, withServer } from './bench-server.ts';
import { median, printFigure, printLoad } from './figures.ts';
import { cpuMs } from './process-figures.ts';

const ROUNDS = 5;
// A busy machine gets fewer rounds rather than a bench without an end.
const LONGEST_MS = 50_000;
const clock = systemClock();
const beganMs = clock.monotonicMs();

interface Start {
  readySec: number;
  /** Of the server's own process and what it waited for: hardly moved by what else the machine does. */
  cpuSec: number;
}

async function startOf(server: TestServer): Promise<Start> {
  return { readySec: server.startMs / 1000, cpuSec: (await cpuMs(server.pid())) / 1000 };
}

async function rounds(until: number, round: () => Promise<void>): Promise<void> {
  for (let at = 0; at < ROUNDS && (at < 2 || clock.monotonicMs() - beganMs < until); at++) await round();
}

function printStarts(what: string, starts: Start[], target: string): void {
  const ready = `${what}: command to ready, median of ${starts.length}`;
  printFigure(ready, median(starts.map(({ readySec }) => readySec)), 's', target);
  printFigure(`${what}: CPU time until ready, median`, median(starts.map(({ cpuSec }) => cpuSec)), 's');
}

const first: Start[] = [];
const used: Start[] = [];
const stopSec: number[] = [];

await withServer({}, async (server) => {
  await settled(server);
  await rounds(LONGEST_MS / 2, async () => {
    const before = clock.monotonicMs();
    await server.stop();
    stopSec.push((clock.monotonicMs() - before) / 1000);
    await server.start();
    used.push(await startOf(server));
    await settled(server);
  });
});
await rounds(LONGEST_MS, async () => {
  const server = await startTestServer();
  try {
    first.push(await startOf(server));
    await settled(server);
  } finally {
    await server.dispose();
  }
});

printLoad();
printStarts('empty home', first, '< 2 s');
printStarts('used home', used, '< 1 s');
printFigure(`stop, with the agent of this machine, median of ${stopSec.length}`, median(stopSec), 's');
