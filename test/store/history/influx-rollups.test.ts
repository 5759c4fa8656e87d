import { describe, expect, test } from 'vitest';
import { foldRows, splitRange, type RollupRow } from '#store/history/influx/rollups.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = 1000 * DAY_MS;
const day = (days: number) => NOW - days * DAY_MS;
const TEN = { suffix: 'ten', stepSec: 600, keptSec: 90 * 86_400 };
const HOUR = { suffix: 'hour', stepSec: 3600, keptSec: 730 * 86_400 };
const kept = { rawSec: 14 * 86_400, rollups: [TEN, HOUR] };

const split = (fromMs: number, toMs: number, stepSec = 3600) =>
  splitRange({ fromMs, toMs, stepSec }, NOW, kept).map(({ rollup, fromMs: from, toMs: to }) => [
    rollup?.suffix ?? 'raw',
    (NOW - from) / DAY_MS,
    (NOW - to) / DAY_MS,
  ]);

describe('a range is answered from where its samples still are', () => {
  test('the last days from samples', () => expect(split(day(7), NOW)).toEqual([['raw', 7, 0]]));
  test('a month from both', () =>
    expect(split(day(30), NOW)).toEqual([
      ['ten', 30, 14],
      ['raw', 14, 0],
    ]));
  test('three years from all three', () =>
    expect(split(day(1095), day(1))).toEqual([
      ['hour', 1095, 90],
      ['ten', 90, 14],
      ['raw', 14, 1],
    ]));
  test('an old range from one roll-up', () => expect(split(day(50), day(40))).toEqual([['ten', 50, 40]]));
  test('the parts meet at a step, and the roll-up has the step in which samples end', () => {
    const parts = splitRange({ fromMs: day(20), toMs: NOW, stepSec: 86_400 * 5 }, NOW, kept);
    expect(parts.map(({ toMs }) => toMs % (5 * DAY_MS))).toEqual([0, 0]);
    expect(parts[0]?.toMs).toBeGreaterThanOrEqual(day(14));
  });
  test('without roll-ups everything is asked of the samples', () => {
    expect(splitRange({ fromMs: day(500), toMs: NOW, stepSec: 60 }, NOW, { rawSec: 10, rollups: [] })).toEqual([
      { rollup: undefined, fromMs: day(500), toMs: NOW },
    ]);
  });
});

describe('rows of a roll-up', () => {
  const row = (minute: number, value: number, count: number): RollupRow => ({
    ...{ atMs: minute * 60_000, value, count, min: value - 1, max: value + 1, last: value + 0.5 },
  });
  const rows = [row(0, 10, 1), row(10, 20, 3), row(60, 5, 2)];

  test('an average counts every sample once, and no spike is lost', () => {
    expect(foldRows(rows, { stepSec: 3600, agg: 'avg' })).toEqual([
      [0, 17.5, 9, 21],
      [3_600_000, 5, 4, 6],
    ]);
  });
  test.each([
    ['min', [9, 4]],
    ['max', [21, 6]],
    ['last', [20.5, 5.5]],
  ] as const)('%s', (agg, values) => {
    expect(foldRows(rows, { stepSec: 3600, agg }).map(([, value]) => value)).toEqual(values);
  });
});
