// What the grid, a cluster and a host's metrics say, without a browser.

import { describe, expect, test } from 'vitest';
import type { LiveMetric, MetricSummary } from '#web/contract/metrics.ts';
import { findHostIds, replayStep, REPLAY_STEPS } from '#web/ui/data/grid.ts';
import { clusterPath, comparePath, hostOf, hostPath } from '#web/ui/data/host-name.ts';
import type { Point } from '#web/ui/data/metrics.ts';
import { parsePins, togglePin } from '#web/ui/data/pins.ts';
import { clusterChartsOf } from '#web/ui/screens/hosts/cluster-lines.ts';
import { gridFigures, isOld, orderRows, safeLink, type GridOrder } from '#web/ui/screens/hosts/grid-figures.ts';
import { orderHosts, type HostOrder } from '#web/ui/screens/hosts/host-order.ts';
import { groupMetrics, inBlocks, isStale } from '#web/ui/screens/hosts/metric-groups.ts';
import { sharedScale, trendPath } from '#web/ui/screens/hosts/trend-path.ts';

const sum = (name: string, total: number, num: number): MetricSummary => ({
  ...{ name, sum: total, num, type: 'float', units: '', slope: 'both', group: null, title: null },
});

describe('the figures of a cluster', () => {
  test('load is a share of the CPUs, CPU what is not idle, memory what programs cannot get', () => {
    const figures = gridFigures([
      sum('load_one', 6, 2),
      sum('cpu_num', 12, 2),
      sum('cpu_idle', 150, 2),
      sum('mem_total', 1000, 2),
      sum('mem_free', 300, 2),
      sum('mem_buffers', 100, 2),
      sum('mem_cached', 100, 2),
      sum('bytes_in', 7, 2),
    ]);
    expect(figures).toEqual({
      ...{ cpus: 12, loadPercent: 50, cpuPercent: 25, memoryPercent: 50, memoryUsedKb: 500, memoryTotalKb: 1000 },
      ...{ networkIn: 7, networkOut: null },
    });
  });
  test('a total that few hosts have told yet is no total', () => {
    // After a start: every host has said what is free, two of ten how much there is.
    const figures = gridFigures([sum('mem_total', 200, 2), sum('mem_free', 900, 10), sum('cpu_num', 16, 2)]);
    expect(figures).toMatchObject({ memoryPercent: null, memoryTotalKb: null, memoryUsedKb: null, cpus: null });
  });
  test('nobody reports: no figure is made up', () => {
    expect(Object.values(gridFigures([])).every((figure) => figure === null)).toBe(true);
    expect(gridFigures([sum('cpu_num', 0, 0), sum('load_one', 0, 0)]).loadPercent).toBeNull();
  });
});

describe('the rows of the grid', () => {
  const row = (name: string, up: number, down: number, load: number, age = 3, alive = true) => ({
    ...{ name, hostsUp: up, hostsDown: down, alive, ageSec: age },
    figures: { ...gridFigures([]), loadPercent: load },
  });
  const rows = [row('calm', 9, 0, 10), row('busy', 2, 0, 90), row('half', 1, 1, 5), row('dead', 4, 0, 1, 3, false)];
  const cases: [GridOrder, string[]][] = [
    ['worst', ['dead', 'half', 'busy', 'calm']],
    ['name', ['busy', 'calm', 'dead', 'half']],
    ['load', ['busy', 'calm', 'half', 'dead']],
    ['hosts', ['calm', 'dead', 'busy', 'half']],
  ];
  test.each(cases)('by %s', (order, names) => expect(orderRows(rows, order).map(({ name }) => name)).toEqual(names));
  test('figures look old when their source is dead or has said nothing for a minute', () => {
    expect([isOld(row('a', 1, 0, 0, 60)), isOld(row('a', 1, 0, 0, 61)), isOld(row('a', 1, 0, 0, 1, false))]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

test.each([
  ['http://grid.example/ganglia/', 'http://grid.example/ganglia/'],
  ['https://grid.example', 'https://grid.example/'],
  ['javascript:alert(1)', null],
  ['JaVaScript:alert(1)', null],
  ['data:text/html,<b>', null],
  ['//grid.example', null],
  ['unspecified', null],
  ['', null],
])('an authority heard on the network, %j, leads to %j', (address, link) => expect(safeLink(address)).toBe(link));

describe('hosts of a cluster', () => {
  const host = (name: string, number: number | null, hostUp = true) => ({ host: name, number, hostUp });
  const hosts = [host('a-10', 5), host('a-9', 5), host('b', 7), host('mute', null), host('gone', 9, false)];
  const cases: [HostOrder, string[]][] = [
    ['high', ['gone', 'b', 'a-9', 'a-10', 'mute']],
    ['low', ['gone', 'a-9', 'a-10', 'b', 'mute']],
    ['name', ['a-9', 'a-10', 'b', 'gone', 'mute']],
  ];
  test.each(cases)('%s first', (order, names) => expect(orderHosts(hosts, order).map((h) => h.host)).toEqual(names));

  test('addresses survive any name', () => {
    const odd = { cluster: 'a/b & c', host: 'ö?' };
    expect(hostPath(odd)).toBe('/hosts/named/a%2Fb%20%26%20c/%C3%B6%3F');
    expect(clusterPath(odd.cluster)).toBe('/hosts/clusters/a%2Fb%20%26%20c');
    expect(comparePath([{ cluster: 'web', host: 'w-1' }, odd])).toBe(
      '/graphs/compare?hosts=web/w-1,a%2Fb%20%26%20c/%C3%B6%3F',
    );
    expect(hostOf(odd)).not.toBe(hostOf({ cluster: 'a/b', host: ' & c\nö?' }));
  });

  test('ids of hosts are looked for page by page and only as long as one is missing', async () => {
    const asked: string[] = [];
    const pages: Record<string, { items: { id: string; name: string }[]; nextCursor: string | null }> = {
      'web 0': { items: [{ id: '1', name: 'w-1' }], nextCursor: '1' },
      'web 1': { items: [{ id: '2', name: 'w-2' }], nextCursor: '2' },
      'db 0': {
        items: [
          { id: '9', name: 'd-10' },
          { id: '3', name: 'd-1' },
        ],
        nextCursor: null,
      },
    };
    const get = async (_path: string, query: Record<string, unknown> = {}) => {
      asked.push(`${query['cluster']} ${query['cursor'] ?? 0} ${query['search'] ?? ''}`);
      return pages[`${query['cluster']} ${query['cursor'] ?? 0}`] as never;
    };
    const ids = await findHostIds({ get } as never, [
      { cluster: 'web', host: 'w-1' },
      { cluster: 'web', host: 'w-2' },
      { cluster: 'db', host: 'd-1' },
    ]);
    expect(ids).toEqual(['1', '2', '3']);
    expect(asked).toEqual(['web 0 ', 'web 1 ', 'db 0 d-1']);
  });
});

describe('small lines', () => {
  const frame = { fromMs: 0, toMs: 100, low: 0, high: 10, gapMs: 20, width: 100, height: 10 };
  test('time and height are the frame’s: a host that fell silent ends where it did', () => {
    expect(trendPath([[0, 0], [10, 10]], frame)).toBe('M0 10h0.6L10 0'); // prettier-ignore
  });
  test('a longer silence breaks the line', () => {
    expect(trendPath([[0, 5], [20, 5], [41, 5]], frame)).toBe('M0 5h0.6L20 5M41 5h0.6'); // prettier-ignore
  });
  test('values outside of the frame stay on its edge', () =>
    expect(trendPath([[0, 99]], { ...frame })).toBe('M0 0h0.6'));
  test('the shared axis covers the extremes, not the averages, and has a height', () => {
    expect(sharedScale([[0, 5, 1, 9], [1, 5, 2, 12]])).toEqual({ low: 0, high: 12 }); // prettier-ignore
    expect(sharedScale([[0, 50, 49, 51]])).toEqual({ low: 49, high: 51 });
    expect(sharedScale([[0, 0, 0, 0]])).toEqual({ low: 0, high: 1 });
    expect(sharedScale([])).toEqual({ low: 0, high: 1 });
  });
});

describe('the charts of a cluster', () => {
  const answer = (parts: Record<string, Point[]>, host = '') => ({
    ...{ fromMs: 0, toMs: 100, stepSec: 0.01 },
    series: Object.entries(parts).map(([metric, points]) => ({ labels: { cluster: 'c', host, metric }, points })),
  });
  test('the height of the CPUs is drawn beside the load, unless it is not known', () => {
    const summed = answer({ load_one: [[0, 3, 3, 3]] });
    const lines = (cpus: number | null) => clusterChartsOf({ summed }, cpus).find(({ key }) => key === 'load')?.lines;
    expect(lines(8)?.map(({ points }) => points)).toEqual([[[0, 3, 3, 3]], [[0, 8, 8, 8]]]);
    expect(lines(null)).toHaveLength(1);
  });
  test('parts of the CPU that are never used are no line', () => {
    const averaged = answer({ cpu_user: [[0, 3, 3, 3]], cpu_steal: [[0, 0, 0, 0]] });
    const cpu = clusterChartsOf({ averaged }, null).find(({ key }) => key === 'cpu');
    expect(cpu).toMatchObject({ kind: 'stack', lines: [{ name: 'cpu_user' }] });
  });
  test('the step that still goes on is no dip: some hosts have not spoken in it yet', () => {
    const summed = answer({ bytes_in: [[80, 9, 9, 9], [90, 2, 2, 2]] }); // prettier-ignore
    const lastWhole = (toMs: number) =>
      clusterChartsOf({ summed: { ...summed, toMs } }, null)
        .find(({ key }) => key === 'network')
        ?.lines[0]?.points.at(-1)?.[1];
    expect([lastWhole(99), lastWhole(100)]).toEqual([9, 2]);
  });
  test('nothing was heard: six charts without lines', () => {
    const charts = clusterChartsOf({}, 4);
    expect(charts).toHaveLength(6);
    expect(charts.flatMap(({ lines }) => lines.flatMap(({ points }) => points))).toEqual([]);
  });
});

describe('the metrics of a host', () => {
  const metric = (name: string, group: string | null, number: number | null = 1): LiveMetric => ({
    ...{ name, group, number, value: 'x', units: '', type: 'float', slope: 'both' },
    ...{ tnSec: 1, tmaxSec: 60, dmaxSec: 0, title: null, description: null },
  });
  test('come in the groups they were reported in, the nameless last, texts apart', () => {
    const { groups, texts } = groupMetrics([
      metric('os', 'system', null),
      metric('disk10', 'disk'),
      metric('disk9', 'disk'),
      metric('lonely', null),
      metric('cpu', 'cpu'),
    ]);
    expect(groups.map(({ name, metrics }) => [name, metrics.map((m) => m.name)])).toEqual([
      ['cpu', ['cpu']],
      ['disk', ['disk9', 'disk10']],
      ['', ['lonely']],
    ]);
    expect(texts.map(({ name }) => name)).toEqual(['os']);
  });
  test('are asked for in blocks', () => {
    expect(inBlocks([1, 2, 3, 4, 5, 6, 7], 6)).toEqual([[1, 2, 3, 4, 5, 6], [7]]);
    expect(inBlocks([], 6)).toEqual([]);
  });
  test('are stale after four missed TMAX, never without one', () => {
    expect([[240, 60], [241, 60], [9999, 0]].map(([tnSec = 0, tmaxSec = 0]) => isStale({ tnSec, tmaxSec }))).toEqual([false, true, false]); // prettier-ignore
  });
  test('pins are kept in order; what else stood in the browser is no list of pins', () => {
    expect(togglePin(['a'], 'b')).toEqual(['a', 'b']);
    expect(togglePin(['a', 'b'], 'a')).toEqual(['b']);
    expect(
      togglePin(
        Array.from({ length: 12 }, (_, at) => `m${at}`),
        'new',
      ),
    ).toHaveLength(12);
    expect([null, '', '{', '{"a":1}', '[1,"a"]'].map(parsePins)).toEqual([[], [], [], [], ['a']]);
  });
});

test('the replay steps through a day, each step whole and in the past', () => {
  const nowMs = Date.UTC(2026, 10, 24, 18, 7, 13);
  const steps = Array.from({ length: REPLAY_STEPS }, (_, back) => replayStep(nowMs, back));
  expect(steps.every((startMs) => startMs % 900_000 === 0)).toBe(true);
  expect(steps[0]).toBe(Date.UTC(2026, 10, 24, 17, 45));
  expect((steps[0] ?? 0) - (steps.at(-1) ?? 0)).toBe(95 * 900_000);
});
