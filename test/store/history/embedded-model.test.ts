// The embedded store against a model that keeps every sample and knows nothing of
// files: random appends, late and repeated ones, through all tiers and restarts.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import type { Sample, SeriesKey } from '#kernel/domain/metric.ts';
import { openEmbeddedHistory } from '#store/history/embedded.ts';
import type { Point, RangeQuery } from '#store/history/history.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 5);
const SERIES: SeriesKey[] = ['a', 'b', 'c'].map((metric) => ({ cluster: 'c', host: 'h', metric }));
const RETENTION = { rawSec: 86_400, m1Sec: 3 * 86_400, m10Sec: 6 * 86_400, h1Sec: 15 * 86_400 };
const TIER_STEPS_MS: [kept: keyof typeof RETENTION, stepMs: number][] = [
  ['m1Sec', 60_000],
  ['m10Sec', 600_000],
  ['h1Sec', 3_600_000],
];

const dayOf = (atMs: number): number => Math.floor(atMs / DAY_MS);

/** What a history must answer, computed in the plainest way. */
function createModel() {
  const series = SERIES.map(() => new Map<number, number>());
  let maintainedMs = -Infinity;

  /** How finely a day is still known, in ms; 0 when it is forgotten. */
  function grainOf(day: number, stepMs: number): number {
    const isKept = (keptSec: number): boolean => day >= dayOf(maintainedMs - keptSec * 1000);
    const tiers = TIER_STEPS_MS.filter(([kept]) => isKept(RETENTION[kept])).map(([, grain]) => grain);
    if (isKept(RETENTION.rawSec)) return 1;
    return tiers.findLast((grain) => stepMs % grain === 0) ?? tiers[0] ?? 0;
  }

  return {
    add: (index: number, atMs: number, value: number) => series[index]?.set(atMs, value),
    maintained: (nowMs: number) => (maintainedMs = nowMs),
    answer(index: number, { fromMs, toMs, stepSec, agg }: Omit<RangeQuery, 'series'>): Point[] {
      const steps = new Map<number, number[]>();
      const inOrder = [...(series[index] ?? [])].toSorted(([a], [b]) => a - b);
      for (const [atMs, value] of inOrder) {
        const grain = grainOf(dayOf(atMs), stepSec * 1000);
        if (grain === 0) continue;
        const shownMs = Math.floor(atMs / grain) * grain;
        if (shownMs + grain <= fromMs || shownMs >= toMs) continue;
        const stepMs = Math.floor(shownMs / (stepSec * 1000)) * stepSec * 1000;
        steps.set(stepMs, [...(steps.get(stepMs) ?? []), value]);
      }
      return [...steps].map(([atMs, values]) => {
        const [low, high] = [Math.min(...values), Math.max(...values)];
        const avg = values.reduce((sum, value) => sum + value, 0) / values.length;
        return [atMs, { avg, min: low, max: high, last: values.at(-1) ?? NaN }[agg], low, high];
      });
    },
  };
}

type Operation =
  | { kind: 'append'; samples: { series: number; backMs: number; value: number }[] }
  | { kind: 'advance'; ms: number }
  | { kind: 'maintain' | 'reopen' }
  | { kind: 'ask'; series: number; backMs: number; lengthMs: number; stepSec: number; agg: RangeQuery['agg'] };

// A gauge, a counter that starts again from nothing now and then, and plain doubles.
const value = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map((whole) => whole / 100),
  fc.nat({ max: 1_000_000 }),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }),
);
// Mostly now, some minutes late, sometimes a day; often on the same instants, so that samples repeat.
const backMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }).map((ticks) => ticks * 15_000) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 7_200_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 26 }).map((hours) => hours * 3_600_000) },
);
const series = fc.nat({ max: SERIES.length - 1 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('append' as const),
      samples: fc.array(fc.record({ series, backMs, value }), { minLength: 1, maxLength: 60 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('advance' as const),
      ms: fc.oneof(fc.constantFrom(15_000, 3_600_000, DAY_MS), fc.integer({ min: 1, max: 2 * DAY_MS })),
    }),
  },
  { weight: 4, arbitrary: fc.constant<Operation>({ kind: 'maintain' }) },
  { weight: 1, arbitrary: fc.constant<Operation>({ kind: 'reopen' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      series,
      backMs: fc.integer({ min: 0, max: 20 * 24 }).map((hours) => hours * 3_600_000),
      lengthMs: fc.integer({ min: 1, max: 10 * 24 }).map((hours) => hours * 3_600_000),
      stepSec: fc.constantFrom(7, 15, 60, 90, 600, 1800, 3600, 7200, 86_400),
      agg: fc.constantFrom('avg' as const, 'min' as const, 'max' as const, 'last' as const),
    }),
  },
);

test('every answer is the one that the plain list of samples gives', { timeout: 60_000 }, async () => {
  await fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 10, maxLength: 60 }), play), {
    numRuns: 40,
    interruptAfterTimeLimit: 25_000,
    endOnFailure: true,
  });
});

async function play(operations: Operation[]): Promise<void> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'plexus-history-'));
  const clock = new FakeClock(START_MS);
  const open = () =>
    openEmbeddedHistory(
      { clock, log: silentLogger },
      { directory, retention: RETENTION, sealDelayMs: 0, maintainEveryMs: Number.MAX_SAFE_INTEGER },
    );
  const model = createModel();
  let history = await open();
  try {
    for (const one of operations) {
      const nowMs = clock.nowMs();
      if (one.kind === 'advance') clock.advance(one.ms);
      if (one.kind === 'append') {
        const batch = one.samples.map(({ series, backMs, value }): Sample & { index: number } => ({
          ...(SERIES[series] ?? { cluster: '', host: '', metric: '' }),
          index: series,
          hostKey: 'h',
          atMs: nowMs - backMs,
          value,
        }));
        history.append(batch);
        // Raw is kept by whole days.
        for (const { index, atMs, value } of batch) {
          if (dayOf(atMs) >= dayOf(nowMs - RETENTION.rawSec * 1000)) model.add(index, atMs, value);
        }
      }
      if (one.kind === 'maintain') {
        await history.flush();
        await history.maintain();
        model.maintained(nowMs);
      }
      if (one.kind === 'reopen') {
        await history.close();
        history = await open();
      }
      if (one.kind === 'ask') {
        const { series, stepSec, agg } = one;
        // On the hour: a roll-up row that a range cuts through is taken whole, which the model does not know.
        const fromMs = Math.floor((nowMs - one.backMs) / 3_600_000) * 3_600_000;
        const query = { fromMs, toMs: fromMs + one.lengthMs, stepSec, agg };
        const [found] = await history.query({
          ...query,
          series: [SERIES[series] ?? { cluster: '', host: '', metric: '' }],
        });
        assert.deepEqual(found?.points.map(rounded), model.answer(series, query).map(rounded));
      }
    }
  } finally {
    await history.close();
    await rm(directory, { recursive: true });
  }
}

/** Nine digits: averages are computed in another order. */
const rounded = (point: Point): number[] =>
  point.map((field, index) => (index === 1 ? Number(field.toPrecision(9)) + 0 : field + 0));
