// [what, what differs from quiet wires, status, words of the summary]
import { expect, test } from 'vitest';
import { judgeOutside } from '#app/judge-outside.ts';
import type { OutsideCounters } from '#checks/passive/outside.ts';

const NOTHING: OutsideCounters = { listeners: [], results: {}, orders: {}, waiting: 0, unknown: [], nrdp: {} };
const nsca = { name: 'nsca', at: '127.0.0.1:5667', counts: { taken: 12, too_old: 3 } };
const numbers = (differs: Partial<OutsideCounters> = {}): OutsideCounters => ({
  ...NOTHING,
  listeners: [nsca],
  results: { nsca: { taken: 1200, unknown_host: 2 } },
  orders: { command_file: { done: 4 } },
  ...differs,
});
const stray = { hostName: 'web-9', serviceName: 'http', via: 'nsca' as const, results: 2, lastAtMs: 0 };

const cases: [string, Partial<OutsideCounters>, 'ok' | 'warning', RegExp][] = [
  ['results come', {}, 'ok', /^1200 results were taken/],
  ['for nobody', { unknown: [stray] }, 'warning', /nobody defined: web-9\/http \(2\)/],
  ['too many wait', { waiting: 6000 }, 'warning', /^6000 results wait .*PostgreSQL/],
  ['some were turned away', { results: { nrdp: { full: 7 } } }, 'warning', /^7 results were turned away/],
];

test.each(cases)('%s: said, with the numbers behind it', (_, differs, status, summary) => {
  const part = judgeOutside(numbers(differs));
  expect(part).toMatchObject({ name: 'Results from outside', status, summary: expect.stringMatching(summary) });
  const facts = Object.fromEntries((part?.facts ?? []).map(({ name, value }) => [name, value]));
  expect(facts).toMatchObject({ 'nsca at 127.0.0.1:5667': 'taken 12, too old 3', 'orders by command file': 'done 4' });
});

test('where nothing is open and nothing came there is nothing to say', () => {
  expect(judgeOutside(NOTHING)).toBeUndefined();
});
