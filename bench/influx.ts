// Writing into InfluxDB 1.x: our store, with its buffer, spool and accounting, beside
// the same lines built and posted with nothing around them. Run: node bench/influx.ts [outage seconds]

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Pool } from 'undici';
import { systemClock } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { silentLogger } from '#kernel/log.ts';
import { openInfluxHistory } from '#store/history/influx.ts';
import { createPointLines } from '#store/history/influx/point-lines.ts';
import { startInfluxd } from '#test/store/history/influxd.ts';
import { median, printFigure, printLoad } from './figures.ts';

const SERIES = 40_000;
const BATCH = 2000;
// Lines of one request, as many as ours have.
const LINES = 5000;
const POINTS = 400_000;
const ROUNDS = 3;
const clock = systemClock();
const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-bench-'));
const influxd = await startInfluxd();

const series = Array.from({ length: SERIES }, (_, index) => ({
  cluster: 'bench',
  host: `host-${Math.floor(index / 40)}`,
  hostKey: `10.0.${Math.floor(index / 40)}.1`,
  metric: `metric_${index % 40}`,
}));
let tick = Math.floor(clock.nowMs() / 1000) * 1000 - 3_600_000;

// Made once: what the collector spends on its samples is not the writer's.
const samples: Sample[][] = [];
for (let start = 0; start < SERIES; start += BATCH)
  samples.push(
    series.slice(start, start + BATCH).map((key, index) => ({ ...key, value: (index * 7) % 1000, atMs: 0 })),
  );

/** All series at their next instant, in batches as the collector hands them over. */
function* batches(): Generator<Sample[]> {
  for (let sent = 0; sent < POINTS; sent += SERIES) {
    tick += 15_000;
    for (const batch of samples) {
      for (const sample of batch) sample.atMs = tick;
      yield batch;
    }
  }
}

/** The same lines built and posted, two requests on their way, with no buffer, spool or accounting around them. */
async function bareRate(database: string): Promise<number> {
  const pool = new Pool(influxd.url, { connections: 2 });
  await fetch(`${influxd.url}/query?q=${encodeURIComponent(`CREATE DATABASE ${database}`)}`, { method: 'POST' });
  const lineOf = createPointLines();
  const bodies = (function* () {
    let lines: string[] = [];
    for (const batch of batches()) {
      for (const sample of batch) {
        if (lines.push(lineOf(sample)) < LINES) continue;
        yield `${lines.join('\n')}\n`;
        lines = [];
      }
    }
  })();
  const startTick = clock.monotonicMs();
  const send = async () => {
    for (const body of bodies) {
      const answer = await pool.request({ method: 'POST', path: `/write?db=${database}&precision=ms`, body });
      await answer.body.dump();
      if (answer.statusCode !== 204) throw new Error(`influxd answered ${answer.statusCode}`);
    }
  };
  await Promise.all([send(), send()]);
  const rate = (POINTS / (clock.monotonicMs() - startTick)) * 1000;
  await pool.close();
  return rate;
}

const open = (database: string) =>
  openInfluxHistory(
    { clock, log: silentLogger },
    {
      url: influxd.url,
      version: '1',
      database,
      spoolDirectory: path.join(directory, database),
      spoolMaxBytes: 4e9,
    },
  );

async function ourRate(database: string): Promise<number> {
  const history = await open(database);
  const startTick = clock.monotonicMs();
  for (const batch of batches()) {
    history.append(batch);
    // The collector's packets come in between; a full buffer would drop.
    while (history.health().pending > 60_000) await clock.sleep(5);
    await nextTurn();
  }
  await history.flush();
  const rate = (POINTS / (clock.monotonicMs() - startTick)) * 1000;
  const { written, dropped } = history.health();
  if (written !== POINTS || dropped > 0) throw new Error(`${written} written, ${dropped} dropped of ${POINTS}`);
  await history.close();
  return rate;
}

/** The server away for so long under 10,000 samples a second; every one must be there afterwards. */
async function outage(seconds: number): Promise<void> {
  const history = await open('outage');
  let appended = 0;
  const load = clock.every(200, () => {
    const atMs = clock.nowMs();
    history.append(series.slice(0, BATCH).map((key) => ({ ...key, value: 1, atMs })));
    appended += BATCH;
  });
  await clock.sleep(3000);
  await influxd.stop();
  await clock.sleep(seconds * 1000);
  const spooled = history.health().pending;
  await influxd.start();
  const backTick = clock.monotonicMs();
  load.cancel();
  while (history.health().pending > 0) await clock.sleep(50);
  printFigure(`away for ${seconds} s under 10,000/s: samples on the spool`, spooled, '');
  printFigure('… replayed after its return', (clock.monotonicMs() - backTick) / 1000, 's');
  printFigure('… lost', appended - history.health().written, 'samples', '0');
  await history.close();
}

try {
  const [longOutage] = process.argv.slice(2);
  if (longOutage !== undefined) await outage(Number(longOutage));
  else {
    const [ours, bare]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(await bareRate(`bare${round}`));
      ours.push(await ourRate(`ours${round}`));
    }
    const peer = { name: 'bare lines', value: median(bare) };
    printFigure('written into InfluxDB 1.x, 40,000 series', median(ours), 'points/s', '≥ 90 % of bare', peer);
    await outage(5);
  }
  printLoad();
} finally {
  await influxd.remove();
  rmSync(directory, { recursive: true });
}
