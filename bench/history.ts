// Embedded metric history: how fast it takes samples, how much disk a sample
// costs, how long the queries of a chart take. Run: node bench/history.ts [series]

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { openEmbeddedHistory, type EmbeddedHistory } from '#store/history/embedded.ts';
import type { RangeQuery } from '#store/history/history.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

const SERIES = Number(process.argv[2] ?? 2000);
const HOURS = 25;
const STEP_SEC = 15;
const METRICS = 40;

const real = systemClock();
const clock = new FakeClock();
const startMs = clock.nowMs();
const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-bench-'));

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

function tick(atMs: number): void {
  for (const [index, sample] of samples.entries()) {
    sample.atMs = atMs + (index % 1000);
    if (index % 3 !== 0) sample.value = Math.round((sample.value + chance() - 0.5) * 100) / 100;
  }
}

const print = (what: string, value: number, unit: string): void =>
  console.log(`${what.padEnd(58)} ${value.toLocaleString('en', { maximumFractionDigits: 1 }).padStart(12)} ${unit}`);

async function timedMs(run: () => Promise<unknown>): Promise<number> {
  const before = real.monotonicMs();
  await run();
  return real.monotonicMs() - before;
}

async function medianQueryMs(history: EmbeddedHistory, query: Omit<RangeQuery, 'series' | 'agg'>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 15; round++) {
    const { cluster, host, metric } = samples[Math.floor(chance() * SERIES)] ?? { cluster: '', host: '', metric: '' };
    times.push(await timedMs(() => history.query({ ...query, series: [{ cluster, host, metric }], agg: 'avg' })));
  }
  return times.toSorted((a, b) => a - b)[7] ?? NaN;
}

console.log(`embedded history: ${SERIES} series, one sample each ${STEP_SEC} s, ${HOURS} hours`);
const open = () => openEmbeddedHistory({ clock, log: silentLogger }, { directory, maintainEveryMs: 1e12 });
let history = await open();

let insertMs = 0;
let sealMs = 0;
for (let hour = 0; hour < HOURS; hour++) {
  insertMs += await timedMs(async () => {
    for (let atSec = hour * 3600; atSec < (hour + 1) * 3600; atSec += STEP_SEC) {
      clock.advance(STEP_SEC * 1000);
      tick(startMs + atSec * 1000);
      history.append(samples);
      // The bench outruns any collector; without the wait the bounded buffer would drop.
      await history.flush();
    }
  });
  // The last hour stays open, as the current one always is.
  if (hour < HOURS - 1) sealMs += await timedMs(() => history.maintain());
  if (hour === 0) clock.advance(300_000);
}
const { written, dropped } = history.health();
print('insert, one commit per 15 s tick of all series', (written / insertMs) * 1000, 'samples/s');
print('dropped', dropped, 'samples');
print('sort and roll up one hour', sealMs / (HOURS - 1), 'ms');
await history.close();
print('disk, raw and all roll-ups', statSync(path.join(directory, 'history.duckdb')).size / written, 'bytes/sample');
print('open, with log of the last seconds', await timedMs(async () => (history = await open())), 'ms');

const endMs = startMs + HOURS * 3_600_000;
const charts: [what: string, hours: number, stepSec: number][] = [
  ['one series, last hour, step 15 s (open hour)', 1, 15],
  ['one series, a day, step 15 s (raw)', 24, 15],
  ['one series, a day, step 60 s (minute roll-up)', 24, 60],
  ['one series, a day, step 600 s (ten-minute roll-up)', 24, 600],
];
for (const [what, hours, stepSec] of charts) {
  print(
    `${what}, median`,
    await medianQueryMs(history, { fromMs: endMs - hours * 3_600_000, toMs: endMs, stepSec }),
    'ms',
  );
}
const series = samples.slice(0, 200).map(({ cluster, host, metric }) => ({ cluster, host, metric }));
const many = await timedMs(() =>
  history.query({ series, fromMs: endMs - 3_600_000, toMs: endMs, stepSec: 60, agg: 'avg' }),
);
print('200 series, last hour, step 60 s', many, 'ms');
print('resident memory of this process', process.memoryUsage.rss() / 1e6, 'MB');
await history.close();
rmSync(directory, { recursive: true });
