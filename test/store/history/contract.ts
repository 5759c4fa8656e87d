// What every metric history promises, as one suite. `embedded.test.ts` and
// `influx.test.ts` run it; anything true of only one store is tested there.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'vitest';
import type { Sample, SeriesKey } from '#kernel/domain/metric.ts';
import type { MetricHistory, Point, RangeQuery } from '#store/history/history.ts';
import { FakeClock } from '../../support/fake-clock.ts';

export interface HistoryPlace {
  /** Opens the same stored data each time; one at a time. */
  open(clock: FakeClock, options?: { bufferSamples?: number }): Promise<MetricHistory>;
  remove(): Promise<void>;
}

const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);
const LOAD: SeriesKey = { cluster: 'web', host: 'web1', metric: 'load_one' };

export const sample = (atSec: number, value: number, key: SeriesKey = LOAD): Sample => ({
  ...key,
  hostKey: '10.0.0.1',
  value,
  atMs: START_MS + atSec * 1000,
});

/** A query over [fromSec, toSec) after the start, one series unless told otherwise. */
export const range = (fromSec: number, toSec: number, more: Partial<RangeQuery> = {}): RangeQuery => ({
  series: [LOAD],
  fromMs: START_MS + fromSec * 1000,
  toMs: START_MS + toSec * 1000,
  stepSec: 60,
  agg: 'avg',
  ...more,
});

export const points = async (history: MetricHistory, query: RangeQuery): Promise<Point[]> =>
  (await history.query(query))[0]?.points ?? [];

/** A point whose first field is given in seconds after the start. */
export const point = (atSec: number, avg: number, min: number, max: number): Point => [
  START_MS + atSec * 1000,
  avg,
  min,
  max,
];

const NASTY = [
  '',
  ' ',
  'with space',
  'comma,equals=quote"apostrophe\'',
  'back\\slash',
  'trailing backslash\\',
  'escaped\\,comma\\ space\\=',
  'line\nbreak\r\ttab',
  '#comment',
  '100 %',
  'looks%20encoded',
  "'; drop measurement load_one; --",
  '" or 1=1',
  '_measurement',
  'größe/内存 🧠',
  '$host',
];

export function historyContract(createPlace: () => Promise<HistoryPlace>): void {
  let place: HistoryPlace;
  let history: MetricHistory;
  let clock: FakeClock;

  beforeEach(async () => {
    place = await createPlace();
    clock = new FakeClock(START_MS + 1_800_000);
    history = await place.open(clock);
  });

  afterEach(async () => {
    await history.close();
    await place.remove();
  });

  const reopen = async (options?: { bufferSamples?: number }) => {
    await history.close();
    history = await place.open(clock, options);
  };

  describe('reading', () => {
    test('samples of one step become average, minimum and maximum', async () => {
      history.append([sample(0, 1), sample(15, 5), sample(30, 3), sample(45, 3), sample(60, 10)]);
      assert.deepEqual(await points(history, range(0, 120)), [point(0, 3, 1, 5), point(60, 10, 10, 10)]);
    });

    test('steps are multiples of the width since the epoch, whatever the range begins with', async () => {
      history.append([sample(65, 1), sample(119, 3), sample(125, 7)]);
      assert.deepEqual(await points(history, range(61, 130)), [point(60, 2, 1, 3), point(120, 7, 7, 7)]);
    });

    test('a step that divides no minute is aligned to the epoch too', async () => {
      history.append([0, 6, 7, 13, 14].map((at) => sample(at, at)));
      const sevens = await points(history, range(0, 60, { stepSec: 7 }));
      assert.ok(sevens.length >= 3);
      for (const [atMs] of sevens) assert.equal(atMs % 7000, 0);
    });

    test('from is inclusive, to is exclusive, to the millisecond', async () => {
      history.append([sample(9.999, 1), sample(10, 2), sample(19.999, 3), sample(20, 4)]);
      assert.deepEqual(await points(history, range(10, 20, { stepSec: 10 })), [point(10, 2.5, 2, 3)]);
    });

    test('steps without samples are left out, so that a gap stays a gap', async () => {
      history.append([sample(0, 1), sample(600, 2)]);
      assert.deepEqual(await points(history, range(0, 1200)), [point(0, 1, 1, 1), point(600, 2, 2, 2)]);
    });

    const aggregates: [RangeQuery['agg'], number][] = [
      ['avg', 4],
      ['min', 1],
      ['max', 9],
      ['last', 2],
    ];
    for (const [agg, expected] of aggregates) {
      test(`asked for ${agg}, the second field is ${agg}, and the envelope is there all the same`, async () => {
        history.append([sample(1, 9), sample(2, 1), sample(3, 2)]);
        assert.deepEqual(await points(history, range(0, 60, { agg })), [point(0, expected, 1, 9)]);
      });
    }

    test('series come in the order asked, unknown ones without points, repeats twice', async () => {
      const mem = { ...LOAD, metric: 'mem_free' };
      const ghost = { ...LOAD, host: 'never-seen' };
      history.append([sample(0, 1), sample(0, 2, mem)]);
      const answer = await history.query(range(0, 60, { series: [mem, ghost, LOAD, mem] }));
      assert.deepEqual(answer, [
        { labels: mem, points: [point(0, 2, 2, 2)] },
        { labels: ghost, points: [] },
        { labels: LOAD, points: [point(0, 1, 1, 1)] },
        { labels: mem, points: [point(0, 2, 2, 2)] },
      ]);
    });

    test('nothing asked is nothing answered', async () => {
      assert.deepEqual(await history.query(range(0, 60, { series: [] })), []);
    });

    test('a hundred series in one question', async () => {
      const keys = Array.from({ length: 100 }, (_, index) => ({ ...LOAD, host: `web${index}` }));
      history.append(keys.map((key, index) => sample(5, index, key)));
      const answer = await history.query(range(0, 60, { series: keys }));
      assert.deepEqual(
        answer.map((one) => one.points),
        keys.map((_, index) => [point(0, index, index, index)]),
      );
    });

    const refused: [string, Partial<RangeQuery>][] = [
      ['a range that ends before it begins', { fromMs: START_MS + 1000, toMs: START_MS }],
      ['a step below a second', { stepSec: 0.5 }],
      ['a step that is no number', { stepSec: NaN }],
      ['a million points and more', { fromMs: START_MS - 1e9 * 1000, toMs: START_MS, stepSec: 1 }],
    ];
    for (const [what, wrong] of refused) {
      test(`${what} is refused with a reason`, async () => {
        await assert.rejects(history.query(range(0, 60, wrong)), { code: 'history_bad_range', status: 400 });
      });
    }
  });

  describe('values', () => {
    const values = [0, -0.5, 1e-300, 1e300, 123456789.123456, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE];
    test(`${values.join(', ')} come back as they were`, async () => {
      const series = values.map((value) => ({ ...LOAD, metric: String(value) }));
      history.append(values.map((value, index) => sample(0, value, series[index])));
      const answer = await history.query(range(0, 60, { series }));
      assert.deepEqual(
        answer.map((one) => one.points),
        values.map((value) => [point(0, value, value, value)]),
      );
    });

    test('an average never leaves its envelope by rounding', async () => {
      history.append([sample(0, 0.1), sample(1, 0.1), sample(2, 0.1)]);
      assert.deepEqual(await points(history, range(0, 60)), [point(0, 0.1, 0.1, 0.1)]);
    });

    test('what is not a finite number is refused and counted, the rest of the batch is kept', async () => {
      history.append([sample(0, NaN), sample(1, Infinity), sample(2, 7), sample(3, -Infinity)]);
      assert.deepEqual(await points(history, range(0, 60)), [point(0, 7, 7, 7)]);
      assert.equal(history.health().dropped, 3);
      assert.equal(history.health().droppedBy?.not_finite, 3);
    });

    test('a refused value does not make a series', async () => {
      history.append([sample(0, NaN)]);
      await history.flush();
      assert.deepEqual(await history.listSeries({}), []);
    });
  });

  describe('order of arrival', () => {
    test('samples out of order are read in order, and last is the newest by time', async () => {
      history.append([sample(40, 4), sample(10, 1)]);
      await history.flush();
      history.append([sample(100, 10), sample(20, 2)]);
      assert.deepEqual(await points(history, range(0, 120, { agg: 'last' })), [
        point(0, 4, 1, 4),
        point(60, 10, 10, 10),
      ]);
    });

    test('two samples of one instant: the one that came last stands', async () => {
      history.append([sample(10, 1), sample(10, 2)]);
      await history.flush();
      assert.deepEqual(await points(history, range(0, 60)), [point(0, 2, 2, 2)]);
      history.append([sample(10, 3)]);
      assert.deepEqual(await points(history, range(0, 60)), [point(0, 3, 3, 3)]);
    });

    test('two samples within one second both count', async () => {
      history.append([sample(10.001, 1), sample(10.9, 9)]);
      assert.deepEqual(await points(history, range(0, 60, { stepSec: 1 })), [point(10, 5, 1, 9)]);
    });
  });

  describe('labels', () => {
    // One store for all: opening one for each would take most of the time of the suite.
    test(`as cluster, host and metric survive: ${JSON.stringify(NASTY)}`, async () => {
      for (const text of NASTY) {
        const series = [
          { ...LOAD, cluster: text },
          { ...LOAD, host: text },
          { cluster: text, host: text, metric: text },
        ];
        history.append([LOAD, ...series].map((key, index) => sample(index, index, key)));
        const answer = await history.query(range(0, 60, { series }));
        assert.deepEqual(
          answer.map((one) => one.points),
          series.map((_, index) => [point(0, index + 1, index + 1, index + 1)]),
          JSON.stringify(text),
        );
        const ofHost = series.filter((key) => key.host === text).toSorted(byKey);
        assert.deepEqual(await history.listSeries({ host: text }), ofHost, JSON.stringify(text));
      }
    });

    test('names that differ only in case or by a blank are different series', async () => {
      const upper = { ...LOAD, host: 'WEB1' };
      const blank = { ...LOAD, host: 'web1 ' };
      history.append([sample(0, 1), sample(0, 2, upper), sample(0, 3, blank)]);
      const answer = await history.query(range(0, 60, { series: [LOAD, upper, blank] }));
      assert.deepEqual(
        answer.map((one) => one.points[0]?.[1]),
        [1, 2, 3],
      );
    });
  });

  describe('the list of series', () => {
    const keys: SeriesKey[] = [
      { cluster: 'db', host: 'b', metric: 'x' },
      { cluster: 'db', host: 'a', metric: 'y' },
      { cluster: 'db', host: 'a', metric: 'x' },
      { cluster: 'app', host: 'z', metric: 'x' },
    ];
    const filters: [string, Parameters<MetricHistory['listSeries']>[0], number[]][] = [
      ['all, by cluster, host and metric', {}, [3, 2, 1, 0]],
      ['of one cluster', { cluster: 'db' }, [2, 1, 0]],
      ['of one host', { host: 'a' }, [2, 1]],
      ['of one metric', { metric: 'x' }, [3, 2, 0]],
      ['of one host and metric', { cluster: 'db', host: 'a', metric: 'y' }, [1]],
      ['the first two', { limit: 2 }, [3, 2]],
      ['none that match', { host: 'nobody' }, []],
    ];
    for (const [what, filter, expected] of filters) {
      test(what, async () => {
        history.append(keys.map((key, index) => sample(index, index, key)));
        await history.flush();
        const listed = await history.listSeries(filter);
        assert.deepEqual(
          listed,
          expected.map((index) => keys[index]),
        );
      });
    }
  });

  describe('durability', () => {
    test('a query sees what was appended just before, without a flush', async () => {
      for (let second = 0; second < 50; second++) history.append([sample(second, second)]);
      assert.deepEqual(await points(history, range(0, 60)), [point(0, 24.5, 0, 49)]);
    });

    test('after flush nothing is pending and everything is counted as written', async () => {
      history.append([sample(0, 1), sample(1, 2)]);
      await history.flush();
      const health = history.health();
      assert.deepEqual([health.ok, health.pending, health.written, health.dropped], [true, 0, 2, 0]);
      assert.equal(health.lastError, undefined);
    });

    test('flush with nothing to do resolves', async () => {
      await history.flush();
      await history.flush();
    });

    test('a restart keeps the history, and the same series goes on', async () => {
      history.append([sample(0, 1)]);
      await history.flush();
      await reopen();
      history.append([sample(60, 2), sample(61, 5, { ...LOAD, metric: 'new_one' })]);
      assert.deepEqual(await points(history, range(0, 120)), [point(0, 1, 1, 1), point(60, 2, 2, 2)]);
      assert.equal((await history.listSeries({})).length, 2);
    });

    test('close writes what was appended before it', async () => {
      history.append([sample(0, 1)]);
      await reopen();
      assert.deepEqual(await points(history, range(0, 60)), [point(0, 1, 1, 1)]);
    });

    test('after close, samples are dropped and counted, questions are refused, close again is harmless', async () => {
      await history.close();
      history.append([sample(0, 1)]);
      assert.equal(history.health().droppedBy?.closed, 1);
      await assert.rejects(history.query(range(0, 60)));
      await history.close();
    });

    test('more than the buffer holds pushes out the oldest, counted, and nothing throws', async () => {
      await reopen({ bufferSamples: 10 });
      // One call, so that nothing can be taken out of the buffer meanwhile.
      history.append(Array.from({ length: 25 }, (_, second) => sample(second, second)));
      await history.flush();
      const health = history.health();
      assert.equal(health.dropped, 15);
      assert.equal(health.droppedBy?.buffer_full, 15);
      assert.equal(health.written, 10);
      assert.deepEqual(await points(history, range(0, 60)), [point(0, 19.5, 15, 24)]);
    });
  });
}

const byKey = (a: SeriesKey, b: SeriesKey): number =>
  JSON.stringify([a.cluster, a.host, a.metric]) < JSON.stringify([b.cluster, b.host, b.metric]) ? -1 : 1;
