// What answers which range, and which file names are ours.

import assert from 'node:assert/strict';
import { test } from 'vitest';
import { planRead, type DayStock } from '#store/history/embedded/read-plan.ts';
import { DAY_SEC, readFileName, type TierName } from '#store/history/embedded/tiers.ts';

const DAY = 20_000;

/** Days relative to DAY. */
type Stock = Record<number, { raw?: boolean; tiers?: TierName[] }>;

const ALL: TierName[] = ['m1', 'm10', 'h1'];
const LIFE: Stock = {
  '-100': { tiers: ['h1'] },
  '-20': { tiers: ['m10', 'h1'] },
  '-5': { tiers: ALL },
  '-1': { raw: true, tiers: ALL },
  0: { raw: true },
};

const cases: [what: string, stock: Stock, days: [number, number], stepSec: number, parts: string[]][] = [
  ['nothing stored', {}, [0, 1], 60, []],
  ['today is read raw, whatever the step', { 0: { raw: true } }, [0, 1], 3600, ['0 raw']],
  ['a step below a minute needs raw', LIFE, [-1, 0], 15, ['-1 raw']],
  ['a step that no roll-up divides needs raw', LIFE, [-1, 0], 90, ['-1 raw']],
  ['a minute step reads minutes', LIFE, [-1, 0], 60, ['-1 m1']],
  ['twenty minutes read ten-minute rows', LIFE, [-1, 0], 1200, ['-1 m10']],
  ['a day step reads hours', LIFE, [-1, 0], 86_400, ['-1 h1']],
  [
    'a range beyond every age: each day from the finest that is left of it',
    LIFE,
    [-200, 1],
    15,
    ['-100 h1', '-20 m10', '-5 m1', '-1 raw', '0 raw'],
  ],
  [
    'the same by the hour: hours wherever there are any',
    LIFE,
    [-200, 1],
    3600,
    ['-100 h1', '-20 h1', '-5 h1', '-1 h1', '0 raw'],
  ],
  ['a finer tier stands in for a coarser one that is gone', { 0: { tiers: ['m1'] } }, [0, 1], 3600, ['0 m1']],
  ['days are cut by the range', LIFE, [-0.5, 0.5], 60, ['-1 m1', '0 raw']],
  ['the end of a range is exclusive', LIFE, [-5, -1], 60, ['-5 m1']],
];
for (const [what, stock, [from, to], stepSec, expected] of cases) {
  test(what, () => {
    const days = new Map<number, DayStock>(
      Object.entries(stock).map(([day, { raw = false, tiers = [] }]) => [
        DAY + Number(day),
        { raw, tiers: new Set(tiers) },
      ]),
    );
    const range = { fromMs: (DAY + from) * DAY_SEC * 1000, toMs: (DAY + to) * DAY_SEC * 1000, stepSec };
    assert.deepEqual(
      planRead(days, range).map((part) => `${part.day - DAY} ${part.from}`),
      expected,
    );
  });
}

const names: [name: string, known: unknown][] = [
  ['raw-480000-3.seg', { kind: 'raw', hour: 480_000, part: 3 }],
  ['m10-20000.seg', { kind: 'tier', name: 'm10', day: 20_000 }],
  ['arrivals-480000-1.log', { kind: 'arrivals', hour: 480_000, number: 1 }],
  ['raw-480000.seg', undefined],
  ['raw-480000-3.log', undefined],
  ['m1-20000-1.seg', undefined],
  ['m1-020000.seg', undefined],
  ['series.log', undefined],
  ['raw-480000-3.seg.new', undefined],
  ['history.duckdb', undefined],
];
for (const [name, known] of names) {
  test(`${name} is ${known === undefined ? 'not a file of ours' : 'known'}`, () =>
    assert.deepEqual(readFileName(name), known));
}
