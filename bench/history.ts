// Embedded metric history beside rrdtool: how fast it takes samples, what a point
// costs on disk and in memory, how long the queries of a chart take. Run: node bench/history.ts [series]

import { copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';
import { DAY_SEC, HOUR_SEC, rawFile, tierFile, TIERS } from '#store/history/embedded/tiers.ts';
import type { RangeQuery } from '#store/history/history.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { median, printFigure, printLoad } from './figures.ts';
import { measureRrdtool } from './rrdtool.ts';

const SERIES = Number(process.argv[2] ?? 40_000);
const STEP_SEC = 15;
const METRICS = 40;
const ROUNDS = 21;

const real = systemClock();
// Midnight, so that the day before is a whole one.
const TODAY = 20_458;
const startMs = (TODAY - 1) * DAY_SEC * 1000;
const clock = new FakeClock(startMs);
const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit(1));

// Two thirds wander with two decimals, one third stands still, as host metrics do. Always the same numbers.
let seed = 1;
const chance = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
const samples: Sample[] = Array.from({ length: SERIES }, (_, index) => ({
  cluster: 'bench',
  host: `host${Math.floor(index / METRICS)}`,
  hostKey: `10.0.0.${Math.floor(index / METRICS)}`,
  metric: `metric${index % METRICS}`,
  value: Math.round(chance() * 10_000) / 100,
  atMs: startMs,
}));
const rssBefore = process.memoryUsage.rss();

function tick(atMs: number): void {
  for (const [index, sample] of samples.entries()) {
    sample.atMs = atMs;
    if (index % 3 !== 0) sample.value = Math.round((sample.value + chance() - 0.5) * 100) / 100;
  }
}

async function timedMs(run: () => unknown): Promise<number> {
  const before = real.monotonicMs();
  await run();
  return real.monotonicMs() - before;
}

const bytesOf = (...names: string[]): number =>
  names.reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0);

const open = () => openEmbeddedHistory({ clock, log: silentLogger }, { directory, maintainEveryMs: 1e12 });
let history = await open();

/** CPU time of this thread alone, in microseconds. */
function mainCpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

/** Appends an hour as fast as it is taken; the bench's own making of samples is not counted. */
async function appendHour(fromMs: number): Promise<{ seconds: number; mainUs: number }> {
  let [ms, mainUs] = [0, 0];
  for (let atMs = fromMs; atMs < fromMs + HOUR_SEC * 1000; atMs += STEP_SEC * 1000) {
    tick(atMs);
    clock.advance(STEP_SEC * 1000);
    ms += await timedMs(async () => {
      const before = mainCpuUs();
      history.append(samples);
      mainUs += mainCpuUs() - before;
      // The bench outruns any collector; without the wait the bounded buffer would drop.
      while (history.health().pending > 150_000) await new Promise((resolve) => setImmediate(resolve));
    });
  }
  ms += await timedMs(() => history.flush());
  return { seconds: ms / 1000, mainUs };
}

console.log(`embedded history: ${SERIES} series, one sample each ${STEP_SEC} s`);
const peer = await measureRrdtool(real);
const rrd = <Name extends string>(name: Name, value: number | undefined) =>
  value === undefined ? undefined : { name, value };

const perHour = SERIES * (HOUR_SEC / STEP_SEC);
const written = await appendHour(startMs);
printFigure(
  'written, one whole hour of all series',
  perHour / written.seconds,
  'points/s',
  '≥ 500,000',
  rrd('rrdtool update', peer?.updatesPerSec),
);
printFigure('… CPU time of it on the main thread', (written.mainUs * 1000) / perHour, 'ns/point');
printFigure('dropped', history.health().dropped, 'points', '0');
clock.advance(300_000);
printFigure('sort that hour', await timedMs(() => history.maintain()), 'ms');

// What is in a file does not depend on the hour it is of, so the rest of a real installation's layout is copies:
// same sizes, same 40,000 series in each index. Only time to write them is saved.
const firstHour = (TODAY - 1) * 24;
const copy = (from: string, to: string): void => copyFileSync(path.join(directory, from), path.join(directory, to));
for (let hour = firstHour + 1; hour < firstHour + 24; hour++) copy(rawFile(firstHour, 1), rawFile(hour, 1));
await history.close();
clock.advance(TODAY * DAY_SEC * 1000 + 300_000 - clock.nowMs());
history = await open();
printFigure('roll up a day of all series', await timedMs(() => history.maintain()), 'ms');
await history.close();
for (let hour = firstHour - 24; hour < firstHour; hour++) copy(rawFile(firstHour, 1), rawFile(hour, 1));
for (const { name } of TIERS) {
  for (let day = TODAY - 8; day < TODAY - 1; day++) copy(tierFile(name, TODAY - 1), tierFile(name, day));
}
const rollUpBytes = bytesOf(...TIERS.map(({ name }) => tierFile(name, TODAY - 1)));
const rawBytes = bytesOf(rawFile(firstHour, 1));
printFigure('disk, raw samples', rawBytes / perHour, 'B/point');
printFigure(
  'disk, raw and all roll-ups',
  (rawBytes * 24 + rollUpBytes) / (perHour * 24),
  'B/point',
  '≤ 4',
  rrd('RRD file', peer?.bytesPerPoint),
);

history = await open();
const openMs = TODAY * DAY_SEC * 1000;
await appendHour(openMs);
printFigure(
  'memory: the process with an open hour, more than before',
  (process.memoryUsage.rss() - rssBefore) / 1e6,
  'MB',
  '≤ 300',
);

const endMs = openMs + HOUR_SEC * 1000;
async function medianQueryMs(query: Omit<RangeQuery, 'series' | 'agg' | 'toMs'>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { cluster, host, metric } = samples[Math.floor(chance() * SERIES)] ?? { cluster: '', host: '', metric: '' };
    const ms = await timedMs(() =>
      history.query({ ...query, toMs: endMs, series: [{ cluster, host, metric }], agg: 'avg' }),
    );
    times.push(ms);
  }
  return median(times);
}
const charts: [what: string, hours: number, stepSec: number, target?: string, peerMs?: number | undefined][] = [
  ['one series, last hour, step 15 s (open hour)', 1, 15],
  ['one series, a day, step 15 s (raw)', 24, 15, '≤ 10 ms', peer?.xportMs],
  ['one series, a day, step 60 s', 24, 60, '≤ 10 ms', peer?.xportMs],
  ['one series, a week, step 60 s', 168, 60, '≤ 20 ms'],
  ['one series, a week, step 600 s', 168, 600, '≤ 20 ms'],
];
for (const [what, hours, stepSec, target, peerMs] of charts) {
  const ms = await medianQueryMs({ fromMs: endMs - hours * HOUR_SEC * 1000, stepSec });
  printFigure(`${what}, median of ${ROUNDS}`, ms, 'ms', target, rrd('rrdtool xport', peerMs));
}
const keys = samples.slice(0, 1000).map(({ cluster, host, metric }) => ({ cluster, host, metric }));
const manyOf = (series: typeof keys, hours: number, stepSec: number) =>
  timedMs(() => history.query({ series, fromMs: endMs - hours * HOUR_SEC * 1000, toMs: endMs, stepSec, agg: 'avg' }));
printFigure('1,000 series, last hour, step 60 s', await manyOf(keys, 1, 60), 'ms');
printFigure('24 series, a day, step 60 s', await manyOf(keys.slice(0, 24), 24, 60), 'ms');
const backup = mkdtempSync(path.join(os.tmpdir(), 'plexus-bench-'));
let backedUp = 0;
const backupMs = await timedMs(async () => (backedUp = (await history.backup(backup)).bytes));
printFigure('backup while running', backedUp / 1e6 / (backupMs / 1000), 'MB/s');
rmSync(backup, { recursive: true });
await history.close();
printFigure('start, with the log of a whole open hour', await timedMs(async () => (history = await open())), 'ms');
printFigure(
  'memory: largest so far, more than before',
  process.resourceUsage().maxRSS / 1e3 - rssBefore / 1e6,
  'MB',
  '≤ 300',
);
await history.close();
printLoad();
