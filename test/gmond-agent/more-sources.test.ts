// Groups that come and go while the sender runs.

import { expect, onTestFinished, test } from 'vitest';
import type { SampledGroup } from '#agent/default-groups.ts';
import { gauge } from '#agent/samplers/measured-source.ts';
import { createMetricSender } from '#agent/send-loop.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

test('a group that is added is read in its rhythm, one that is taken away no more, and one that stays is not read anew', async () => {
  const clock = new FakeClock();
  const reads: string[] = [];
  const group = (name: string): SampledGroup => ({
    name,
    metrics: [gauge(name, '', {})],
    sampler: { read: () => (reads.push(name), Promise.resolve({ [name]: 1 })) },
    collectEverySec: 10,
    timeThresholdSec: 10,
  });
  let runAlways: (groups: readonly SampledGroup[]) => void = () => undefined;
  const sender = createMetricSender(
    {
      ...{ clock, log: silentLogger },
      readText: () => Promise.resolve(undefined),
      readSpace: () => Promise.resolve(undefined),
      more: {
        start: (run) => ((runAlways = run), Promise.resolve([])),
        stop: () => Promise.resolve(),
      },
    },
    { targets: [{ host: '127.0.0.1', port: 9 }], hostName: 'web-1', ip: '10.0.0.1' },
  );
  await sender.start(new AbortController().signal);
  onTestFinished(() => sender.stop());
  const [a, b] = [group('a'), group('b')];
  runAlways([a]);
  runAlways([a, b]);
  expect(reads).toEqual(['a', 'b']);
  runAlways([b]);
  await expect.poll(() => (clock.advance(5000), reads.length)).toBeGreaterThan(3);
  expect(reads.slice(2).every((name) => name === 'b')).toBe(true);
});
