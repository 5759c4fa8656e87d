// The embedded store when something dies, fills up or is copied: what was said to
// be stored stays stored.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { openEmbeddedHistory, type EmbeddedHistory } from '#store/history/embedded.ts';
import type { HistoryHealth } from '#store/history/history.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { point, points, range, sample } from './contract.ts';

let directory: string;
let clock: FakeClock;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'plexus-history-'));
  clock = new FakeClock();
});

afterEach(() => rm(directory, { recursive: true }));

const open = (options = {}): Promise<EmbeddedHistory> =>
  openEmbeddedHistory(
    { clock, log: silentLogger },
    { directory, maintainEveryMs: Number.MAX_SAFE_INTEGER, ...options },
  );

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets the event loop turn until it holds; the test's own time limit is the deadline. */
async function turnUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

const script = (name: string): string => path.join(import.meta.dirname, name);

describe('kill -9', () => {
  test(
    'while hours are sorted and a day is rolled up: every flushed sample is there, again and again',
    { timeout: 60_000 },
    async () => {
      let firstTick = 0;
      for (const lines of [20, 45, 7, 60]) {
        const child = spawn(process.execPath, [script('upkeep-forever.ts'), directory, String(firstTick)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let flushed = firstTick;
        let seen = 0;
        for await (const line of createInterface({ input: child.stdout })) {
          flushed = Number(line);
          if (++seen === lines) break;
        }
        child.kill('SIGKILL');
        await once(child, 'exit');
        firstTick = flushed + 1;
      }
      assert.ok(firstTick > 2000, `${firstTick} ticks of 15 s`);

      const startMs = Date.UTC(2026, 0, 5, 20);
      clock = new FakeClock(startMs + firstTick * 15_000);
      const history = await open();
      const series = [0, 57, 99].map((index) => ({ cluster: 'c', host: 'h', metric: `m${index}` }));
      const query = { series, fromMs: startMs, toMs: startMs + firstTick * 15_000, agg: 'last' } as const;
      const raw = await history.query({ ...query, stepSec: 15 });
      const minutes = await history.query({ ...query, stepSec: 60 });
      await history.close();
      for (const [number, offset] of [0, 57, 99].entries()) {
        const expected = Array.from({ length: firstTick }, (_, tick) => tick + offset);
        assert.deepEqual(
          raw[number]?.points.map(([, last]) => last),
          expected,
        );
        assert.deepEqual(
          minutes[number]?.points.map(([, last]) => last),
          expected.filter((_, tick) => tick % 4 === 3 || tick === firstTick - 1),
        );
      }
    },
  );

  test('a log that was torn: the records before are read, and appending goes on', async () => {
    let history = await open();
    history.append([sample(0, 1)]);
    await history.flush();
    history.append([sample(60, 2)]);
    await history.close();
    const log = (await readdir(directory)).find((name) => name.startsWith('arrivals'));
    const file = path.join(directory, log ?? '');
    await writeFile(file, (await readFile(file)).subarray(0, -1));
    history = await open();
    history.append([sample(120, 3)]);
    assert.deepEqual(await points(history, range(0, 180)), [point(0, 1, 1, 1), point(120, 3, 3, 3)]);
    await history.close();
  });
});

test('a crash while raw files are dropped: the roll-ups are not made again from what is left', async () => {
  let history = await open();
  // Each hour of this day, from nine o'clock on.
  for (let hour = 0; hour < 15; hour++) {
    history.append([sample(hour * 3600, hour)]);
    await history.flush();
    clock.advance(3_600_000);
  }
  clock.advance(3_600_000);
  await history.maintain();
  const query = range(0, 15 * 3600, { stepSec: 3600 });
  const before = await points(history, query);
  assert.equal(before.length, 15);
  await history.close();
  const raw = (await readdir(directory)).filter((name) => name.startsWith('raw')).toSorted();
  await rm(path.join(directory, raw[3] ?? ''));
  history = await open();
  const late = sample(3 * 3600 + 60, -1);
  history.append([late]);
  await history.flush();
  assert.equal(history.health().droppedBy?.outside_window, 1);
  assert.equal((await history.maintain()).rolledDays, 0);
  assert.deepEqual(await points(history, query), before);
  assert.equal((await points(history, range(0, 15 * 3600, { stepSec: 15 }))).length, 15);
  clock.advance(3 * 86_400_000);
  assert.equal((await history.maintain()).droppedFiles, 14);
  assert.deepEqual(await points(history, query), before);
  await history.close();
});

test('the database thread dies: the history says so, starts it again and loses nothing', async () => {
  const workers: Worker[] = [];
  const onWorker = (worker: Worker) => workers.push(worker);
  process.on('worker', onWorker);
  try {
    const history = await open();
    history.append([sample(0, 1), sample(0, 5, { cluster: 'web', host: 'web2', metric: 'load_one' })]);
    await history.flush();
    history.append([sample(60, 2)]);
    const stopped = once(workers[0] ?? process, 'exit');
    await workers[0]?.terminate();
    await stopped;
    await turn();
    assert.equal(history.health().ok, false);
    assert.match(history.health().lastError ?? '', /thread has stopped/);
    await assert.rejects(history.query(range(0, 180)), { code: 'history_stopped', retry: 'later', status: 503 });
    history.append([sample(120, 3)]);
    for (; !history.health().ok || history.health().pending > 0; await turn()) clock.advance(100);
    assert.deepEqual(await points(history, range(0, 180)), [
      point(0, 1, 1, 1),
      point(60, 2, 2, 2),
      point(120, 3, 3, 3),
    ]);
    assert.equal(workers.length, 2);
    assert.deepEqual(history.health().droppedBy, {});
    await history.close();
  } finally {
    process.off('worker', onWorker);
  }
});

const mayMount = spawnSync('unshare', ['-m', 'true']).status === 0;
test.skipIf(!mayMount)(
  'a disk that is full: bounded, counted, and all that is left is written when there is room',
  async () => {
    const shell = `mount -t tmpfs -o size=4m tmpfs "$1" && exec "$2" "$3" "$1"`;
    const child = spawnSync(
      'unshare',
      ['-m', 'sh', '-c', shell, 'sh', directory, process.execPath, script('fill-the-disk.ts')],
      { encoding: 'utf8' },
    );
    assert.equal(child.status, 0, child.stderr);
    const { full, after, appended, newest } = JSON.parse(child.stdout) as {
      full: HistoryHealth;
      after: HistoryHealth;
      appended: number;
      newest: number;
    };
    assert.match(full.lastError ?? '', /no space left/);
    assert.ok(full.pending <= 50_000 + 65_536, `${full.pending} samples wait`);
    assert.ok((full.droppedBy?.buffer_full ?? 0) > 0);
    assert.deepEqual([after.ok, after.pending], [true, 0]);
    assert.equal(after.written + after.dropped, appended);
    assert.equal(newest, appended - 1);
  },
);

test('more samples in an hour than memory may hold: they are sorted early, and every answer is right', async () => {
  const history = await open({ memoryLimitMb: 1 });
  const series = Array.from({ length: 400 }, (_, index) => ({ cluster: 'c', host: 'h', metric: `m${index}` }));
  for (let second = 0; second < 1200; second++) {
    history.append(series.map((key, index) => sample(second, Math.sqrt(second * index), key)));
    if (second % 100 === 99) await history.flush();
  }
  assert.ok((await readdir(directory)).filter((name) => name.startsWith('raw')).length > 1);
  const query = range(0, 1200, { series: [series[0], series[399]].filter((key) => key !== undefined), stepSec: 1 });
  const check = async () => {
    const [flat, steep] = await history.query(query);
    assert.deepEqual(flat?.points.length, 1200);
    assert.deepEqual(
      steep?.points.map(([, value]) => value),
      Array.from({ length: 1200 }, (_, second) => Math.sqrt(second * 399)),
    );
  };
  await check();
  clock.advance(7_200_000);
  await history.maintain();
  assert.deepEqual((await readdir(directory)).filter((name) => name.startsWith('raw')).length, 1);
  await check();
  await history.close();
});

test('an hour whose file is damaged does not keep the others from being sorted, nor old files from going', async () => {
  const history = await open();
  const names = async () => (await readdir(directory)).filter((name) => /^(raw|arrivals)/.test(name)).toSorted();
  history.append([sample(0, 1)]);
  await history.flush();
  clock.advance(4_000_000);
  await history.maintain();
  const [damaged = ''] = await names();
  await writeFile(path.join(directory, damaged), 'no segment');
  history.append([sample(60, 2), sample(3600, 3)]);
  await history.flush();
  clock.advance(8_000_000);
  await assert.rejects(history.maintain(), { code: 'history_unreadable' });
  const hour = Number(damaged.split('-')[1]);
  assert.deepEqual(
    (await names()).map((name) => name.replace(/-\d+\.(log|seg)$/, '')),
    [`arrivals-${hour}`, `raw-${hour}`, `raw-${hour + 1}`],
  );
  await history.close();
});

describe('backup', () => {
  test('while samples stream in: the copy opens, and everything appended before is in it', async () => {
    const history = await open();
    const series = Array.from({ length: 500 }, (_, index) => ({ cluster: 'c', host: 'h', metric: `m${index}` }));
    let second = 0;
    const append = () => {
      history.append(series.map((key) => sample(second, second, key)));
      second++;
    };
    while (second < 300) append();
    clock.advance(4_000_000);
    await history.flush();
    await history.maintain();
    while (second < 600) append();
    const copy = path.join(directory, 'copy');
    const backup = history.backup(copy);
    let done = false;
    backup.finally(() => (done = true)).catch(() => undefined);
    // At full speed, as far as the buffer takes it: the copy must not need a pause.
    for (; !done; await turn()) if (history.health().pending < 50_000) append();
    const { bytes, atMs } = await backup;
    assert.equal(atMs, clock.nowMs());
    assert.ok(second > 600, 'batches came during the backup');
    assert.equal(history.health().dropped, 0);
    await history.close();

    const restored = await openEmbeddedHistory({ clock, log: silentLogger }, { directory: copy });
    const sizes = await Promise.all(
      (await readdir(copy)).map(async (name) => (await readFile(path.join(copy, name))).length),
    );
    assert.ok(bytes > 10_000 && bytes <= sizes.reduce((sum, size) => sum + size, 0));
    const [found] = await restored.query(range(0, 600, { series: series.slice(499), stepSec: 1 }));
    assert.deepEqual(
      found?.points.map(([, value]) => value),
      Array.from({ length: 600 }, (_, at) => at),
    );
    assert.equal((await restored.listSeries({})).length, 500);
    await restored.close();
  });

  test('into a directory that holds something is refused', async () => {
    const history = await open();
    await writeFile(path.join(directory, 'mine'), 'x');
    await assert.rejects(history.backup(directory), { code: 'history_backup_target', status: 400 });
    await history.close();
  });
});

test('upkeep that fails is seen in the health, and forgotten when it works again', async () => {
  const history = await open({ maintainEveryMs: 4_000_000 });
  history.append([sample(0, 1)]);
  await history.flush();
  // Where the sorted hour is to be written, something lies in the way.
  const hour = Math.floor(clock.nowMs() / 3_600_000);
  const blocked = path.join(directory, `raw-${hour}-1.seg`);
  const obstacle = path.join(blocked, 'obstacle');
  await mkdir(obstacle, { recursive: true });
  clock.advance(4_000_000);
  await turnUntil(() => !history.health().ok);
  assert.match(history.health().lastError ?? '', /raw-/);
  assert.deepEqual(await points(history, range(0, 60)), [point(0, 1, 1, 1)]);
  await rm(blocked, { recursive: true });
  clock.advance(4_000_000);
  await turnUntil(() => history.health().ok);
  assert.deepEqual(await points(history, range(0, 60)), [point(0, 1, 1, 1)]);
  await history.close();
});
