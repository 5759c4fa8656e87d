// The calendar of downtimes and the forms behind it, as pure decisions.

import { expect, test } from 'vitest';
import type { Downtime, DowntimeBatch } from '#web/contract/downtimes.ts';
import { calendarSpan, dayFromText, dayText, placeBars, stepped } from '#web/ui/screens/downtime/calendar-span.ts';
import {
  draftFromParams,
  orderOf,
  previewOf,
  targetDraftOf,
  targetToSend,
} from '#web/ui/screens/downtime/downtime-draft.ts';
import { lanesByHost, lanesByReason } from '#web/ui/screens/downtime/downtime-lanes.ts';
import {
  recurringDraftOf,
  recurringOrderOf,
  scheduleOf,
  scheduleText,
} from '#web/ui/screens/downtime/recurring-draft.ts';
import { bucketFor, csvPath, percentText, questionOf, spanOf } from '#web/ui/screens/availability/report-question.ts';

const noon = new Date(2026, 6, 4, 12).getTime();

test('a week begins the day before, a month with its first; steps lead to the next ones', () => {
  const week = calendarSpan('week', noon);
  expect(week.days.map((day) => day.getDate())).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  expect(dayText(stepped('week', week, 1))).toBe('2026-07-11');
  expect(dayText(calendarSpan('week', stepped('week', week, 1)).fromMs)).toBe('2026-07-10');
  expect(dayText(calendarSpan('week', stepped('week', week, -1)).fromMs)).toBe('2026-06-26');
  const month = calendarSpan('month', noon);
  expect(month.days).toHaveLength(32);
  expect(dayText(stepped('month', month, -1))).toBe('2026-06-01');
});

test('a day in the address is read back, anything else is not', () => {
  expect(dayText(dayFromText('2026-07-04') ?? 0)).toBe('2026-07-04');
  for (const text of [null, '', 'today', '2026-7-4', '2026-13-40']) expect(dayFromText(text)).toBeUndefined();
});

test('bars lie where their time is; those that overlap stand beneath each other', () => {
  const span = calendarSpan('week', noon);
  const at = (day: number, hour: number): string => new Date(2026, 6, day, hour).toISOString();
  const bars = [
    { startsAt: at(4, 0), endsAt: at(5, 0), name: 'day' },
    { startsAt: at(1, 0), endsAt: at(3, 12), name: 'cut' },
    { startsAt: at(4, 12), endsAt: at(20, 0), name: 'long' },
    { startsAt: at(11, 0), endsAt: at(12, 0), name: 'after' },
  ];
  const placed = placeBars(bars, span).map(({ bar, left, width, row }) => [bar.name, left * 14, width * 14, row]);
  expect(placed).toEqual([
    ['cut', 0, 1, 0],
    ['day', 2, 2, 0],
    ['long', 3, 11, 1],
  ]);
});

test('lanes by reason: what is open stands first; by host: in the order of their names', () => {
  const batch = {
    ...({ author: 'a', hosts: 2, services: 0, names: ['web-1', 'web-2'], fixed: true } as DowntimeBatch),
  };
  const lanes = lanesByReason([
    { ...batch, batch: '1', comment: 'old', status: 'ended', recurringId: null },
    { ...batch, batch: '2', comment: 'backup', status: 'pending', recurringId: 'r' },
    { ...batch, batch: '3', comment: 'old', status: 'ended', recurringId: null },
  ]);
  expect(lanes.map(({ name, bars }) => [name, bars.length, bars[0]?.recurring])).toEqual([
    ['backup', 1, true],
    ['old', 2, false],
  ]);
  const one = { comment: 'disk', checkName: null, checkId: null, recurringId: null, fixed: true } as Downtime;
  const byHost = lanesByHost([
    { ...one, id: '1', hostName: 'web-10' },
    { ...one, id: '2', hostName: 'web-9', checkId: 'c', checkName: 'load' },
  ]);
  expect(byHost.map(({ name, bars }) => [name, bars[0]?.label])).toEqual([
    ['web-9', 'load: disk'],
    ['web-10', 'disk'],
  ]);
});

test('a link to the form fills it; it is sent once it names something, a time and a reason', () => {
  const draft = draftFromParams(new URLSearchParams('hosts=a,b&checks=c'), noon);
  expect(previewOf(draft)?.target).toMatchObject({ hostIds: ['a', 'b'], checkIds: ['c'], children: 'none' });
  expect(orderOf(draft)).toBeNull();
  expect(orderOf({ ...draft, comment: ' disk ' })).toMatchObject({ comment: 'disk', fixed: true });
  expect(orderOf({ ...draft, comment: 'x', kind: 'flexible', minutes: 90 })).toMatchObject({ durationSec: 5400 });
  expect(previewOf({ ...draft, to: draft.from })).toBeNull();
  expect(previewOf({ ...draft, from: 'soon' })).toBeNull();
  expect(previewOf(draftFromParams(new URLSearchParams('new=1'), noon))).toBeNull();
  const target = { serviceGroups: ['shop', 'db'], q: 'load', withServices: true, children: 'same' as const };
  expect(targetToSend(targetDraftOf(target))).toEqual(target);
});

test('a schedule is sent when each day has its times; a day given twice has both', () => {
  const draft = recurringDraftOf(null, 'UTC');
  expect(scheduleOf({ zone: 'UTC', days: [{ day: 'monday', times: '' }] })).toBeNull();
  const twice = [
    { day: 'Monday', times: '02:00-03:00' },
    { day: 'monday ', times: '12:00-13:00' },
  ];
  expect(scheduleOf({ zone: 'UTC', days: twice })?.days).toEqual({ monday: '02:00-03:00,12:00-13:00' });
  expect(recurringOrderOf({ ...draft, name: 'n', comment: 'c' })).toBeNull();
  const order = recurringOrderOf({ ...draft, name: 'n', comment: 'c', filter: 'disk' });
  expect(order).toMatchObject({ name: 'n', schedule: { days: { sunday: '02:00-04:00' } }, fixed: true });
  expect(scheduleText({ zone: 'UTC', days: { monday: '02:00-03:00', 'day 1': '04:00-05:00' } })).toBe(
    'monday 02:00-03:00, day 1 04:00-05:00',
  );
});

test('what a report is asked stands in the address', () => {
  const month = spanOf(new URLSearchParams('range=lastMonth'), noon);
  expect([dayText(month.fromMs), dayText(month.toMs)]).toEqual(['2026-06-01', '2026-07-01']);
  const fixed = spanOf(new URLSearchParams('from=2026-07-01&to=2026-07-02'), noon);
  expect([dayText(fixed.fromMs), dayText(fixed.toMs)]).toEqual(['2026-07-01', '2026-07-03']);
  const usual = spanOf(new URLSearchParams('from=never&to='), noon);
  expect((usual.toMs - usual.fromMs) / 86_400_000).toBe(30);
  expect(bucketFor(usual)).toBe('day');
  expect(bucketFor(spanOf(new URLSearchParams('range=1y'), noon))).toBe('week');
  expect(questionOf(new URLSearchParams('q=x&target=101&soft=1&downtime=included'), noon)).toMatchObject({
    ...{ q: 'x', target: 99.9, countSoft: true, downtime: 'included', group: undefined },
  });
  expect(csvPath({ q: 'a b', group: undefined }, 'day')).toBe('/api/v1/availability?q=a+b&bucket=day&format=csv');
  expect([percentText(null), percentText(100), percentText(99.9)]).toEqual(['–', '100', '99.900']);
});
