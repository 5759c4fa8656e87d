// A metric against its limits: no value, an old value or half a sum is never good news.

import { expect, test } from 'vitest';
import { createMetricKind, type LatestValue } from '#checks/kinds/metric.ts';
import { runKind } from './run-kind.ts';

const live: Record<string, LatestValue> = {
  load_five: { value: 6, atMs: 0, tn: 5 },
  cpu_num: { value: 2, atMs: 0, tn: 900 },
  mem_free: { value: 5, atMs: 0, tn: 10 },
  mem_cached: { value: 10, atMs: 0, tn: 10 },
  mem_total: { value: 100, atMs: 0, tn: 10 },
  part_max_used: { value: 85, atMs: 0, tn: 181 },
  zero: { value: 0, atMs: 0, tn: 0 },
  broken: { value: Number.NaN, atMs: 0, tn: 0 },
};
const kind = createMetricKind((cluster, host, metric) =>
  `${cluster}/${host}` === 'c/web-1' ? live[metric] : undefined,
);

const verdicts: [string, Record<string, unknown>, string, string][] = [
  ['below its limits', { metric: 'load_five', warn: '~:8' }, 'ok', 'METRIC OK - load_five is 6'],
  [
    'above the warning',
    { metric: 'load_five', warn: '~:5', crit: '~:8' },
    'warning',
    'METRIC WARNING - load_five is 6',
  ],
  ['above both', { metric: 'load_five', warn: '~:1', crit: '~:5' }, 'critical', 'METRIC CRITICAL - load_five is 6'],
  [
    'a sum',
    { metric: 'mem_free', plus: ['mem_cached'], unit: 'MB', warn: '20:' },
    'warning',
    'METRIC WARNING - mem_free + mem_cached is 15 MB',
  ],
  [
    'a share',
    { metric: 'mem_free', percentOf: 'mem_total', crit: '10:' },
    'critical',
    'METRIC CRITICAL - mem_free of mem_total is 5 %',
  ],
  ['never heard', { metric: 'nothing', warn: '1' }, 'unknown', 'METRIC UNKNOWN - no value of nothing from web-1'],
  [
    'heard too long ago',
    { metric: 'part_max_used', crit: '99' },
    'unknown',
    'METRIC UNKNOWN - part_max_used was last heard 181 seconds ago',
  ],
  [
    'old, but young enough for this check',
    { metric: 'part_max_used', crit: '99', maxAgeSec: 200 },
    'ok',
    'METRIC OK - part_max_used is 85',
  ],
  [
    'a share of something old',
    { metric: 'load_five', percentOf: 'cpu_num', warn: '1' },
    'unknown',
    'METRIC UNKNOWN - cpu_num was last heard 900 seconds ago',
  ],
  [
    'a share of nothing',
    { metric: 'load_five', percentOf: 'zero', warn: '1' },
    'unknown',
    'METRIC UNKNOWN - zero is 0',
  ],
  ['not a number', { metric: 'broken', warn: '1' }, 'unknown', 'METRIC UNKNOWN - broken is not a number'],
];
test.each(verdicts)('%s', async (_, spec, state, output) => {
  expect(await runKind(kind, spec)).toMatchObject({ state, output });
});

test('the value goes to the history with its limits', async () => {
  expect(await runKind(kind, { metric: 'load_five', warn: '~:5', crit: '~:8' })).toMatchObject({
    perfdata: 'load_five=6;~:5;~:8',
  });
});

test('just after the start silence means nothing, a value counts', async () => {
  expect(await runKind(kind, { metric: 'nothing', warn: '1' }, { isSettling: true })).toBe('not_yet');
  expect(await runKind(kind, { metric: 'load_five', warn: '~:5' }, { isSettling: true })).toMatchObject({
    state: 'warning',
  });
});

const refused: [string, Record<string, unknown>, string][] = [
  ['no limit', { metric: 'a' }, ''],
  ['a limit that is no range', { metric: 'a', warn: '80%' }, '/warn'],
  ['a range upside down', { metric: 'a', warn: '1', crit: '10:5' }, '/crit'],
];
test.each(refused)('%s is refused when the check is saved', (_, spec, path) => {
  expect(kind.prepare(spec)).toMatchObject({ ok: false, problems: [expect.objectContaining({ path })] });
});
