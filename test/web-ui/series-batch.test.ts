// The charts of a page ask together: few requests, each chart its own answer, and one
// that is refused does not take the others with it.

import { describe, expect, test } from 'vitest';
import type { MetricsBatchResult, MetricsQuery, MetricsResult } from '#web/contract/metrics.ts';
import { ApiError } from '#web/ui/data/api-client.ts';
import { createSeriesBatch } from '#web/ui/data/series-batch.ts';
import { alignedSpan, movedRange, parseOffset } from '#web/ui/data/time-range.ts';

const query = (metric: string): MetricsQuery => ({ from: 0, to: 1000, stepSec: 1, select: [{ metric }] });
const answer = (matched: number): MetricsResult => ({ series: [], matched });
const here = new AbortController().signal;
const soon = (act: () => void): void => queueMicrotask(act);

function batchOf(answerTo: (queries: readonly MetricsQuery[]) => MetricsBatchResult) {
  const sent: number[] = [];
  const batch = createSeriesBatch((queries) => {
    sent.push(queries.length);
    return Promise.resolve().then(() => answerTo(queries));
  }, soon);
  return { batch, sent };
}
const inOrder = (queries: readonly MetricsQuery[]): MetricsBatchResult => ({
  results: queries.map((one) => ({ result: answer(Number(one.select?.[0]?.metric)), problem: null })),
});

describe('a batch', () => {
  test('of 24 charts is two requests, and each chart gets its own answer', async () => {
    const { batch, sent } = batchOf(inOrder);
    const answers = await Promise.all(Array.from({ length: 24 }, (_, at) => batch.ask(query(String(at)), here)));
    expect(sent).toEqual([12, 12]);
    expect(answers.map(({ matched }) => matched)).toEqual(Array.from({ length: 24 }, (_, at) => at));
  });

  test('never sends what nobody waits for any more', async () => {
    const { batch, sent } = batchOf(inOrder);
    const gone = new AbortController();
    void batch.ask(query('1'), gone.signal);
    gone.abort();
    await batch.ask(query('2'), here);
    expect(sent).toEqual([1]);
  });

  test('tells a chart why its query was refused, and draws the others', async () => {
    const problem = { status: 400, code: 'too_many_series', detail: 'select finds 3000 series.' };
    const { batch } = batchOf(() => ({
      results: [
        { result: null, problem },
        { result: answer(1), problem: null },
      ],
    }));
    const [refused, drawn] = await Promise.allSettled([batch.ask(query('a'), here), batch.ask(query('b'), here)]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'too_many_series', message: problem.detail } });
    expect(drawn).toMatchObject({ status: 'fulfilled', value: { matched: 1 } });
  });

  test('that does not reach the server fails for every chart in it, and the next one is sent again', async () => {
    const away = new ApiError({ status: 0, code: 'unreachable', detail: 'x' });
    let isAway = true;
    const { batch } = batchOf((queries) => {
      if (isAway) throw away;
      return inOrder(queries);
    });
    const failed = await Promise.allSettled([batch.ask(query('1'), here), batch.ask(query('2'), here)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    await expect(batch.ask(query('3'), here)).resolves.toEqual(answer(3));
  });

  test('whose answer is too short fails the charts without one', async () => {
    const { batch } = batchOf(() => ({ results: [] }));
    await expect(batch.ask(query('1'), here)).rejects.toMatchObject({ code: 'no_answer' });
  });
});

describe('the range of a batch', () => {
  test('is widened to whole steps, so that charts share their instants', () => {
    expect(alignedSpan({ fromMs: 61_001, toMs: 119_000 }, 60)).toEqual({ fromMs: 60_000, toMs: 120_000 });
  });
  const offsets: [string | null, number][] = [
    ['1d', 86_400_000],
    ['90m', 5_400_000],
    ['2w', 1_209_600_000],
    ['0d', 0],
    ['9999w', 0],
    ['-1d', 0],
    ['soon', 0],
    [null, 0],
  ];
  for (const [text, ms] of offsets) test(`compare=${text}`, () => expect(parseOffset(text)).toBe(ms));

  const range = { kind: 'fixed', fromMs: 100_000, toMs: 200_000 } as const;
  test('moves by half of itself', () =>
    expect(movedRange(range, 1e9, -0.5, 1)).toEqual({ fromMs: 50_000, toMs: 150_000 }));
  test('zooms about its middle', () =>
    expect(movedRange(range, 1e9, 0, 0.5)).toEqual({ fromMs: 125_000, toMs: 175_000 }));
  test('never ends in the future', () =>
    expect(movedRange(range, 210_000, 0.5, 1)).toEqual({ fromMs: 110_000, toMs: 210_000 }));
  test('never gets shorter than can be drawn', () => {
    const { fromMs, toMs } = movedRange(range, 1e9, 0, 0.0001);
    expect(toMs - fromMs).toBe(10_000);
  });
});
