import { expect, test } from 'vitest';
import { createGroupPlan, type CollectionGroup, type CollectionOptions } from '#agent/collection-groups.ts';
import { LOAD_METRICS } from '#agent/samplers/default-metrics.ts';

const load: CollectionGroup = { metrics: LOAD_METRICS.slice(0, 2), collectEverySec: 20, timeThresholdSec: 90 };
const options: CollectionOptions = { sendMetadataIntervalSec: 60, compareWith: 'previous' };

const reading = (one: number) => ({ load_one: one, load_five: 1 });

// [what, comparison, load_one at 0 s, 20 s, 40 s …, seconds at which the group is sent]
const cases: [string, CollectionOptions['compareWith'], number[], number[]][] = [
  ['a quiet host sends when its time threshold has passed', 'previous', [1, 1, 1, 1, 1, 1], [0, 100]],
  ['a jump of the threshold sends the whole group', 'previous', [1, 2, 2, 2], [0, 20]],
  ['a jump just below it does not', 'previous', [1, 1.99, 1.99], [0]],
  ['gmond: a slow drift never triggers, since the previous collection counts', 'previous', [1, 1.6, 2.2, 2.8], [0]],
  ['compared with what was sent, the drift shows', 'sent', [1, 1.6, 2.2, 2.8], [0, 40]],
];
for (const [what, compareWith, values, sentAtSec] of cases) {
  test(what, () => {
    const plan = createGroupPlan(load, { ...options, compareWith });
    const sent = values.flatMap((value, i) => (plan.collected(reading(value), i * 20_000).length > 0 ? [i * 20] : []));
    expect(sent).toEqual(sentAtSec);
  });
}

test('the time threshold passes between two collections: the last values go out then', () => {
  const plan = createGroupPlan(load, options);
  plan.collected(reading(1), 0);
  plan.collected(reading(1.5), 80_000);
  expect(plan.nextDueMs()).toBe(90_000);
  expect(plan.overdue(89_999)).toEqual([]);
  expect(plan.overdue(90_000).map(({ value }) => value)).toEqual([1.5, 1]);
});

test('metadata goes before the first value, and again when it is older than its interval', () => {
  const plan = createGroupPlan({ ...load, timeThresholdSec: 20 }, options);
  const withMetadata = [0, 20, 40, 60, 80].map((sec) =>
    plan.collected(reading(1), sec * 1000).every((entry) => entry.withMetadata),
  );
  expect(withMetadata).toEqual([true, false, false, true, false]);
});

test('with an interval of 0 metadata goes out once', () => {
  const plan = createGroupPlan({ ...load, timeThresholdSec: 20 }, { ...options, sendMetadataIntervalSec: 0 });
  plan.collected(reading(1), 0);
  expect(plan.collected(reading(1), 3_600_000).some((entry) => entry.withMetadata)).toBe(false);
});

test('a request for metadata sends the whole group at its next collection, that metric announced', () => {
  const plan = createGroupPlan(load, options);
  plan.collected(reading(1), 0);
  expect(plan.requestMetadata('load_five')).toBe(true);
  expect(plan.collected(reading(1), 20_000).map(({ metric, withMetadata }) => [metric.name, withMetadata])).toEqual([
    ['load_one', false],
    ['load_five', true],
  ]);
});

test('a storm of requests for a metric that is read once is answered every 20 s at most', () => {
  const plan = createGroupPlan({ metrics: LOAD_METRICS.slice(0, 1), timeThresholdSec: 300 }, options);
  plan.collected({ load_one: 1 }, 0);
  for (let ms = 1000; ms < 20_000; ms += 10) {
    plan.requestMetadata('load_one');
    expect(plan.overdue(ms)).toEqual([]);
  }
  expect(plan.overdue(20_000)).toMatchObject([{ withMetadata: true }]);
});

test('somebody else’s metric is not ours to announce', () => {
  expect(createGroupPlan(load, options).requestMetadata('mystery_metric')).toBe(false);
});

test('a metric that cannot be read is left out; it is announced when it comes', () => {
  const plan = createGroupPlan(load, options);
  expect(plan.collected({ load_one: 1 }, 0).map(({ metric }) => metric.name)).toEqual(['load_one']);
  expect(plan.collected(reading(1), 20_000).map(({ withMetadata }) => withMetadata)).toEqual([false, true]);
});

test('strings are sent by time only', () => {
  const text: CollectionGroup = {
    metrics: [{ ...LOAD_METRICS[0], name: 'os', valueThreshold: 1 } as CollectionGroup['metrics'][number]],
    collectEverySec: 20,
    timeThresholdSec: 60,
  };
  const plan = createGroupPlan(text, options);
  plan.collected({ os: 'a' }, 0);
  expect(plan.collected({ os: 'b' }, 20_000)).toEqual([]);
});
