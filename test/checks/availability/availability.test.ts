import { expect, test } from 'vitest';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { measureAvailability, type MeasureOptions } from '#checks/availability/availability.ts';
import { createReportWindow } from '#checks/availability/report-window.ts';
import { SERVICE_KIND, type HistoryRow } from '#checks/availability/state-history.ts';
import { UTC } from '#checks/time-period/time-zone.ts';
import { berlin, periodOf } from '../time-period/days-of-period.ts';
import { historyOf, HOUR_MS, MINUTE_MS, MONDAY_MS, oneDay } from './history-of.ts';

const measure = (history: HistoryRow<ServiceState>[], options?: MeasureOptions<ServiceState>, window = oneDay) =>
  measureAvailability(history, window, SERVICE_KIND, options);

/** Minutes by state, those in downtime behind a slash; what is nothing is left out. */
function minutesIn(times: ReturnType<typeof measure>['times']): string {
  return Object.entries(times)
    .filter(([, { ms }]) => ms > 0)
    .map(
      ([state, { ms, downtimeMs }]) =>
        `${state} ${ms / MINUTE_MS}${downtimeMs > 0 ? `/${downtimeMs / MINUTE_MS}` : ''}`,
    )
    .join(', ');
}

test.each<[string, string[], MeasureOptions<ServiceState>, string]>([
  ['nothing known is undetermined', [], {}, 'undetermined 1440'],
  ['unless a state is assumed', [], { assumedInitialState: 'ok' }, 'ok 1440'],
  ['the last row before the window tells its first state', ['-100 critical', '-10 ok'], {}, 'ok 1440'],
  ['before the first result nothing is known', ['60 ok'], {}, 'ok 1380, undetermined 60'],
  [
    'an assumed state ends with the first result',
    ['60 critical'],
    { assumedInitialState: 'ok' },
    'ok 60, critical 1380',
  ],
  ['an hour of outage is an hour', ['-1 ok', '600 critical', '660 ok'], {}, 'ok 1380, critical 60'],
  [
    'a part of it in downtime is told',
    ['-1 ok', '600 critical', '630 critical downtime', '660 ok'],
    {},
    'ok 1380, critical 60/30',
  ],
  ['a downtime while all is well is told, too', ['-1 ok', '600 ok downtime', '660 ok'], {}, 'ok 1440/60'],
  [
    'while the engine is stopped nothing is known',
    ['-1 ok', '100 undetermined', '160 ok'],
    {},
    'ok 1380, undetermined 60',
  ],
  ['a retry has not happened', ['-1 ok', '600 critical soft', '602 critical', '660 ok'], {}, 'ok 1382, critical 58'],
  [
    'unless soft states count',
    ['-1 ok', '600 critical soft', '602 critical', '660 ok'],
    { counted: 'soft' },
    'ok 1380, critical 60',
  ],
  [
    'a downtime that begins in a retry has begun',
    ['-1 ok', '600 critical soft', '601 critical soft downtime', '660 ok'],
    {},
    'ok 1440/59',
  ],
  ['a first result that is a retry says nothing yet', ['0 critical soft', '10 ok'], {}, 'ok 1430, undetermined 10'],
  ['of two rows at one instant the last counts', ['0 critical', '0 ok'], {}, 'ok 1440'],
  ['a row at the end of the window is outside', ['0 ok', '1440 critical'], {}, 'ok 1440'],
])('%s', (_, lines, options, expected) => {
  expect(minutesIn(measure(historyOf(...lines), options).times)).toBe(expected);
});

test('only hours of service count, and what happens outside of them is not seen', () => {
  const period = periodOf({ monday: '09:00-12:00,13:00-17:00' });
  const window = createReportWindow({ fromMs: MONDAY_MS, toMs: MONDAY_MS + 48 * HOUR_MS, zone: UTC, period });
  const history = historyOf('-1 ok', '60 critical', '120 ok', '690 critical', '810 ok');
  expect(minutesIn(measure(history, {}, window).times)).toBe('ok 360, critical 60');
});

const outageCases: [string, string[], number[], number[]][] = [
  ['two outages', ['-1 ok', '10 critical', '20 ok', '30 critical', '50 ok'], [10, 20], [10, 20]],
  ['critical and unknown in a row are one outage', ['-1 ok', '10 critical', '20 unknown', '40 ok'], [30], [30]],
  ['a warning ends an outage', ['-1 ok', '10 critical', '20 warning', '30 critical', '50 ok'], [10, 20], [10, 20]],
  ['a planned outage is none of the unplanned', ['-1 ok', '10 critical downtime', '20 ok'], [10], []],
  ['what of it is outside of the downtime is', ['-1 ok', '10 critical', '15 critical downtime', '20 ok'], [10], [5]],
  [
    'a gap neither ends nor lengthens an outage',
    ['-1 ok', '10 critical', '20 undetermined', '30 critical', '35 ok'],
    [15],
    [15],
  ],
  ['an outage that began before the window counts from its start', ['-50 critical', '10 ok'], [10], [10]],
];
test.each(outageCases)('%s', (_, lines, all, unplanned) => {
  const { outages, unplannedOutages } = measure(historyOf(...lines));
  expect(outages.outages.map(({ ms }) => ms / MINUTE_MS)).toEqual(all);
  expect(unplannedOutages.outages.map(({ ms }) => ms / MINUTE_MS)).toEqual(unplanned);
});

test('time to repair is that of repaired outages, time between failures the good time for each', () => {
  const { outages } = measure(historyOf('0 ok', '100 critical', '130 ok', '200 critical', '210 ok', '1400 critical'));
  expect(outages).toMatchObject({ totalMs: 80 * MINUTE_MS, longestMs: 40 * MINUTE_MS, mttrMs: 20 * MINUTE_MS });
  expect(outages.mtbfMs).toBe((1360 * MINUTE_MS) / 3);
  expect(outages.outages.map(({ isOpen }) => isOpen)).toEqual([false, false, true]);
});

test('without an outage there is no time to repair', () => {
  expect(measure(historyOf('0 ok')).outages).toEqual({
    outages: [],
    totalMs: 0,
    longestMs: 0,
    mttrMs: undefined,
    mtbfMs: undefined,
  });
});

test('an outage that ends and another that begins outside the hours of service are two', () => {
  const period = periodOf({ 'day 1 - 31': '09:00-17:00' });
  const window = createReportWindow({ fromMs: MONDAY_MS, toMs: MONDAY_MS + 48 * HOUR_MS, zone: UTC, period });
  const history = historyOf('-1 ok', `${16 * 60} critical`, `${20 * 60} ok`, `${21 * 60} critical`, `${34 * 60} ok`);
  expect(measure(history, {}, window).outages.outages.map(({ ms }) => ms / HOUR_MS)).toEqual([1, 1]);
  const throughNight = historyOf('-1 ok', `${16 * 60} critical`, `${34 * 60} ok`);
  expect(measure(throughNight, {}, window).outages.outages.map(({ ms }) => ms / HOUR_MS)).toEqual([2]);
});

const at = (text: string): number => Date.parse(text);
test.each([
  [
    'the day on which the clock jumps has 23 hours',
    'day',
    '2026-03-28',
    '2026-03-31',
    ['2026-03-28 24', '2026-03-29 23', '2026-03-30 24'],
  ],
  ['the day on which it is set back has 25', 'day', '2026-10-25', '2026-10-26', ['2026-10-25 25']],
  [
    'weeks begin on Monday, the first and last are cut',
    'week',
    '2026-06-03',
    '2026-06-16',
    ['2026-06-01 120', '2026-06-08 168', '2026-06-15 24'],
  ],
  ['months have their own length', 'month', '2026-02-15', '2026-04-02', ['2026-02 336', '2026-03 743', '2026-04 24']],
] as const)('%s', (_, bucket, from, to, expected) => {
  const midnight = (date: string): number => at(`${date}T00:00Z`) - berlin.offsetMs(at(`${date}T00:00Z`) - 2 * HOUR_MS);
  const window = createReportWindow({ fromMs: midnight(from), toMs: midnight(to), zone: berlin, bucket });
  expect(window.buckets.map(({ label, fromMs, toMs }) => `${label} ${(toMs - fromMs) / HOUR_MS}`)).toEqual(expected);
});

test('each bucket has its own times', () => {
  const window = createReportWindow({ fromMs: MONDAY_MS, toMs: MONDAY_MS + 72 * HOUR_MS, zone: UTC, bucket: 'day' });
  const buckets = measure(historyOf('0 ok', `${23 * 60} critical`, `${26 * 60} ok`), {}, window).buckets();
  expect(buckets.map(({ bucket, times }) => `${bucket.label}: ${minutesIn(times)}`)).toEqual([
    '2026-06-01: ok 1380, critical 60',
    '2026-06-02: ok 1320, critical 120',
    '2026-06-03: ok 1440',
  ]);
});
