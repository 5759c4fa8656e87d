// Metrics that are pushed by HTTP: when their host is missed, what a limit answers, and
// what becomes of their cluster.

import { expect, test } from 'vitest';
import type { PushedMetric } from '#collector/pushed-metrics.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { startCollector } from './harness.ts';

const metric = (given: Partial<PushedMetric> = {}): PushedMetric => ({
  ...{ name: 'rows', value: 1, units: '', slope: 'both', tmaxSec: 60, dmaxSec: 0, groups: [] },
  ...given,
});

async function pushing(limits: { maxSeriesPerSource?: number; maxPacketsPerSec?: number } = {}) {
  const clock = new FakeClock();
  const running = await startCollector({ clock, limits, hostDmaxSec: 2000 });
  const { api } = running.collector;
  return {
    ...running,
    push: (...metrics: PushedMetric[]) => api.push('push:cron', [{ cluster: 'jobs', host: 'nightly', metrics }]),
    quiet: () => running.events.filter(({ kind }) => kind === 'host.quiet').length,
    pass: (sec: number) => {
      for (let i = 0; i < sec; i++) clock.advance(1000);
    },
  };
}

test('a job that reports every five minutes is not down between two reports, and is missed when it stays away', async () => {
  const { push, pass, quiet } = await pushing();
  push(metric({ tmaxSec: 300 }));
  pass(299);
  push(metric({ tmaxSec: 300 }));
  pass(1199);
  expect(quiet()).toBe(0);
  pass(2);
  expect(quiet()).toBe(1);
});

test('a value whose series is over the limit is told as refused', async () => {
  const { push } = await pushing({ maxSeriesPerSource: 2 });
  expect(push(metric(), metric({ name: 'errors' }))).toEqual({ taken: 1, refused: 1, overRate: 0 });
});

test('what comes too fast is told as such: it may come again', async () => {
  const { push } = await pushing({ maxPacketsPerSec: 1 });
  expect(push(metric(), metric({ name: 'errors' }))).toEqual({ taken: 1, refused: 1, overRate: 1 });
});

test('a thousand clusters that were named once by mistake keep no other out for good', async () => {
  const { collector, pass } = await pushing();
  const push = (cluster: string) =>
    collector.api.push('push:cron', [{ cluster, host: 'nightly', metrics: [metric()] }]).taken;
  for (let i = 0; i < 1000; i++) push(`typo-${i}`);
  expect(push('wanted')).toBe(0);
  pass(2010);
  expect(push('wanted')).toBe(1);
  // What was forgotten may come again, and is seen.
  expect(push('typo-1')).toBe(1);
  expect(collector.api.hosts('typo-1')).toHaveLength(1);
  expect(collector.api.clusters()).toHaveLength(3);
});
