// A metric against its limits: no value, an old value or half a sum is never good news,
// and every verdict says which limit and why.

import { expect, test } from 'vitest';
import type { LatestValue } from '#checks/kinds/metric/metric-sources.ts';
import { createMetricWorld, type MetricWorld } from './metric-world.ts';

const HOUR_MS = 3_600_000;
const heard = (value: number, tn = 5): LatestValue => ({ value, atMs: 0, tn });
const live: Record<string, LatestValue> = {
  load_five: heard(6),
  cpu_num: heard(2, 900),
  mem_free: heard(5),
  mem_cached: heard(10),
  mem_total: heard(100),
  part_max_used: heard(85, 181),
  zero: heard(0),
  broken: heard(Number.NaN),
};

function world(change: (world: MetricWorld) => void = () => {}): MetricWorld {
  const made = createMetricWorld();
  Object.assign(made.live, live);
  change(made);
  return made;
}

type Row = [what: string, spec: Record<string, unknown>, state: string, output: string];

const verdicts: Row[] = [
  ['below its limits', { metric: 'load_five', warn: '~:8' }, 'ok', 'METRIC OK - load_five is 6 (warning above 8)'],
  [
    'above the warning',
    { metric: 'load_five', warn: '~:5', crit: '~:8' },
    'warning',
    'METRIC WARNING - load_five is 6 (warning above 5, critical above 8)',
  ],
  [
    'above both',
    { metric: 'load_five', warn: '~:1', crit: '~:5' },
    'critical',
    'METRIC CRITICAL - load_five is 6 (warning above 1, critical above 5)',
  ],
  [
    'a sum',
    { metric: 'mem_free', plus: ['mem_cached'], unit: 'MB', warn: '20:' },
    'warning',
    'METRIC WARNING - mem_free + mem_cached is 15 MB (warning below 20)',
  ],
  [
    'a share',
    { metric: 'mem_free', percentOf: 'mem_total', crit: '10:' },
    'critical',
    'METRIC CRITICAL - mem_free of mem_total is 5 % (critical below 10)',
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
    'METRIC OK - part_max_used is 85 (critical outside 0 to 99)',
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
  [
    'never heard, which is fine here',
    { metric: 'nothing', warn: '1', missingState: 'ok' },
    'ok',
    'METRIC OK - no value of nothing from web-1',
  ],
  ['not a number', { metric: 'broken', warn: '1' }, 'unknown', 'METRIC UNKNOWN - broken is not a number'],
];
test.each(verdicts)('%s', async (_, spec, state, output) => {
  expect(await world().run(spec)).toMatchObject({ state, output });
});

test('the value goes to the history with its limits', async () => {
  expect(await world().run({ metric: 'load_five', warn: '~:5', crit: '~:8' })).toMatchObject({
    perfdata: 'load_five=6;~:5;~:8',
  });
});

test('just after the start silence means nothing, a value counts', async () => {
  const { run } = world();
  expect(await run({ metric: 'nothing', warn: '1' }, { isSettling: true })).toBe('not_yet');
  expect(await run({ metric: 'nothing', absence: {}, crit: '60' }, { isSettling: true })).toBe('not_yet');
  expect(await run({ metric: 'load_five', warn: '~:5' }, { isSettling: true })).toMatchObject({ state: 'warning' });
});

const absences: Row[] = [
  [
    'a metric that comes is there',
    { metric: 'load_five', absence: {}, warn: '60', crit: '300' },
    'ok',
    'METRIC OK - load_five was heard 5 seconds ago (warning outside 0 to 60, critical outside 0 to 300)',
  ],
  [
    'a metric that stopped coming is missing',
    { metric: 'cpu_num', absence: {}, warn: '~:60', crit: '~:899' },
    'critical',
    'METRIC CRITICAL - cpu_num was heard 900 seconds ago (warning above 60, critical above 899)',
  ],
  [
    'a metric that never came is missing too',
    { metric: 'nothing', absence: {}, warn: '~:60' },
    'warning',
    'METRIC WARNING - nothing was never heard from web-1 (warning above 60)',
  ],
];
test.each(absences)('%s', async (_, spec, state, output) => {
  expect(await world().run(spec)).toMatchObject({ state, output });
});

test('the first override whose group the host is in sets the limits, and the output says so', async () => {
  const made = world(({ groups }) => groups.push('db', 'ams'));
  const spec = {
    metric: 'load_five',
    warn: '~:1',
    crit: '~:2',
    overrides: [
      { group: 'web', warn: '~:3' },
      { group: 'db', crit: '~:9' },
      { group: 'ams', warn: '~:99' },
    ],
  };
  expect(await made.run(spec)).toMatchObject({
    state: 'warning',
    output: 'METRIC WARNING - load_five is 6 (warning above 1, critical above 9: limits of group db)',
    perfdata: 'load_five=6;~:1;~:9',
  });
});

test('a peak ten minutes ago counts in the maximum of an hour and not in that of five minutes', async () => {
  const made = world(({ courses, clock }) => {
    const peakMs = clock.nowMs() - 600_000;
    courses['load_five'] = (atMs) => (Math.abs(atMs - peakMs) < 20_000 ? 50 : 2);
  });
  const spec = { metric: 'load_five', crit: '~:40' };
  expect(await made.run({ ...spec, over: { windowSec: 3600, agg: 'max' } })).toMatchObject({
    state: 'critical',
    output: 'METRIC CRITICAL - load_five was at most 50 in the last 3600 seconds (critical above 40)',
  });
  expect(await made.run({ ...spec, over: { windowSec: 300, agg: 'max' } })).toMatchObject({ state: 'ok' });
  expect(await made.run({ ...spec, metric: 'nothing', over: { windowSec: 300 } })).toMatchObject({
    output: 'METRIC UNKNOWN - no value of nothing in the last 300 seconds',
  });
});

test('a share over a while is made of what was heard at the same time', async () => {
  const made = world(({ courses, clock }) => {
    courses['used'] = () => 30;
    courses['all'] = (atMs) => (atMs < clock.nowMs() - 200_000 ? 60 : undefined);
  });
  expect(await made.run({ metric: 'used', percentOf: 'all', over: { windowSec: 300 }, warn: '~:49' })).toMatchObject({
    output: 'METRIC WARNING - used of all was on average 50 % in the last 300 seconds (warning above 49)',
  });
});

test('a counter is judged by its growth, and one that began anew has not fallen', async () => {
  const made = world(({ courses, clock }) => {
    const startMs = clock.nowMs() - 150_000;
    courses['requests'] = (atMs) => (atMs < startMs ? (atMs - startMs + HOUR_MS) / 100 : (atMs - startMs) / 100);
    courses['failed'] = (atMs) => (atMs < startMs ? (atMs - startMs + HOUR_MS) / 1000 : (atMs - startMs) / 1000);
    courses['still'] = () => 7;
  });
  expect(await made.run({ metric: 'requests', rate: {}, crit: '20:' })).toMatchObject({
    state: 'critical',
    output: expect.stringMatching(/^METRIC CRITICAL - requests grows by (9\.5|10) \/s \(critical below 20\)$/),
  });
  expect(await made.run({ metric: 'failed', percentOf: 'requests', rate: {}, crit: '~:5' })).toMatchObject({
    output: 'METRIC CRITICAL - failed of requests grows by 10 % (critical above 5)',
  });
  expect(await made.run({ metric: 'still', percentOf: 'still', rate: {}, crit: '~:5' })).toMatchObject({ state: 'ok' });
});

test('the hosts whose value differs are named', async () => {
  const made = world(({ live: values, members }) => {
    members['c'] = ['web-1', 'web-2', 'web-3', 'web-4', 'gone'];
    members['db'] = ['web-1', 'web-2'];
    Object.assign(values, { kernel: heard(6), 'web-2/kernel': heard(6), 'web-3/kernel': heard(7) });
    Object.assign(values, { 'web-4/kernel': heard(6), 'gone/kernel': heard(1, 9999) });
  });
  const spec = { metric: 'kernel', sameEverywhere: {} };
  expect(await made.run(spec)).toMatchObject({
    state: 'warning',
    output: 'METRIC WARNING - kernel differs on 1 of 4 hosts of cluster c: web-3 7; elsewhere 6 (warning other than 0)',
    perfdata: 'odd_hosts=1;0',
  });
  expect(await made.run({ ...spec, sameEverywhere: { tolerance: 1 } })).toMatchObject({ state: 'ok' });
  expect(await made.run({ ...spec, sameEverywhere: { group: 'db' } })).toMatchObject({
    output: 'METRIC OK - kernel is 6 on all 2 hosts of group db (warning other than 0)',
  });
  expect(await made.run({ ...spec, sameEverywhere: { group: 'nobody' } })).toMatchObject({
    output: 'METRIC UNKNOWN - kernel is known of 0 of 0 hosts of group nobody',
  });
});

test('a disk that fills up is told hours ahead', async () => {
  const made = world(({ live: values, courses, clock }) => {
    values['disk'] = heard(91);
    const nowMs = clock.nowMs();
    courses['disk'] = (atMs) => 91 - ((nowMs - atMs) / HOUR_MS) * 3;
    courses['flat'] = () => 91;
    courses['young'] = (atMs) => (atMs > nowMs - 60_000 ? 91 : undefined);
    values['flat'] = values['young'] = heard(91);
    values['full'] = heard(100);
  });
  const spec = { metric: 'disk', unit: '%', forecast: {}, warn: '24:', crit: '4:' };
  const limits = '(warning below 24, critical below 4)';
  expect(await made.run(spec)).toEqual({
    state: 'critical',
    output: `METRIC CRITICAL - disk is 91 % and rises by 3 % an hour: 100 % in 3 hours ${limits}`,
    longOutput: '',
    perfdata: 'hours_left=3h;24:;4: disk=91%',
  });
  expect(await made.run({ ...spec, metric: 'flat' })).toMatchObject({
    state: 'ok',
    output: `METRIC OK - flat is 91 %, no trend towards 100 % ${limits}`,
    perfdata: 'hours_left=U;24:;4: flat=91%',
  });
  expect(await made.run({ ...spec, metric: 'young' })).toMatchObject({
    state: 'ok',
    output: expect.stringContaining('too little history for a forecast yet (2 of 20 points)'),
  });
  expect(await made.run({ ...spec, metric: 'full' })).toMatchObject({
    state: 'critical',
    output: `METRIC CRITICAL - full is 100 %: 100 % is reached ${limits}`,
  });
});

test('a value that is unusual for its time is told, with what is usual', async () => {
  const made = world(({ courses, clock }) => {
    const nowMs = clock.nowMs();
    // 1000 at this hour of each week, 10 at any other time; today the visitors stay away.
    const weekMs = 168 * HOUR_MS;
    const isRush = (atMs: number) => (nowMs - atMs + HOUR_MS) % weekMs < 2 * HOUR_MS;
    const ripple = (atMs: number) => ((atMs / 15_000) % 2) * 20;
    courses['visitors'] = (atMs) => (atMs > nowMs - HOUR_MS ? 500 : isRush(atMs) ? 1000 + ripple(atMs) : 10);
    courses['new'] = (atMs) => (atMs > nowMs - 8 * 24 * HOUR_MS ? 500 : undefined);
  });
  const spec = { metric: 'visitors', baseline: {}, warn: '3', crit: '6' };
  expect(await made.run(spec)).toMatchObject({
    state: 'critical',
    output: expect.stringMatching(
      /^METRIC CRITICAL - visitors is 500, 50(\.\d)? spreads below the usual 1010 ± 10\.1 at/,
    ),
  });
  expect(await made.run({ ...spec, baseline: { side: 'above' } })).toMatchObject({ state: 'ok' });
  expect(await made.run({ ...spec, metric: 'new' })).toMatchObject({
    state: 'ok',
    output: expect.stringContaining('too little history to say what is usual at this time (1 of 3 weeks)'),
  });
  expect(await made.run({ ...spec, metric: 'nothing' })).toMatchObject({ state: 'unknown' });
});

const refused: [string, Record<string, unknown>, string][] = [
  ['no limit', { metric: 'a' }, ''],
  ['a limit that is no range', { metric: 'a', warn: '80%' }, '/warn'],
  ['a range upside down', { metric: 'a', warn: '1', crit: '10:5' }, '/crit'],
  ['two ways at once', { metric: 'a', warn: '1', rate: {}, forecast: {} }, '/forecast'],
  ['the absence of a sum', { metric: 'a', plus: ['b'], warn: '1', absence: {} }, '/absence'],
  ['a forecast that would alarm when all is well', { metric: 'a', forecast: {}, crit: '4' }, '/crit'],
  ['an override without limits', { metric: 'a', warn: '1', overrides: [{ group: 'db' }] }, '/overrides/0'],
  [
    'an override that is no range',
    { metric: 'a', warn: '1', overrides: [{ group: 'db', crit: 'x' }] },
    '/overrides/0/crit',
  ],
];
test.each(refused)('%s is refused when the check is saved', async (_, spec, path) => {
  expect(await world().run(spec)).toMatchObject({
    state: 'unknown',
    output: expect.stringContaining(`The settings of this check are wrong: ${path} `),
  });
});
