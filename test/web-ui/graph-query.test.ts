// Queries on their way between form, view, address and API.

import { describe, expect, test } from 'vitest';
import type { GraphQuery } from '#web/contract/views.ts';
import { MOST_HOSTS, matchingMetrics, parseHosts } from '#web/ui/screens/graphs/compared-hosts.ts';
import {
  chartKindOf,
  exploreAddress,
  splitByHost,
  titleOf,
  toSeriesQuery,
} from '#web/ui/screens/graphs/graph-query.ts';

const query: GraphQuery = {
  metrics: ['cpu_user', { regex: '^load' }],
  host: { regex: 'web-' },
  combine: { with: 'sum', by: ['metric'] },
  top: { count: 3 },
};

test('every metric is asked for within the same hosts', () => {
  expect(toSeriesQuery(query)).toEqual({
    select: [
      { metric: 'cpu_user', host: { regex: 'web-' } },
      { metric: { regex: '^load' }, host: { regex: 'web-' } },
    ],
    combine: query.combine,
    top: query.top,
  });
});

test('the address of a chart opens the same query', () => {
  const address = new URL(exploreAddress({ chart: 'stack', query }), 'http://x');
  expect(address.pathname).toBe('/graphs');
  expect(address.searchParams.get('q')).toBe('top 3 sum cpu_user, ~"^load"{host=~"web-"} by metric');
  expect(chartKindOf(address.searchParams.get('chart'))).toBe('stack');
});

test('a chart type that nobody knows is lines', () => expect(chartKindOf('pie')).toBe('line'));

test('a chart without a title is called by its query', () => {
  expect(titleOf({ title: '', query: { metrics: ['load_one'] } })).toBe('load_one');
  expect(titleOf({ title: 'Load', query: { metrics: ['load_one'] } })).toBe('Load');
});

describe('splitting into hosts', () => {
  test('keeps the groups there are', () =>
    expect(splitByHost(query)?.combine).toEqual({ with: 'sum', by: ['metric', 'host'] }));
  const whole: [string, GraphQuery][] = [
    ['what is not put together', { metrics: ['m'] }],
    ['what is split already', { metrics: ['m'], combine: { with: 'sum', by: ['host'] } }],
  ];
  for (const [what, one] of whole) test(`is not offered for ${what}`, () => expect(splitByHost(one)).toBeNull());
});

describe('compared hosts', () => {
  const cases: [string, string, string[][]][] = [
    [
      'cluster and host',
      'web/a,db/b',
      [
        ['web', 'a'],
        ['db', 'b'],
      ],
    ],
    ['a cluster with a slash in its name', 'eu/web/a', [['eu/web', 'a']]],
    ['the same host twice', 'web/a, web/a', [['web', 'a']]],
    ['what is no host', 'a,/b,c/,,', []],
  ];
  for (const [what, text, hosts] of cases) {
    test(what, () => expect(parseHosts(text).map(({ cluster, host }) => [cluster, host])).toEqual(hosts));
  }
  test('are no more than can be told apart', () => {
    const many = Array.from({ length: 99 }, (_, at) => `web/${at}`).join(',');
    expect(parseHosts(many)).toHaveLength(MOST_HOSTS);
  });
  test('have the metrics that an expression finds; a wrong one says why', () => {
    expect(matchingMetrics(['load_one', 'cpu_user'], '^load')).toEqual(['load_one']);
    expect(matchingMetrics(['load_one'], '')).toEqual(['load_one']);
    expect(matchingMetrics(['load_one'], '(')).toHaveProperty('wrong');
  });
});
