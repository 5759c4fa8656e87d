// Livestatus requests: what each header becomes, what is refused with which code, and that no
// text whatever makes the parser throw.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLivestatusRequest } from '#wire/livestatus-query.ts';
import { formatLivestatusHeader, formatLivestatusRows } from '#wire/livestatus-response.ts';

const compare = (column: string, operator: string, value: string) => ({ kind: 'compare', column, operator, value });

const headers: [headers: string, query: Record<string, unknown>][] = [
  ['Columns: name  state ', { columns: ['name', 'state'] }],
  ['Limit: 5', { limit: 5 }],
  ['OutputFormat: python3', { format: 'python3' }],
  ['ColumnHeaders: off', { columnHeaders: false }],
  ['Separators: 0 59 44 124', { separators: ['\0', ';', ',', '|'] }],
  ['AuthUser: ann', { authUser: 'ann' }],
  ['Localtime: 1700000000', { localtimeSec: 1_700_000_000 }],
  ['Filter: name = ', { filter: { kind: 'and', filters: [compare('name', '=', '')] } }],
  ['Filter: name ~~ a b', { filter: { kind: 'and', filters: [compare('name', '~~', 'a b')] } }],
  ['Filter: name !=~ a', { filter: { kind: 'and', filters: [compare('name', '!=~', 'a')] } }],
  [
    'Filter: a = 1\nFilter: b = 2\nFilter: c = 3\nOr: 2\nNegate:',
    {
      filter: {
        kind: 'and',
        filters: [
          compare('a', '=', '1'),
          { kind: 'not', filter: { kind: 'or', filters: [compare('b', '=', '2'), compare('c', '=', '3')] } },
        ],
      },
    },
  ],
  ['Filter: a = 1\nNegate:\nNegate:', { filter: { kind: 'and', filters: [compare('a', '=', '1')] } }],
  [
    'Stats: state = 0\nStats: avg latency\nStats: a = 1\nStats: b = 2\nStatsAnd: 2\nStatsNegate:',
    {
      stats: [
        { kind: 'count', filter: compare('state', '=', '0') },
        { kind: 'aggregate', aggregate: 'avg', column: 'latency' },
        {
          kind: 'count',
          filter: { kind: 'not', filter: { kind: 'and', filters: [compare('a', '=', '1'), compare('b', '=', '2')] } },
        },
      ],
    },
  ],
  [
    'WaitObject: web-1\nWaitCondition: state = 0\nWaitTrigger: check\nWaitTimeout: 2000',
    {
      wait: {
        object: 'web-1',
        condition: { kind: 'and', filters: [compare('state', '=', '0')] },
        trigger: 'check',
        timeoutMs: 2000,
      },
    },
  ],
];
test.each(headers)('%j is understood', (text, query) => {
  expect(parseLivestatusRequest(`GET hosts\n${text}`)).toMatchObject({
    kind: 'query',
    query: { table: 'hosts', ...query },
  });
});

test('how the answer is framed is read even behind a mistake', () => {
  expect(parseLivestatusRequest('GET hosts\nNonsense: 1\nResponseHeader: fixed16\nKeepAlive: on')).toEqual({
    kind: 'refused',
    code: 400,
    reason: 'Undefined request header "Nonsense".',
    hasHeader: true,
    isKeptAlive: true,
  });
});

test('commands are taken line by line', () => {
  expect(parseLivestatusRequest('COMMAND [1] A;b\nCOMMAND [2] C')).toEqual({
    kind: 'command',
    lines: ['[1] A;b', '[2] C'],
  });
});

test.each([
  ['', 452],
  ['PUT hosts', 452],
  ['GET', 452],
  ['GET hosts services', 452],
  ['GET hosts\nOr: 1', 400],
  ['GET hosts\nNegate:', 400],
  ['GET hosts\nFilter: name', 400],
  ['GET hosts\nFilter: name ? x', 400],
  ['GET hosts\nStats: avg', 400],
  ['GET hosts\nStats: avg latency\nStats: a = 1\nStatsOr: 2', 400],
  ['GET hosts\nLimit: -1', 400],
  ['GET hosts\nSeparators: 1 2 3', 400],
  ['GET hosts\nSeparators: 1 2 3 256', 400],
  ['GET hosts\nOutputFormat: xml', 400],
  ['GET hosts\nconstructor: x', 400],
  [`GET hosts\nFilter: name = ${'x'.repeat(70_000)}`, 413],
])('%.40j is refused with %i', (text, code) => {
  expect(parseLivestatusRequest(text)).toMatchObject({ kind: 'refused', code });
});

test('damaged and arbitrary requests are a query, a command or a refusal', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...headers),
      fc.nat(),
      fc.string({ maxLength: 4 }),
      fc.nat(6),
      ([text], place, put, cut) => {
        const request = `GET hosts\n${text}`;
        const at = place % request.length;
        const read = parseLivestatusRequest(request.slice(0, at) + put + request.slice(at + cut));
        expect(['query', 'command', 'refused']).toContain(read.kind);
      },
    ),
    { numRuns: 3000 },
  );
});

const layout = (format: 'csv' | 'json' | 'python' | 'python3') =>
  ({ format, separators: ['\n', ';', ',', '|'] }) as const;
const row = ['é"\n', 1.5, ['a', ['b', 2]], { OS: 'linux' }, Number.NaN] as const;

test.each([
  ['csv', 'é"\n;1.5;a,b|2;OS|linux;NaN\n'],
  ['json', '[["é\\"\\n",1.5,["a",["b",2]],{"OS":"linux"},0]]'],
  ['python', '[[u"\\u00e9\\"\\n",1.5,[u"a",[u"b",2]],{u"OS":u"linux"},0]]'],
] as const)('a row in %s', (format, expected) => {
  expect([...formatLivestatusRows([row], layout(format))].join('')).toBe(expected);
});

test('any row is JSON that reads back, in whatever pieces it is made', () => {
  const cell = fc.oneof(fc.string(), fc.integer(), fc.array(fc.oneof(fc.string(), fc.array(fc.string()))));
  fc.assert(
    fc.property(fc.array(fc.array(cell)), fc.integer({ min: 1, max: 50 }), (rows, size) => {
      expect(JSON.parse([...formatLivestatusRows(rows, layout('json'), size)].join(''))).toEqual(rows);
    }),
  );
});

test('the header has sixteen bytes', () => {
  expect(formatLivestatusHeader(200, 99)).toBe('200          99\n');
  expect(formatLivestatusHeader(404, 12_345_678_901)).toHaveLength(16);
});
