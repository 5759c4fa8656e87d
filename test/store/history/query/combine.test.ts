import { describe, expect, test } from 'vitest';
import type { Point, SeriesPoints } from '#store/history/history.ts';
import { combineSeries, heldPoints } from '#store/history/query/combine.ts';
import { topSeries } from '#store/history/query/top.ts';

const STEP = { stepSec: 15, toMs: 60_000 };

const series = (host: string, values: (number | undefined)[], cluster = 'web'): SeriesPoints => ({
  labels: { cluster, host, metric: 'load_one' },
  points: values.flatMap((value, index): Point[] =>
    value === undefined ? [] : [[index * 15_000, value, value - 1, value + 1]],
  ),
});

describe('many hosts become one series', () => {
  const hosts = [series('a', [1, 2]), series('b', [3, 4]), series('c', [10, 20])];
  const cases: [how: string, first: Point][] = [
    ['sum', [0, 14, 11, 17]],
    ['avg', [0, 14 / 3, 0, 11]],
    ['min', [0, 1, 0, 11]],
    ['max', [0, 10, 0, 11]],
    ['count', [0, 3, 3, 3]],
    ['p50', [0, 3, 0, 11]],
    ['p99.9', [0, 10, 0, 11]],
  ];
  test.each(cases)('%s', (how, first) => {
    const [combined, ...others] = combineSeries(hosts, { ...STEP, toMs: 30_000, with: how, by: [] });
    expect(others).toEqual([]);
    expect(combined?.points[0]).toEqual(first);
    expect(combined).toMatchObject({ members: 3, labels: { cluster: 'web', host: '', metric: 'load_one' } });
  });

  test('grouped by cluster there is one for each, in the order they were found', () => {
    const both = [series('a', [1], 'web'), series('x', [5], 'db'), series('b', [2], 'web')];
    const combined = combineSeries(both, { ...STEP, toMs: 15_000, with: 'sum', by: ['cluster'] });
    expect(combined.map(({ labels, points }) => [labels.cluster, labels.host, points[0]?.[1]])).toEqual([
      ['web', '', 3],
      ['db', 'x', 5],
    ]);
  });

  test('hosts that speak in turn do not make their sum jump', () => {
    const turns = [series('a', [1, undefined, 1, undefined]), series('b', [undefined, 2, undefined, 2])];
    const [sum] = combineSeries(turns, { ...STEP, with: 'sum', by: [] });
    expect(sum?.points.map(([, value]) => value)).toEqual([1, 3, 3, 3]);
  });

  test('a host that died leaves the sum', () => {
    const dead = [series('a', [1, 1, 1, 1, 1, 1, 1, 1]), series('b', [5, 5])];
    const [sum] = combineSeries(dead, { stepSec: 15, toMs: 120_000, with: 'sum', by: [] });
    expect(sum?.points.map(([, value]) => value)).toEqual([6, 6, 1, 1, 1, 1, 1, 1]);
  });

  test('a gap of a single host stays a gap', () => {
    const held = heldPoints(series('a', [1, 1, 1, undefined, undefined, undefined, 1]).points, {
      stepSec: 15,
      toMs: 105_000,
    });
    expect(held.map(([atMs]) => atMs / 15_000)).toEqual([0, 1, 2, 6]);
  });

  test('nothing is held beyond the range', () => {
    const rare = heldPoints(
      [
        [0, 1, 1, 1],
        [60_000, 2, 2, 2],
      ],
      { stepSec: 15, toMs: 90_000 },
    );
    expect(rare.map(([atMs]) => atMs)).toEqual([0, 15_000, 30_000, 45_000, 60_000, 75_000]);
  });
});

describe('the series that stand out', () => {
  const all = [series('calm', [1, 1]), series('spike', [0, 9]), series('busy', [5, 6]), series('silent', [])];
  const names = (options: Parameters<typeof topSeries>[1]) => topSeries(all, options).map(({ labels }) => labels.host);
  test('by average, the default', () => expect(names({ count: 2 })).toEqual(['busy', 'spike']));
  test('by maximum', () => expect(names({ count: 1, by: 'max' })).toEqual(['spike']));
  test('by the last value', () => expect(names({ count: 2, by: 'last' })).toEqual(['spike', 'busy']));
  test('the lowest, and a series without values comes last', () =>
    expect(names({ count: 4, by: 'min', lowest: true })).toEqual(['spike', 'calm', 'busy', 'silent']));
});
