import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Point } from '#store/history/history.ts';
import { ratesOf } from '#store/history/query/rate.ts';

/** Readings of a counter, each the only one of its second. */
const readings = (...pairs: [sec: number, value: number][]): Point[] =>
  pairs.map(([sec, value]) => [sec * 1000, value, value, value]);

const bySecond = { fromMs: 0, stepSec: 1 };

describe('a counter becomes its change per second', () => {
  const cases: [title: string, points: Point[], rates: [sec: number, rate: number][]][] = [
    [
      'steady',
      readings([0, 100], [10, 150], [20, 200]),
      [
        [10, 5],
        [20, 5],
      ],
    ],
    ['standing still', readings([0, 7], [10, 7]), [[10, 0]]],
    [
      'begun anew: no spike, and what it has counted since',
      readings([0, 1000], [10, 20], [20, 40]),
      [
        [10, 2],
        [20, 2],
      ],
    ],
    ['one reading says nothing', readings([0, 5]), []],
    ['none', [], []],
  ];
  test.each(cases)('%s', (_title, points, rates) => {
    expect(ratesOf(points, 'counter', bySecond)).toEqual(rates.map(([sec, rate]) => [sec * 1000, rate, rate, rate]));
  });

  test('no rate is drawn across a silence', () => {
    const points = readings([0, 0], [10, 10], [20, 20], [500, 5000], [510, 5010]);
    expect(ratesOf(points, 'counter', bySecond).map(([atMs]) => atMs / 1000)).toEqual([10, 20, 510]);
  });

  test('a reset inside a rolled-up minute is seen by its maximum and minimum', () => {
    const minutes: Point[] = [
      [0, 600, 0, 600],
      // To 900, then anew up to 100.
      [60_000, 100, 10, 900],
      [120_000, 700, 110, 700],
    ];
    const rates = ratesOf(minutes, 'counter', { fromMs: 0, stepSec: 60 });
    expect(rates.map(([, rate]) => rate * 60)).toEqual([400, 600]);
  });

  test('a reset that climbed beyond the old reading within the minute is seen by its minimum', () => {
    const minutes: Point[] = [
      [0, 50, 0, 50],
      [60_000, 80, 0, 80],
    ];
    expect(ratesOf(minutes, 'counter', { fromMs: 0, stepSec: 60 })[0]?.[1]).toBeCloseTo(80 / 60);
  });

  test('a burst shorter than the step stays visible as the maximum', () => {
    const points = readings([0, 0], [10, 0], [20, 1000], [30, 1000], [40, 1000], [50, 1000]);
    const [, step] = ratesOf(points, 'counter', { fromMs: 0, stepSec: 20 });
    expect(step).toEqual([20_000, 50, 0, 100]);
  });

  test('the reading before the range lends the first rate, and is not shown itself', () => {
    const points = readings([0, 0], [15, 15], [30, 30], [45, 90]);
    expect(ratesOf(points, 'counter', { fromMs: 30_000, stepSec: 15 })).toEqual([
      [30_000, 1, 1, 1],
      [45_000, 4, 4, 4],
    ]);
  });

  test('a derivative may fall', () => {
    expect(ratesOf(readings([0, 100], [10, 50]), 'derivative', bySecond)).toEqual([[10_000, -5, -5, -5]]);
  });

  test('whatever is counted, no rate of a counter is negative', () => {
    const counts = fc.array(fc.nat(1_000_000), { minLength: 2, maxLength: 50 });
    fc.assert(
      fc.property(counts, (values) => {
        const points = readings(...values.map((value, index): [number, number] => [index * 10, value]));
        for (const [, rate, min, max] of ratesOf(points, 'counter', { fromMs: 0, stepSec: 30 })) {
          expect(min).toBeGreaterThanOrEqual(0);
          expect(rate).toBeGreaterThanOrEqual(min - 1e-9);
          expect(rate).toBeLessThanOrEqual(max + 1e-9);
        }
      }),
    );
  });

  test('without resets the rates add up to what was counted, at any step', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { minLength: 2, maxLength: 60 }),
        fc.constantFrom(10, 20, 60),
        (increases, stepSec) => {
          let total = 0;
          const points = readings(...increases.map((by, index): [number, number] => [index * 10, (total += by)]));
          const counted = total - (increases[0] ?? 0);
          const rates = ratesOf(points, 'counter', { fromMs: 0, stepSec });
          const perStep = stepSec / 10;
          const intervals = new Map<number, number>();
          for (let index = 1; index < increases.length; index++) {
            const step = Math.floor(index / perStep);
            intervals.set(step, (intervals.get(step) ?? 0) + 10);
          }
          const sum = rates.reduce((all, [atMs, rate]) => all + rate * (intervals.get(atMs / 1000 / stepSec) ?? 0), 0);
          expect(sum).toBeCloseTo(counted, 6);
        },
      ),
    );
  });
});
