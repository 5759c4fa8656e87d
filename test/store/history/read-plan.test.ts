// Which tables answer which range. Day 20000 begins at 1728000000 s, hour 480000.

import assert from 'node:assert/strict';
import { test } from 'vitest';
import { planRead, type ReadPart } from '#store/history/embedded/read-plan.ts';
import { DEFAULT_RETENTION, expiredTables, HOUR_MS, readCatalogue } from '#store/history/embedded/tiers.ts';

const HOUR = 480_000;

/** Short form: raw hours relative to HOUR, tier tables with their share in hours relative to HOUR. */
function shown(part: ReadPart): string {
  if (part.kind === 'raw') return `raw ${part.hour - HOUR}`;
  const [from, to] = [part.fromSec / 3600 - HOUR, part.toSec / 3600 - HOUR];
  const except = part.exceptHours.map((hour) => ` without ${hour - HOUR}`).join('');
  return `${part.table.split('_')[0]} ${from}..${to}${except}`;
}

const DAY_TABLES = ['m1_20000', 'm10_2000', 'h1_666'];

const cases: [what: string, tables: string[], hours: [number, number], stepSec: number, parts: string[]][] = [
  ['nothing stored', [], [0, 1], 60, []],
  ['the open hour is read raw', ['live_480000'], [0, 1], 60, ['raw 0']],
  ['a step below a minute needs raw', ['raw_480000', ...DAY_TABLES], [0, 1], 15, ['raw 0']],
  ['a step that no roll-up divides needs raw', ['raw_480000', ...DAY_TABLES], [0, 1], 90, ['raw 0']],
  ['a minute step reads minutes', ['raw_480000', ...DAY_TABLES], [0, 1], 60, ['m1 0..1']],
  ['twenty minutes read ten-minute rows', ['raw_480000', ...DAY_TABLES], [0, 2], 1200, ['m10 0..2']],
  ['a day step reads hours', ['raw_480000', ...DAY_TABLES], [0, 24], 86_400, ['h1 0..24']],
  [
    'rolled hours and the open one together',
    ['raw_480000', 'live_480001', ...DAY_TABLES],
    [0, 2],
    60,
    ['raw 1', 'm1 0..2'],
  ],
  [
    'an hour with late samples is read raw in full',
    ['raw_480000', 'live_480000', ...DAY_TABLES],
    [0, 2],
    60,
    ['raw 0', 'm1 0..2 without 0'],
  ],
  [
    'late samples whose raw hour is gone come on top of the roll-up',
    ['live_480000', ...DAY_TABLES],
    [0, 1],
    60,
    ['raw 0', 'm1 0..1'],
  ],
  ['raw where it is left, minutes before', ['raw_480002', ...DAY_TABLES], [0, 3], 15, ['raw 2', 'm1 0..2']],
  [
    'minutes where they are left, coarser before',
    ['m1_20000', 'm10_1999', 'm10_2000', 'h1_666'],
    [-24, 24],
    60,
    ['m1 0..24', 'm10 -24..0'],
  ],
  ['hours no table knows', ['raw_480000', ...DAY_TABLES], [9000, 9001], 15, []],
  ['tables of others are not ours', ['series', 'layout', 'sorted_480000', 'raw_x'], [0, 1], 15, []],
];
for (const [what, tables, [from, to], stepSec, expected] of cases) {
  test(what, () => {
    const bounds = { fromMs: (HOUR + from) * HOUR_MS, toMs: (HOUR + to) * HOUR_MS, stepSec };
    assert.deepEqual(planRead(readCatalogue(tables), bounds).map(shown), expected);
  });
}

const ages: [what: string, table: string, afterHours: number, expired: boolean][] = [
  ['raw stays for two days after its hour', 'raw_480000', 48.9, false],
  ['and goes then', 'raw_480000', 49, true],
  ['an hour that was never rolled up is kept', 'live_480000', 1000, false],
  ['minutes stay for two weeks after their day', 'm1_20000', 24 + 14 * 24 - 0.1, false],
  ['and go then', 'm1_20000', 24 + 14 * 24, true],
];
for (const [what, table, afterHours, expired] of ages) {
  test(what, () => {
    const nowMs = (HOUR + afterHours) * HOUR_MS;
    assert.deepEqual(expiredTables(readCatalogue([table]), DEFAULT_RETENTION, nowMs), expired ? [table] : []);
  });
}
