// The embedded store: the common contract, and what is true of it alone.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { systemClock } from '#kernel/clock.ts';
import { openEmbeddedHistory, type EmbeddedHistory } from '#store/history/embedded.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { historyContract, point, points, range, sample } from './contract.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'plexus-history-'));
});

afterEach(() => rm(directory, { recursive: true }));

const open = (clock: FakeClock, options = {}): Promise<EmbeddedHistory> =>
  openEmbeddedHistory({ clock, log: silentLogger }, { directory, ...options });

describe('embedded history', () => {
  historyContract(async () => ({ open, remove: async () => undefined }));
});

describe('roll-ups', () => {
  const HOUR = 3600;
  let clock: FakeClock;
  let history: EmbeddedHistory;

  beforeEach(async () => {
    clock = new FakeClock();
    // Each test says itself when upkeep runs.
    history = await open(clock, { maintainEveryMs: Number.MAX_SAFE_INTEGER });
  });

  afterEach(() => history.close());

  /** One sample each 15 s for so many hours, the value being the quarter minute's number modulo 10; one spike. */
  async function live(hours: number): Promise<void> {
    for (let at = 0; at < hours * HOUR; at += 15) {
      if (at % 300 === 0) clock.advance(300_000);
      history.append([sample(at, at === 4815 ? 1000 : (at / 15) % 10)]);
    }
    await history.flush();
  }

  const steps = [15, 45, 60, 90, 600, 3600, 7200];
  for (const stepSec of steps) {
    test(`a chart at step ${stepSec} s is the same before and after the hours were rolled up`, async () => {
      await live(3);
      const query = range(0, 2 * HOUR, { stepSec });
      const before = await points(history, query);
      clock.advance(HOUR * 1000);
      assert.equal((await history.maintain()).sealedHours, 3);
      const after = await points(history, query);
      assert.deepEqual(after.map(rounded), before.map(rounded));
      assert.equal(Math.max(...after.map(([, , , max]) => max)), 1000);
    });
  }

  for (const [agg, expected] of [
    ['last', 9],
    ['min', 0],
    ['max', 1000],
  ] as const) {
    test(`${agg} of a rolled-up hour is ${agg} of its samples`, async () => {
      await live(2);
      clock.advance(HOUR * 1000);
      await history.maintain();
      assert.deepEqual(
        (await points(history, range(HOUR, 2 * HOUR, { stepSec: 3600, agg }))).map(([, value]) => value),
        [expected],
      );
    });
  }

  test('an hour is left alone until its late samples had their time', async () => {
    await live(1);
    clock.advance(299_000);
    assert.equal((await history.maintain()).sealedHours, 0);
    clock.advance(1000);
    assert.equal((await history.maintain()).sealedHours, 1);
    assert.equal((await history.maintain()).sealedHours, 0);
  });

  test('a sample that comes hours late is in every chart at once, and after the next round too', async () => {
    await live(3);
    clock.advance(HOUR * 1000);
    await history.maintain();
    history.append([sample(100, -50)]);
    const expected: [number, number][] = [
      [15, -50],
      [60, -50],
      [3600, -50],
    ];
    const lows = async () =>
      Promise.all(
        expected.map(async ([stepSec]) => {
          const found = await points(history, range(0, HOUR, { stepSec }));
          return [stepSec, Math.min(...found.map(([, , min]) => min))];
        }),
      );
    assert.deepEqual(await lows(), expected);
    const count = (await points(history, range(0, HOUR, { stepSec: 60 }))).length;
    assert.equal((await history.maintain()).sealedHours, 0);
    clock.advance(300_000);
    assert.equal((await history.maintain()).sealedHours, 1);
    assert.deepEqual(await lows(), expected);
    assert.equal((await points(history, range(0, HOUR, { stepSec: 60 }))).length, count);
  });

  test('a late repeat of an instant replaces the value in the roll-ups', async () => {
    await live(1);
    clock.advance(HOUR * 1000);
    await history.maintain();
    history.append([sample(4815 % HOUR, 3), sample(0, 77)]);
    await history.flush();
    clock.advance(300_000);
    await history.maintain();
    assert.deepEqual(await points(history, range(0, 15, { stepSec: 15 })), [point(0, 77, 77, 77)]);
    assert.equal((await points(history, range(0, HOUR, { stepSec: 3600 })))[0]?.[3], 77);
  });

  test('raw goes after two days; the minute, ten-minute and hour tiers answer on, coarser and coarser', async () => {
    await live(2);
    const ages: [days: number, stepSec: number, count: number][] = [
      [1, 15, 240],
      [4, 15, 60],
      [20, 15, 6],
      [120, 15, 1],
      [900, 15, 0],
    ];
    let day = 0;
    for (const [days, stepSec, count] of ages) {
      clock.advance((days - day) * 86_400_000);
      day = days;
      await history.maintain();
      const found = await points(history, range(HOUR, 2 * HOUR, { stepSec }));
      assert.equal(found.length, count, `after ${days} days`);
      if (count > 0) assert.equal(Math.max(...found.map(([, , , max]) => max)), 1000, `the spike after ${days} days`);
    }
  });

  test('a series without points in any tier is forgotten at the next start', async () => {
    await live(1);
    clock.advance(900 * 86_400_000);
    await history.maintain();
    await history.close();
    history = await open(clock);
    assert.deepEqual(await history.listSeries({}), []);
    // Its number is not given to another, who would then not be stored.
    const other = { cluster: 'web', host: 'web2', metric: 'load_one' };
    history.append([{ ...other, hostKey: 'h', value: 7, atMs: clock.nowMs() }]);
    await history.close();
    history = await open(clock);
    assert.deepEqual(await history.listSeries({}), [other]);
  });

  test('appending and reading go on while hours are being sorted', async () => {
    await live(4);
    clock.advance(HOUR * 1000);
    const upkeep = history.maintain();
    for (let second = 0; second < 20; second++) {
      history.append([sample(4 * HOUR + second, second)]);
      assert.equal((await points(history, range(0, 4 * HOUR + 20, { stepSec: 3600 }))).length, 5);
    }
    assert.equal((await upkeep).sealedHours, 4);
  });

  test('close in the middle of sorting loses nothing; the next start sorts again', async () => {
    await live(4);
    const before = await points(history, range(0, 4 * HOUR, { stepSec: 600 }));
    clock.advance(HOUR * 1000);
    const upkeep = history.maintain().then(
      (report) => report.sealedHours,
      () => 'interrupted',
    );
    await history.close();
    assert.ok(['interrupted', 4].includes(await upkeep));
    history = await open(clock);
    assert.deepEqual(await points(history, range(0, 4 * HOUR, { stepSec: 600 })), before);
    await history.maintain();
    assert.deepEqual((await points(history, range(0, 4 * HOUR, { stepSec: 600 }))).map(rounded), before.map(rounded));
  });

  test('samples older than raw retention or far in the future are counted and dropped', async () => {
    history.append([sample(-3 * 86_400, 1), sample(2 * HOUR, 1), sample(NaN, 1), sample(0, 1)]);
    await history.flush();
    assert.equal(history.health().droppedBy?.outside_window, 3);
    assert.equal(history.health().written, 1);
  });

  test('series beyond the bound are counted and dropped, known ones go on', async () => {
    await history.close();
    history = await open(clock, { maxSeries: 2 });
    const names = ['a', 'b', 'c', 'd', 'a'];
    history.append(names.map((host) => sample(1, 1, { cluster: 'web', host, metric: 'load_one' })));
    await history.flush();
    assert.equal(history.health().droppedBy?.too_many_series, 2);
    assert.equal((await history.listSeries({})).length, 2);
  });
});

const rounded = (values: number[]): number[] => values.map((value) => Math.round(value * 1e9) / 1e9);

describe('the file', () => {
  const childScript = path.join(import.meta.dirname, 'append-forever.ts');

  /** A child that appends one sample per tick and prints the number of each after it was appended. */
  function startAppender() {
    const child = spawn(process.execPath, [childScript, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  }

  test('kill -9 loses at most the last second', async () => {
    const { child, lines } = startAppender();
    let last = { number: 0, atMs: 0 };
    const firstAtMs = performance.now();
    while (performance.now() - firstAtMs < 2500) {
      const line = await lines.next();
      const [number, atMs] = String(line.value).split(' ').map(Number);
      last = { number: number ?? 0, atMs: atMs ?? 0 };
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    const history = await openEmbeddedHistory({ clock: systemClock(), log: silentLogger }, { directory });
    const [found] = await history.query({
      series: [{ cluster: 'c', host: 'h', metric: 'm' }],
      fromMs: last.atMs - 60_000,
      toMs: last.atMs + 60_000,
      stepSec: 1,
      agg: 'last',
    });
    await history.close();
    const [newestMs = 0, newest = 0] = found?.points.at(-1) ?? [];
    assert.ok(last.number > 100, `the child appended ${last.number} samples`);
    assert.ok(newest > 0 && last.atMs - newestMs < 2000, `newest second stored ${newestMs}, appended ${last.atMs}`);
    // The child appends every 5 ms, so a second is at most 200 of them.
    assert.ok(last.number - newest <= 200, `stored up to ${newest} of ${last.number}`);
  });

  test('a second process is told who holds the file', async () => {
    const { child, lines } = startAppender();
    await lines.next();
    await assert.rejects(open(new FakeClock()), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'history_locked');
      assert.match(error.message, new RegExp(`in use by process ${child.pid}`));
      return true;
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await open(new FakeClock())).close();
  });

  test('a second open in the same process is refused, and works after close', async () => {
    const history = await open(new FakeClock());
    await assert.rejects(open(new FakeClock()), { code: 'history_locked' });
    await history.close();
    await (await open(new FakeClock())).close();
  });

  const foreign: [string, Uint8Array | string][] = [
    ['a text file', 'this is no history of ours, but a text that somebody left here'],
    ['a file of another kind', Buffer.from('SQLite format 3\0'.padEnd(4096, '\0'))],
    ['a file of zeros', new Uint8Array(20_000)],
  ];
  for (const name of ['raw-490000-1.seg', 'm1-20458.seg', 'series.log']) {
    for (const [what, content] of foreign) {
      test(`${what} in place of ${name} is refused with the way out, and left as it is`, async () => {
        await storeOneSample();
        await writeFile(path.join(directory, name), content);
        await assert.rejects(open(new FakeClock()), (error: Error & { code?: string }) => {
          assert.equal(error.code, 'history_unreadable');
          assert.ok(error.message.includes(name), error.message);
          assert.match(error.message, /[Mm]ove the (file|directory) away/);
          return true;
        });
        assert.deepEqual(await readFile(path.join(directory, name)), Buffer.from(content));
      });
    }
  }

  test('a list of series that is gone is not begun anew: its numbers would name others', async () => {
    await storeOneSample();
    await rm(path.join(directory, 'series.log'));
    await assert.rejects(open(new FakeClock()), { code: 'history_unreadable' });
  });

  async function storeOneSample(): Promise<void> {
    const history = await open(new FakeClock());
    history.append([sample(0, 1)]);
    await history.close();
  }
});
