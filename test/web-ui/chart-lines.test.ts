// Several lines in one chart: names that tell them apart, stacks over sparse values,
// what stands under the crosshair, and what leaves as a file.

import { describe, expect, test } from 'vitest';
import type { SeriesLabels } from '#web/contract/metrics.ts';
import type { Point } from '#web/ui/data/metrics.ts';
import { chartConfig } from '#web/ui/parts/charts/chart-config.ts';
import { chartCsv, chartJson, fileNameOf } from '#web/ui/parts/charts/chart-export.ts';
import {
  extremesOf,
  lineMark,
  lineNames,
  readingsAt,
  shapeLines,
  stackEdges,
  type ChartLine,
} from '#web/ui/parts/charts/chart-lines.ts';
import { chartPoints } from '#web/ui/parts/charts/chart-points.ts';
import { createDrawQueue } from '#web/ui/parts/charts/draw-queue.ts';

const named = (cluster: string, host: string, metric: string): SeriesLabels => ({ cluster, host, metric });
const flat = (...pairs: [number, number][]): Point[] => pairs.map(([ms, value]) => [ms, value, value, value]);
const line = (label: string, points: Point[], earlier: Point[] | null = null): ChartLine => ({
  label,
  labels: named('c', label, 'm'),
  points,
  earlier,
});

describe('a line is named by what tells it from the others', () => {
  const cases: [string, SeriesLabels[], string[]][] = [
    ['hosts of one metric', [named('c', 'a', 'm'), named('c', 'b', 'm')], ['a', 'b']],
    ['metrics of one host', [named('c', 'a', 'm'), named('c', 'a', 'n')], ['m', 'n']],
    ['hosts and metrics', [named('c', 'a', 'm'), named('c', 'b', 'n')], ['a · m', 'b · n']],
    ['hosts of two clusters need no cluster', [named('c', 'a', 'm'), named('d', 'b', 'm')], ['a', 'b']],
    ['unless their names are the same', [named('c', 'a', 'm'), named('d', 'a', 'm')], ['c', 'd']],
    [
      'also where only some are',
      [named('c', 'a', 'm'), named('d', 'a', 'm'), named('d', 'b', 'm')],
      ['c · a', 'd · a', 'd · b'],
    ],
    ['one alone by its metric', [named('c', 'a', 'm')], ['m']],
    ['a sum of everything by what is left', [named('c', '', '')], ['c']],
  ];
  for (const [what, labels, names] of cases) test(what, () => expect(lineNames(labels)).toEqual(names));
});

describe('a stack', () => {
  const shapes = (...lines: Point[][]) => lines.map((points) => chartPoints(points, 100));
  const heights = (edges: { x: number; y: number }[][]) => edges.map((edge) => edge.map(({ x, y }) => [x, y]));

  test('lays each line on those before it', () => {
    expect(heights(stackEdges(shapes(flat([0, 1], [50, 2]), flat([0, 10], [50, 20])), 100, false))).toEqual([
      [
        [0, 1],
        [50, 2],
      ],
      [
        [0, 11],
        [50, 22],
      ],
    ]);
  });
  test('holds a value as long as its metric may be silent, and no longer', () => {
    const edges = stackEdges(shapes(flat([0, 1]), flat([0, 10], [100, 10], [150, 10])), 100, false);
    expect(heights(edges)[1]).toEqual([
      [0, 11],
      [100, 11],
      [150, 10],
    ]);
  });
  test('has a hole where every line is silent', () => {
    const [edge] = stackEdges(shapes(flat([0, 1], [300, 1])), 100, false);
    expect(edge?.map(({ y }) => y)).toEqual([1, Number.NaN, 1]);
  });
  test('of shares always reaches 100, except where there is nothing to share', () => {
    const edges = stackEdges(shapes(flat([0, 1], [50, 0]), flat([0, 3], [50, 0])), 100, true);
    expect(heights(edges)).toEqual([
      [
        [0, 25],
        [50, 0],
      ],
      [
        [0, 100],
        [50, 0],
      ],
    ]);
  });
});

describe('under the crosshair', () => {
  test('the largest stands first, each with its change', () => {
    const lines = shapeLines([line('a', flat([0, 1]), flat([0, 4])), line('b', flat([0, 5]), []), line('c', [])], 100);
    expect(readingsAt(lines, 10, 100)).toEqual([
      { index: 1, label: 'b', value: 5, change: null },
      { index: 0, label: 'a', value: 1, change: -3 },
    ]);
  });
});

test('the axis has room for what it is compared with', () => {
  const lines = shapeLines([line('a', flat([0, 1]), flat([0, 40]))], 100);
  expect(extremesOf(lines, 'line', [])).toEqual({ min: 1, max: 40 });
});

test('the first eight lines differ in hue and in mark', () => {
  const marks = Array.from({ length: 8 }, (_, at) => lineMark(at));
  expect(new Set(marks.map(({ hue }) => hue)).size).toBe(8);
  expect(new Set(marks.map(({ shape, hollow }) => `${shape} ${hollow}`)).size).toBe(8);
});

describe('the picture', () => {
  const colours = { token: (name: string) => name, font: 'sans' };
  const config = (lines: ChartLine[], kind: 'line' | 'area' | 'stack' | 'percent') =>
    chartConfig(
      { lines: shapeLines(lines, 100), kind, unit: '', fromMs: 0, toMs: 100, gapMs: 100, limit: null, markedMs: [] },
      colours,
    );
  const two = [line('a', flat([0, 60], [50, 70]), flat([0, 50])), line('b', flat([0, 80], [50, 90]))];

  test('of lines has a thin dashed one for each that is compared, and bands for all', () => {
    const { data, options } = config(two, 'line');
    expect(data.datasets.map(({ borderDash }) => borderDash !== undefined)).toEqual([true, false, false]);
    expect(options?.plugins?.overlay?.bands).toHaveLength(2);
    expect(options?.plugins?.overlay?.lines).toHaveLength(2);
  });
  test('of a stack compares its height only, starts at zero, and has no bands', () => {
    const { data, options } = config(two, 'stack');
    expect(data.datasets.map(({ fill }) => fill)).toEqual(['origin', '-1', false]);
    expect(options?.plugins?.overlay?.bands).toBeUndefined();
    expect(options?.scales?.['y']?.suggestedMin).toBe(0);
  });
  test('of shares ends at 100', () => {
    expect(config(two, 'percent').options?.scales?.['y']).toMatchObject({ min: 0, max: 100 });
  });
  test('of an area starts at zero, however far from it the values are', () => {
    expect(config(two, 'area').options?.scales?.['y']?.suggestedMin).toBe(0);
  });
  test('of thirty lines has neither bands nor marks', () => {
    const { options } = config(
      Array.from({ length: 30 }, (_, at) => line(`h${at}`, flat([0, at]))),
      'line',
    );
    expect(options?.plugins?.overlay).toMatchObject({ marks: [] });
    expect(options?.plugins?.overlay?.bands ?? options?.plugins?.overlay?.lines).toBeUndefined();
  });
});

describe('what leaves as a file', () => {
  const lines = [line('web-1', flat([0, 1.5], [60_000, 2])), line('a "b", c', flat([60_000, 7]))];
  test('CSV has a row for each instant and an empty cell for no value', () => {
    expect(chartCsv(lines)).toBe(
      'Timestamp,web-1,"a ""b"", c"\r\n1970-01-01T00:00:00.000Z,1.5,\r\n1970-01-01T00:01:00.000Z,2,7\r\n',
    );
  });
  test('a name that a spreadsheet would run is only a name', () => {
    expect(chartCsv([line('=cmd|x', [])])).toBe("Timestamp,'=cmd|x\r\n");
  });
  test('JSON keeps labels and extremes', () => {
    const about = { title: 't', unit: '%', fromMs: 0, toMs: 1, stepSec: 60 };
    expect(JSON.parse(chartJson([line('a', [[0, 2, 1, 3]])], about))).toEqual({
      ...about,
      series: [{ labels: named('c', 'a', 'm'), points: [[0, 2, 1, 3]] }],
    });
  });
  const names: [string, string][] = [
    ['top 10 max cpu_user{host=~"web"} by host', 'top-10-max-cpu-user-host-web-by-host.csv'],
    ['../../etc', 'etc.csv'],
    ['負荷', '負荷.csv'],
    ['***', 'chart.csv'],
  ];
  for (const [title, file] of names) test(`${title} → ${file}`, () => expect(fileNameOf(title, 'csv')).toBe(file));
});

test('charts are drawn one a frame, the newest picture of each, and none that is gone', () => {
  const frames: (() => void)[] = [];
  const drawn: string[] = [];
  const queue = createDrawQueue((act) => frames.push(act));
  const [a, b, c] = [{}, {}, {}];
  queue.draw(a, () => drawn.push('a1'));
  queue.draw(b, () => drawn.push('b'));
  queue.draw(c, () => drawn.push('c'));
  queue.draw(a, () => drawn.push('a2'));
  queue.forget(b);
  while (frames.length > 0) {
    const before = drawn.length;
    frames.shift()?.();
    expect(drawn.length - before).toBeLessThanOrEqual(1);
  }
  expect(drawn).toEqual(['a2', 'c']);
});
