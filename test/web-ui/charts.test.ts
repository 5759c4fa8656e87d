// What a chart draws: holes where nothing was heard, derived series, ticks, marks.

import { describe, expect, test } from 'vitest';
import { axisOf } from '#web/ui/parts/charts/chart-config.ts';
import { chartPoints, derivePoints, valueAt } from '#web/ui/parts/charts/chart-points.ts';
import { laneMarks, type LaneEvent } from '#web/ui/parts/charts/lane-marks.ts';
import { timeTicks } from '#web/ui/parts/charts/time-ticks.ts';
import { sparkShape } from '#web/ui/parts/sparkline-path.ts';
import { CORE_METRICS, coreNow, corePoints } from '#web/ui/screens/hosts/core-metrics.ts';
import type { Point } from '#web/ui/data/metrics.ts';

const at = (...pairs: [number, number][]): Point[] => pairs.map(([ms, value]) => [ms, value, value - 1, value + 1]);

describe('points', () => {
  test('a pause as long as allowed is no gap, a longer one is', () => {
    const whole = chartPoints(at([0, 1], [100, 2]), 100);
    expect(whole.line).toHaveLength(2);
    const holed = chartPoints(at([0, 1], [101, 2]), 100);
    expect(holed.line.map((point) => Number.isNaN(point.y))).toEqual([false, true, false]);
    expect(holed.low).toHaveLength(3);
    expect(holed.high).toHaveLength(3);
  });
  test('the summary sees the extremes of the band, not only the averages', () => {
    expect(chartPoints(at([0, 5], [1, 9], [2, 7]), 10).summary).toEqual({ last: 7, min: 4, max: 10 });
  });
  test('no points, no summary', () =>
    expect(chartPoints([], 10)).toEqual({ line: [], low: [], high: [], summary: null }));
  test('the value under the pointer is the nearest, if it is near', () => {
    const { line } = chartPoints(at([0, 1], [10, 2], [20, 3]), 100);
    expect([valueAt(line, 12, 5), valueAt(line, 17, 5), valueAt(line, 40, 5), valueAt([], 1, 5)]).toEqual([
      2,
      3,
      null,
      null,
    ]);
  });
  test('a derived series counts only instants at which every part speaks, and orders its band', () => {
    const idle = at([0, 60], [10, 70]);
    expect(derivePoints([idle], ([value = 0]) => 100 - value)).toEqual([
      [0, 40, 39, 41],
      [10, 30, 29, 31],
    ]);
    expect(derivePoints([idle, at([10, 1])], ([a = 0, b = 0]) => a + b)).toEqual([[10, 71, 69, 73]]);
  });
});

describe('core metrics', () => {
  const memory = CORE_METRICS.find((core) => core.key === 'memory');
  const answer = (parts: Record<string, Point[]>) => ({
    fromMs: 0,
    toMs: 100,
    stepSec: 1,
    series: Object.entries(parts).map(([metric, points]) => ({ labels: { cluster: 'c', host: 'h', metric }, points })),
  });
  test('memory holds a total that is reported once an hour', () => {
    const points = corePoints(
      memory ?? CORE_METRICS[0]!,
      'h',
      answer({
        mem_total: [[50, 100, 100, 100]],
        mem_free: [
          [0, 40, 40, 40],
          [50, 30, 30, 30],
        ],
        mem_buffers: [
          [0, 5, 5, 5],
          [50, 5, 5, 5],
        ],
        mem_cached: [
          [0, 5, 5, 5],
          [50, 5, 5, 5],
        ],
      }),
    );
    expect(points.map(([ms, value]) => [ms, value])).toEqual([
      [0, 50],
      [50, 60],
    ]);
  });
  test('a live value needs all its parts', () => {
    const cpu = CORE_METRICS.find((core) => core.key === 'cpu') ?? CORE_METRICS[0]!;
    expect(coreNow(cpu, new Map([['cpu_idle', 62]]))).toBe(38);
    expect(coreNow(cpu, new Map([['load_one', 2]]))).toBeUndefined();
  });
});

describe('the y axis', () => {
  const cases: [string, Parameters<typeof axisOf>, ReturnType<typeof axisOf>][] = [
    ['percentages that come close end at 100', [{ min: 1, max: 99 }, '%', null], { min: 0, max: 100 }],
    ['a limit counts too', [{ min: 1, max: 9 }, '%', 90], { min: 0, max: 100 }],
    ['nothing but zero still has height', [{ min: 0, max: 0 }, 'bytes/sec', null], { min: 0, max: 1 }],
  ];
  for (const [what, given, expected] of cases) test(what, () => expect(axisOf(...given)).toEqual(expected));
  test('a flat line gets room on both sides', () => {
    const axis = axisOf({ min: 69, max: 69 }, 'KB', null);
    expect((axis.suggestedMin ?? 0) < 69 && (axis.suggestedMax ?? 0) > 69).toBe(true);
  });
});

describe('ticks', () => {
  const spans = [60, 900, 3600, 10_800, 86_400, 604_800, 31_536_000];
  for (const sec of spans) {
    test(`${sec} s get between one and six, inside the range`, () => {
      const from = Date.UTC(2026, 10, 21, 3, 4, 10);
      const ticks = timeTicks(from, from + sec * 1000);
      expect(ticks.length).toBeGreaterThanOrEqual(1);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.every((tick) => tick.atMs > from && tick.atMs < from + sec * 1000)).toBe(true);
    });
  }
});

describe('the event lane', () => {
  const event = (atMs: number, tone: LaneEvent['tone'], title: string): LaneEvent => ({ atMs, tone, title, to: '/x' });
  test('what lies outside is not there', () => {
    expect(laneMarks([event(-1, 'crit', 'before'), event(101, 'ok', 'after')], 0, 100)).toEqual([]);
  });
  test('equal events at one place are one mark that names both; another tone stays apart', () => {
    const marks = laneMarks([event(50, 'crit', 'a'), event(50.1, 'crit', 'b'), event(50.2, 'ok', 'c')], 0, 100);
    expect(marks.map((mark) => mark.titles)).toEqual([['a', 'b'], ['c']]);
  });
  test('marks at one place stand side by side, and never past the right edge', () => {
    const marks = laneMarks([event(100, 'crit', 'a'), event(100, 'act', 'b'), event(100, 'ok', 'c')], 0, 100);
    const places = marks.map((mark) => mark.at);
    expect(new Set(places).size).toBe(3);
    expect(Math.max(...places)).toBeLessThanOrEqual(1);
  });
});

describe('a sparkline', () => {
  const box = { width: 100, height: 20, gapMs: 10 };
  test('needs two points', () => expect(sparkShape([[0, 1]], null, box)).toBeNull());
  test('breaks at a gap', () => {
    const shape = sparkShape(
      [
        [0, 1],
        [5, 2],
        [50, 3],
        [55, 4],
      ],
      null,
      box,
    );
    expect(shape?.paths).toHaveLength(2);
  });
  test('keeps its limit inside the box, also above the line', () => {
    const shape = sparkShape(
      [
        [0, 1],
        [5, 2],
      ],
      90,
      box,
    );
    expect((shape?.limitY ?? -1) >= 0 && (shape?.limitY ?? 99) <= 20).toBe(true);
  });
  test('a flat line lies in the middle', () => {
    const shape = sparkShape(
      [
        [0, 3],
        [5, 3],
      ],
      null,
      box,
    );
    expect(shape?.lastY).toBe(10);
  });
});
