import { expect, test } from 'vitest';
import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import { measureAvailability, type StateTimes } from '#checks/availability/availability.ts';
import { availabilityCsvHeader, availabilityCsvRows } from '#checks/availability/availability-csv.ts';
import { toCsv } from '#checks/availability/csv.ts';
import { averageTimes, worstMember } from '#checks/availability/group-roll-up.ts';
import { judgeTarget, percentText, sharesOf } from '#checks/availability/shares.ts';
import { HOST_KIND, SERVICE_KIND, worstHistory, type HistoryRow } from '#checks/availability/state-history.ts';
import { historyOf, HOUR_MS, MINUTE_MS, MONDAY_MS, oneDay } from './history-of.ts';

function timesOf(
  ms: Partial<Record<ServiceState | 'undetermined', number>>,
  downtimeMs: typeof ms = {},
): StateTimes<ServiceState> {
  const time = (state: ServiceState | 'undetermined') => ({ ms: ms[state] ?? 0, downtimeMs: downtimeMs[state] ?? 0 });
  return {
    ok: time('ok'),
    warning: time('warning'),
    critical: time('critical'),
    unknown: time('unknown'),
    undetermined: time('undetermined'),
  };
}

test('three equal parts add up to one hundred percent', () => {
  const shares = sharesOf(timesOf({ ok: 1, warning: 1, critical: 1 }), 'included');
  expect(shares).toEqual({ ok: 33_334, warning: 33_333, critical: 33_333, unknown: 0, undetermined: 0 });
  expect(percentText(33_334)).toBe('33.334');
  expect(percentText(5)).toBe('0.005');
});

test('without its downtime a report is measured by what is left', () => {
  const times = timesOf({ ok: 90, critical: 10 }, { critical: 10, ok: 40 });
  expect(sharesOf(times, 'included')).toMatchObject({ ok: 90_000, critical: 10_000 });
  expect(sharesOf(times, 'excluded')).toMatchObject({ ok: 100_000, critical: 0 });
});

test('where no time counts there are no percentages', () => {
  expect(sharesOf(timesOf({}), 'included')).toBeUndefined();
  expect(sharesOf(timesOf({ ok: 10 }, { ok: 10 }), 'excluded')).toBeUndefined();
});

test.each([
  ['three nines met to the millisecond', 99.9, timesOf({ ok: 999_000, critical: 1000 }), 'met', 1000],
  ['and missed by one', 99.9, timesOf({ ok: 998_999, critical: 1001 }), 'missed', 1000],
  ['a warning is no outage, unknown is', 90, timesOf({ ok: 50, warning: 40, unknown: 10 }), 'met', 10],
  [
    'time of which nothing is known counts for neither',
    99,
    timesOf({ ok: 99, critical: 1, undetermined: 1_000_000 }),
    'met',
    1,
  ],
  ['nothing known, nothing said', 99, timesOf({ undetermined: 100 }), 'undetermined', 0],
  ['a target of one hundred forgives nothing', 100, timesOf({ ok: 1e9, critical: 1 }), 'missed', 0],
] as const)('%s', (_, targetPercent, times, verdict, budgetMs) => {
  expect(judgeTarget(times, SERVICE_KIND, { targetPercent, downtime: 'included' })).toMatchObject({
    verdict,
    budgetMs,
  });
});

test('a planned outage does not count against a target without downtime', () => {
  const times = timesOf({ ok: 900, critical: 100 }, { critical: 100 });
  expect(judgeTarget(times, SERVICE_KIND, { targetPercent: 99, downtime: 'included' }).verdict).toBe('missed');
  expect(judgeTarget(times, SERVICE_KIND, { targetPercent: 99, downtime: 'excluded' })).toMatchObject({
    verdict: 'met',
    knownMs: 900,
    outageMs: 0,
  });
});

const measure = (history: HistoryRow<ServiceState>[]) => measureAvailability(history, oneDay, SERVICE_KIND);

test('a group is the average of its members, or the worst of them', () => {
  const members = ['0 critical', '720 critical', '1440 critical'].map((line, index) => ({
    name: `m${index}`,
    ...measure([...historyOf('-1 ok'), ...historyOf(line)]),
  }));
  const average = averageTimes(
    members.map(({ times }) => times),
    SERVICE_KIND,
  );
  expect(sharesOf(average, 'included')).toMatchObject({ ok: 50_000, critical: 50_000 });
  expect(worstMember(members, SERVICE_KIND, 'included')?.name).toBe('m0');
  expect(worstMember([measure([])], SERVICE_KIND, 'included')).toBeUndefined();
});

test('any of them down: two outages of an hour, half of it together, are an hour and a half', () => {
  const worst = worstHistory(
    [historyOf('0 ok', '60 critical', '120 ok'), historyOf('0 ok', '90 critical', '150 ok'), historyOf()],
    SERVICE_KIND.states,
    'hard',
  );
  expect(worst).toEqual(historyOf('0 ok', '60 critical', '150 ok'));
});

test('a group is in downtime while all of its worst members are', () => {
  const planned = historyOf('0 ok', '60 critical downtime', '120 ok');
  const unplanned = historyOf('0 ok', '90 critical', '100 ok');
  expect(worstHistory([planned, unplanned], SERVICE_KIND.states, 'hard')).toEqual(
    historyOf('0 ok', '60 critical downtime', '90 critical', '100 critical downtime', '120 ok'),
  );
});

test('a member of which nothing is known has no say while another has', () => {
  const rows = worstHistory(
    [historyOf('0 ok', '60 undetermined'), historyOf('30 ok', '90 undetermined')],
    SERVICE_KIND.states,
    'hard',
  );
  expect(rows).toEqual(historyOf('0 ok', '90 undetermined'));
});

test('hosts are up, down or unreachable', () => {
  const row = (minutes: number, state: HostState): HistoryRow<HostState> => ({
    atMs: MONDAY_MS + minutes * MINUTE_MS,
    state,
    stateType: 'hard',
    isInDowntime: false,
  });
  const { times, outages } = measureAvailability(
    [row(0, 'up'), row(60, 'down'), row(90, 'unreachable'), row(120, 'up')],
    oneDay,
    HOST_KIND,
  );
  expect(times).toMatchObject({
    up: { ms: 23 * HOUR_MS },
    down: { ms: HOUR_MS / 2 },
    unreachable: { ms: HOUR_MS / 2 },
  });
  expect(outages.outages).toHaveLength(1);
});

test.each([
  ['plain text', 'web-1', 'web-1'],
  ['a comma is quoted', 'a,b', '"a,b"'],
  ['a quote is doubled', 'a"b', '"a""b"'],
  ['a line end is kept within quotes', 'a\r\nb', '"a\r\nb"'],
  ['a formula is text', '=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ['so is one behind a blank', ' +1', `' +1`],
  ['and one in wide characters', '＝1+1', `'＝1+1`],
  ['an at sign', '@SUM(A1)', `'@SUM(A1)`],
  ['a tab', '\t=1', `'\t=1`],
  ['a negative number is a number', -5, '-5'],
  ['nothing is nothing', undefined, ''],
])('CSV: %s', (_, cell, text) => {
  expect(toCsv([['x', cell]])).toBe(`x,${text}\r\n`);
});

test('a report as CSV has a row for each object and bucket', () => {
  const measured = measure(historyOf('0 ok', '720 critical downtime', '1080 ok'));
  const buckets = measured.buckets().map(({ bucket, times }) => ({ ...bucket, states: times }));
  const rows = availabilityCsvRows([{ hostName: '=web', checkName: 'disk /', object: 'service', buckets }], 'included');
  expect(availabilityCsvHeader()).toMatch(
    /^host,check,object,bucket,from,to,ok_sec,ok_downtime_sec,ok_percent,warning_sec,.*,undetermined_percent\r\n$/,
  );
  expect(rows.split('\r\n')).toEqual([
    `'=web,disk /,service,2026-06-01,2026-06-01T00:00:00.000Z,2026-06-02T00:00:00.000Z,64800,0,75,0,0,0,21600,21600,25,0,0,0,,,,,,,,,,0,0,0`,
    '',
  ]);
});
