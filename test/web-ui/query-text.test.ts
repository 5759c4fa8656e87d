// The text form of a query: what people type, where it stops making sense, and that
// nothing is lost between text and form.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NamePattern } from '#web/contract/metrics.ts';
import type { GraphQuery } from '#web/contract/views.ts';
import { LABELS, parseQuery, printQuery } from '#web/ui/screens/graphs/query-text.ts';

describe('a query is read', () => {
  const cases: [string, GraphQuery][] = [
    ['load_one', { metrics: ['load_one'] }],
    ['  cpu_user ,cpu_system ', { metrics: ['cpu_user', 'cpu_system'] }],
    [
      'top 10 max cpu_user{cluster="web",host=~"web-.*"} by host',
      {
        metrics: ['cpu_user'],
        cluster: 'web',
        host: { regex: 'web-.*' },
        combine: { with: 'max', by: ['host'] },
        top: { count: 10 },
      },
    ],
    ['bottom 3(last) disk_free', { metrics: ['disk_free'], top: { count: 3, lowest: true, by: 'last' } }],
    [
      'p99.9 rate ~"^bytes_(in|out)$"',
      { metrics: [{ regex: '^bytes_(in|out)$' }], combine: { with: 'p99.9' }, rate: 'on' },
    ],
    ['raw bytes_in{}', { metrics: ['bytes_in'], rate: 'off' }],
    ['sum "max"', { metrics: ['max'], combine: { with: 'sum' } }],
    ['x{host=~"web-\\d+\\\\"}', { metrics: ['x'], host: { regex: 'web-\\d+\\' } }],
  ];
  for (const [text, query] of cases) test(text, () => expect(parseQuery(text)).toEqual({ ok: true, value: query }));
});

describe('what cannot be read says where and what is expected', () => {
  const cases: [string, number, string][] = [
    ['', 0, 'a metric is expected, not the end'],
    ['top', 3, 'a number of series'],
    ['top 0 load_one', 4, 'from 1 to 1000'],
    ['top 5(sum) load_one', 6, 'avg, max, min, last'],
    ['max', 3, 'a metric'],
    ['avg sum', 4, 'a metric named sum stands in quotes'],
    ['load_one{rack="3"}', 9, 'cluster or host'],
    ['load_one{host="a", host="b"}', 19, 'once'],
    ['load_one{host:"a"}', 9, 'cluster or host'],
    ['load_one{host "a"}', 14, '= or =~'],
    ['load_one{host=a}', 14, 'in quotes'],
    ['load_one{host="a', 14, 'the closing "'],
    ['load_one{host="a"', 17, ', or }'],
    ['load_one by host', 9, 'needs a function'],
    ['avg load_one by rack', 16, 'cluster, host or metric'],
    ['avg load_one five', 13, 'the end of the query'],
    ['~load', 1, 'in quotes'],
    ['load_one{host=""}', 14, 'between the quotes'],
  ];
  for (const [text, at, reason] of cases) {
    test(text === '' ? 'nothing at all' : text, () => {
      const read = parseQuery(text);
      expect(read).toMatchObject({ ok: false, at });
      expect(!read.ok && read.reason).toContain(reason);
    });
  }
});

const name = fc.oneof(
  fc.constantFrom('load_one', 'max', 'by', 'top', 'p95'),
  fc.string({ minLength: 1, maxLength: 12 }),
);
const pattern: fc.Arbitrary<NamePattern> = fc.oneof(name, fc.record({ regex: name }));
const someQuery: fc.Arbitrary<GraphQuery> = fc
  .record({
    metrics: fc.array(pattern, { minLength: 1, maxLength: 4 }),
    cluster: fc.option(pattern, { nil: undefined }),
    host: fc.option(pattern, { nil: undefined }),
    combine: fc.option(
      fc.record({
        with: fc.constantFrom('avg', 'sum', 'count', 'p95', 'p99.9'),
        by: fc.uniqueArray(fc.constantFrom(...LABELS), { minLength: 1 }),
      }),
      { nil: undefined },
    ),
    top: fc.option(
      fc.record({ count: fc.integer({ min: 1, max: 1000 }), by: fc.constantFrom('avg' as const, 'last' as const) }),
      { nil: undefined },
    ),
    rate: fc.option(fc.constantFrom('on' as const, 'off' as const), { nil: undefined }),
  })
  .map((query) => JSON.parse(JSON.stringify(query)));

test('a query that is printed and read again is the same query', () => {
  fc.assert(
    fc.property(someQuery, (query) => {
      expect(parseQuery(printQuery(query))).toEqual({ ok: true, value: query });
    }),
  );
});

test('whatever is typed, there is a query or a place inside the text', () => {
  const typed = fc.oneof(
    fc.string(),
    fc
      .array(
        fc.constantFrom(
          'top',
          ' ',
          '10',
          'max',
          'by',
          'host',
          '{',
          '}',
          '=',
          '=~',
          '"a"',
          '"',
          ',',
          '~',
          '(',
          ')',
          'x',
        ),
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(typed, (text) => {
      const read = parseQuery(text);
      if (read.ok) expect(parseQuery(printQuery(read.value))).toEqual(read);
      else expect(read.at >= 0 && read.at <= text.length && read.reason !== '').toBe(true);
    }),
    { numRuns: 3000 },
  );
});
