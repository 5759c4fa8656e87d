// View files of ganglia-web: what PHP writes, what people write by hand, and what
// nobody should have written.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeGangliaViews, type GangliaViewItem } from '#web/server/views/ganglia-view.ts';

const itemsOf = (document: unknown): GangliaViewItem[] => {
  const decoded = decodeGangliaViews(JSON.stringify(document));
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.value.flatMap(({ items }) => items);
};
const one = (item: unknown, view: object = {}): GangliaViewItem | undefined =>
  itemsOf({ view_name: 'v', items: [item], ...view })[0];

const graph = { kind: 'graph', title: '', cluster: '', host: '', hostIsRegex: false } as const;
const aggregate = { kind: 'aggregate', title: '', cluster: '', hostRegexes: [], metricRegexes: ['load'], type: 'line' };

describe('an item', () => {
  const cases: [string, unknown, unknown][] = [
    [
      'a metric of a host',
      { hostname: 'h', cluster: 'c', metric: 'm' },
      { ...graph, host: 'h', cluster: 'c', of: { metric: 'm' } },
    ],
    ['a host whose name is a number', { hostname: 17, metric: 'm' }, { ...graph, host: '17', of: { metric: 'm' } }],
    ['a report wins over a metric, as in ganglia-web', { graph: 'g', metric: 'm' }, { ...graph, of: { report: 'g' } }],
    ['an aggregate', { aggregate_graph: 'true', metric_regex: [{ regex: 'load' }] }, aggregate],
    ['true as PHP, JSON and people write it', { aggregate_graph: 1, metric_regex: 'load' }, aggregate],
    ['a list that PHP made an object', { aggregate_graph: true, metric_regex: { 3: { regex: 'load' } } }, aggregate],
    [
      'as in the address of a graph',
      { aggregate_graph: true, mreg: ['load'], gtype: 'stack' },
      { ...aggregate, type: 'stack' },
    ],
    [
      'a chart type that nobody knows is a line',
      { aggregate_graph: true, metric_regex: 'load', graph_type: 'pie' },
      aggregate,
    ],
  ];
  for (const [what, item, expected] of cases) test(what, () => expect(one(item)).toEqual(expected));

  const unusable: [string, unknown][] = [
    ['neither metric nor graph', { hostname: 'h' }],
    ['an aggregate of nothing', { aggregate_graph: 'true', host_regex: [{ regex: 'x' }] }],
    ['no object', 'load_one'],
    ['a metric that is a list', { hostname: 'h', metric: ['load_one'] }],
  ];
  for (const [what, item] of unusable) test(`cannot be used: ${what}`, () => expect(one(item)?.kind).toBe('unusable'));

  test('the host of a view of the type regex is an expression', () => {
    expect(one({ hostname: 'web', metric: 'm' }, { view_type: 'regex' })).toMatchObject({ hostIsRegex: true });
    expect(one({ cluster: 'c', metric: 'm' }, { view_type: 'regex' })).toMatchObject({ hostIsRegex: false });
  });
});

test('items that PHP wrote as an object keep their order', () => {
  const document = { view_name: 'v', items: { 0: { metric: 'a' }, 2: { metric: 'b' } } };
  expect(itemsOf(document).map((item) => item.kind === 'graph' && item.of)).toEqual([{ metric: 'a' }, { metric: 'b' }]);
});

test('a view with too many items says that it was cut', () => {
  const items = itemsOf({ view_name: 'v', items: Array.from({ length: 300 }, () => ({ metric: 'm' })) });
  expect(items).toHaveLength(201);
  expect(items.at(-1)).toMatchObject({ kind: 'unusable', reason: 'only the first 200 of 300 items are read' });
});

test('text that breaks off says at what', () => {
  expect(decodeGangliaViews('{"view_name": "v", "items": [}')).toMatchObject({
    ok: false,
    reason: expect.stringContaining("'}'"),
  });
});

const SAMPLE = JSON.stringify({
  view_name: 'farm',
  parent: 'all',
  items: [
    { hostname: 'web-1', graph: 'cpu_report' },
    { aggregate_graph: 'true', host_regex: [{ regex: 'w' }], metric_regex: [{ regex: 'l' }] },
  ],
});

test('any change of a file gives a view or a reason, never an exception', () => {
  fc.assert(
    fc.property(fc.nat(SAMPLE.length), fc.nat(12), fc.string({ maxLength: 8 }), (at, cut, put) => {
      const decoded = decodeGangliaViews(SAMPLE.slice(0, at) + put + SAMPLE.slice(at + cut));
      expect(decoded.ok ? decoded.value.length : decoded.reason.length).toBeGreaterThan(0);
    }),
    { numRuns: 2000 },
  );
});

test('any JSON gives a view or a reason, and every text of a view is text', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), fc.jsonValue(), (text, value) => {
      decodeGangliaViews(text);
      const decoded = decodeGangliaViews(
        JSON.stringify({ view_name: value, parent: value, items: [value, { metric: value, title: value }] }),
      );
      if (!decoded.ok) return;
      for (const view of decoded.value) {
        expect([typeof view.name, typeof view.parent]).toEqual(['string', 'string']);
        expect(view.items.every((item) => typeof item.title === 'string')).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
