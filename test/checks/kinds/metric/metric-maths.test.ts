// The arithmetic of metric checks: by examples, and by what must hold for any numbers.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseThresholdRange } from '#wire/threshold-range.ts';
import { counterRate } from '#checks/kinds/metric/counter-rate.ts';
import { describeRange } from '#checks/kinds/metric/limits.ts';
import { findOddOnes } from '#checks/kinds/metric/odd-ones.ts';
import { fitLine, forecastLimit } from '#checks/kinds/metric/trend.ts';
import { deviationOf, earlierSlots } from '#checks/kinds/metric/usual-value.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 0, 5, 9);

const rates: [string, [number, number][], number | undefined][] = [
  ['nothing', [], undefined],
  ['one reading', [[0, 5]], undefined],
  ['two readings at one instant', [[0, 5], [0, 9]], undefined],
  ['steady growth', [[0, 5], [10_000, 25], [20_000, 45]], 2],
  ['a standstill', [[0, 5], [10_000, 5]], 0],
  ['a restart', [[0, 100], [10_000, 110], [20_000, 10]], 1],
]; // prettier-ignore
test.each(rates)('growth of %s', (_, readings, perSecond) => {
  expect(counterRate(readings)).toBe(perSecond);
});

test('a counter never falls, whatever it does', () => {
  const readings = fc.array(fc.nat(1e9), { minLength: 2 });
  fc.assert(
    fc.property(readings, (values) => {
      expect(counterRate(values.map((value, at) => [at * 1000, value]))).toBeGreaterThanOrEqual(0);
    }),
  );
});

const words: [string, string][] = [
  ['10', 'outside 0 to 10'],
  ['10:', 'below 10'],
  ['~:10', 'above 10'],
  ['10:20', 'outside 10 to 20'],
  ['@10:20', 'from 10 to 20'],
  ['@~:10', 'at most 10'],
  ['@10:', 'at least 10'],
  ['0', 'other than 0'],
  ['~:', 'never'],
  ['@~:', 'always'],
];
test.each(words)('the range %s alerts %s', (text, expected) => {
  const range = parseThresholdRange(text);
  expect(range.ok && describeRange(range.value)).toBe(expected);
});

const line = (perHour: number, startsAt: number, points: number, spanMs = 6 * HOUR_MS): [number, number][] =>
  Array.from({ length: points }, (_, at) => {
    const sinceMs = (at * spanMs) / (points - 1);
    return [NOW_MS - spanMs + sinceMs, startsAt + (perHour * sinceMs) / HOUR_MS];
  });

test('a straight line is met where it crosses the limit', () => {
  const perHour = fc.double({ min: 0.001, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      perHour,
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      fc.integer({ min: 3, max: 60 }),
      (slope, start, points) => {
        const [, current = 0] = line(slope, start, points).at(-1) ?? [];
        const limit = current + slope * 5;
        const up = forecastLimit(fitLine(line(slope, start, points)), { current, limit, direction: 'rising' });
        expect(up?.hoursLeft).toBeCloseTo(5, 3);
        // Upside down it is the same story.
        const down = line(slope, start, points).map(([atMs, value]): [number, number] => [atMs, -value]);
        const fall = forecastLimit(fitLine(down), { current: -current, limit: -limit, direction: 'falling' });
        expect(fall?.hoursLeft).toBeCloseTo(5, 3);
      },
    ),
  );
});

test('a line that is level or leads away never reaches the limit', () => {
  const away = fc.double({ min: -1e6, max: 0, noNaN: true });
  fc.assert(
    fc.property(away, fc.double({ min: -1e6, max: 1e6, noNaN: true }), (slope, start) => {
      const points = line(slope, start, 30);
      const current = points.at(-1)?.[1] ?? 0;
      const goal = { current, limit: current + 1, direction: 'rising' } as const;
      expect(forecastLimit(fitLine(points), goal)).toBeNull();
    }),
  );
});

test('noise without a trend is no forecast, and noise on a trend moves it little', () => {
  const noise = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 });
  fc.assert(
    fc.property(noise, (jitter) => {
      const noisy = (slope: number, size: number) =>
        line(slope, 50, 60).map(([atMs, value], at): [number, number] => [atMs, value + (jitter[at] ?? 0) * size]);
      const rising = forecastLimit(fitLine(noisy(2, 0.5)), { current: 62, limit: 72, direction: 'rising' });
      expect(rising?.hoursLeft).toBeGreaterThan(3.5);
      expect(rising?.hoursLeft).toBeLessThan(8);
    }),
  );
  // Saw teeth: a log that is rotated every hour.
  const teeth = Array.from({ length: 60 }, (_, at): [number, number] => [NOW_MS + at * 360_000, 50 + (at % 10)]);
  expect(forecastLimit(fitLine(teeth), { current: 59, limit: 100, direction: 'rising' })).toBeNull();
  const restless = Array.from({ length: 60 }, (_, at): [number, number] => [NOW_MS + at * 360_000, (at * 7919) % 13]);
  expect(forecastLimit(fitLine(restless), { current: 6, limit: 13, direction: 'rising' })).toBeNull();
});

test('a limit that is reached needs no trend', () => {
  expect(forecastLimit(undefined, { current: 100, limit: 100, direction: 'rising' })?.hoursLeft).toBe(0);
  expect(forecastLimit(undefined, { current: 4, limit: 5, direction: 'falling' })?.hoursLeft).toBe(0);
  expect(forecastLimit(fitLine([]), { current: 4, limit: 5, direction: 'rising' })).toBeNull();
  expect(fitLine([[NOW_MS, 1], [NOW_MS, 2]])).toBeUndefined(); // prettier-ignore
});

test('the same time of earlier weeks and days is looked at, an hour wide', () => {
  const weeks = earlierSlots(NOW_MS, 'time_of_week', 4);
  expect(weeks.map(({ fromMs }) => new Date(fromMs).toISOString().slice(0, 16))).toEqual([
    '2025-12-29T08:30',
    '2025-12-22T08:30',
    '2025-12-15T08:30',
    '2025-12-08T08:30',
  ]);
  expect(weeks.every(({ fromMs, toMs }) => toMs - fromMs === HOUR_MS)).toBe(true);
  expect(earlierSlots(NOW_MS, 'time_of_day', 2)).toHaveLength(14);
});

const deviations: [string, number, number[][], number][] = [
  ['the usual value', 10, [[9, 10, 11], [9, 10, 11], [9, 10, 11]], 0],
  ['one outage last week changes nothing', 10, [[10, 10], [10, 10], [0, 0], [10, 10]], 0],
  ['a value above', 20, [[9, 10, 11], [9, 10, 11], [9, 10, 11]], 6.7449],
  ['a value below', 0, [[9, 10, 11], [9, 10, 11], [9, 10, 11]], -6.7449],
  ['what never moved has one percent to move', 101, [[100], [100], [100]], 1],
  ['what was always nothing and is something', 1, [[0], [0], [0]], 1000],
]; // prettier-ignore
test.each(deviations)('%s', (_, value, earlier, times) => {
  const found = deviationOf(value, earlier, 0);
  expect(found.known && found.times).toBeCloseTo(times, 3);
});

test('what is usual does not depend on the order of the weeks, and nothing is off by more than a thousand', () => {
  const slot = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 13 });
  fc.assert(
    fc.property(
      fc.array(slot, { minLength: 3, maxLength: 8 }),
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      (slots, value) => {
        const found = deviationOf(value, slots, 0);
        expect(found).toEqual(deviationOf(value, slots.toReversed(), 0));
        expect(found.known && Math.abs(found.times) <= 1000).toBe(true);
      },
    ),
  );
});

const oddities: [string, number[], { absolute: number; percent: number }, number | undefined, number[]][] = [
  ['no host', [], { absolute: 0, percent: 0 }, undefined, []],
  ['all alike', [4, 4, 4], { absolute: 0, percent: 0 }, 4, []],
  ['one differs', [4, 5, 4], { absolute: 0, percent: 0 }, 4, [5]],
  ['a tie goes to the lower one', [5, 4], { absolute: 0, percent: 0 }, 4, [5]],
  ['within the tolerance', [4, 5, 4.5], { absolute: 0.5, percent: 0 }, 4.5, []],
  ['within a tenth', [100, 109, 120, 95], { absolute: 0, percent: 10 }, 100, [120]],
];
test.each(oddities)('odd ones: %s', (_, values, tolerance, usual, odd) => {
  const found = findOddOnes(values.map((value, at) => ({ name: `web-${at}`, value })), tolerance); // prettier-ignore
  expect([found?.usual, found?.odd.map(({ value }) => value) ?? []]).toEqual([usual, odd]);
});

test('the odd ones are those out of tolerance, never all, whatever the order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 }),
      fc.nat(5),
      (values, absolute) => {
        const hosts = values.map((value, at) => ({ name: String(at), value }));
        const found = findOddOnes(hosts, { absolute, percent: 0 });
        const usual = found?.usual ?? Number.NaN;
        expect(found?.odd).toEqual(hosts.filter(({ value }) => Math.abs(value - usual) > absolute));
        expect(found?.odd.length).toBeLessThan(values.length);
        expect(findOddOnes(hosts.toReversed(), { absolute, percent: 0 })?.usual).toBe(usual);
      },
    ),
  );
});
