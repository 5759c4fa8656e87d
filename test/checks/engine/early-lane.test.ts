// New checks and those that nobody ran for a while: soon, and never as a burst.

import { expect, test } from 'vitest';
import { createCheckSchedule } from '#checks/engine/check-schedule.ts';
import { createEarlyLane } from '#checks/engine/early-lane.ts';
import { nextRunAtMs } from '#checks/engine/next-run.ts';
import { sha256Hex } from '#kernel/ids.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function makeLane(ratePerSec: number) {
  const clock = new FakeClock(0);
  const started: string[] = [];
  const crowd = { isCrowded: false };
  const lane = createEarlyLane(clock, {
    ratePerSec: () => ratePerSec,
    isCrowded: () => crowd.isCrowded,
    start: (id) => void started.push(id),
  });
  return { clock, started, lane, crowd, push: (count: number) => pushAll(lane, count) };
}

function pushAll(lane: { push(id: string): void }, count: number): void {
  for (let at = 0; at < count; at++) lane.push(`check-${at}`);
}

test('a small site is run as a whole at once', () => {
  const { clock, started, push } = makeLane(0.3);
  push(20);
  clock.advance(0);
  expect(started).toHaveLength(20);
});

test('of a large one a few run at once, and the others as the rate allows', () => {
  const { clock, started, push } = makeLane(100);
  push(1000);
  clock.advance(0);
  expect(started).toHaveLength(20);
  clock.advance(1000);
  expect(started).toHaveLength(20 + 115);
});

test('regular runs come first: the early ones get what they leave', () => {
  const { clock, started, push, lane } = makeLane(100);
  push(1000);
  clock.advance(0);
  for (let at = 0; at < 100; at++) {
    clock.advance(10);
    lane.noteRegular();
  }
  expect(started.length).toBeGreaterThan(20 + 10);
  expect(started.length).toBeLessThanOrEqual(20 + 15);
});

test('while checks that are due wait for a place no early one joins them', () => {
  const { clock, started, push, crowd } = makeLane(100);
  crowd.isCrowded = true;
  push(10);
  clock.advance(5000);
  expect(started).toEqual([]);
  crowd.isCrowded = false;
  clock.advance(100);
  expect(started).toHaveLength(10);
});

test('one that ran meanwhile, or is gone, is not run again', () => {
  const { clock, started, lane } = makeLane(1);
  lane.push('a');
  lane.push('b');
  lane.remove('a');
  clock.advance(0);
  expect(started).toEqual(['b']);
  lane.push('c');
  lane.stop();
  clock.advance(60_000);
  expect(started).toEqual(['b']);
});

// Ten thousand new checks: from the first second on never more than 1.2 times what the site does in rest.
test('a site of ten thousand that starts has no second above 1.2 times its rate', async () => {
  const clock = new FakeClock(0);
  const perSecond: number[] = [];
  const intervalMs = 20_000;
  const nextOf = (id: string): number =>
    nextRunAtMs({ id, intervalMs, retryIntervalMs: intervalMs }, false, 0, clock.nowMs());
  const schedule = createCheckSchedule(
    {
      clock,
      run(id) {
        const second = Math.floor(clock.nowMs() / 1000);
        perSecond[second] = (perSecond[second] ?? 0) + 1;
        return Promise.resolve({ atMs: nextOf(id), periodMs: intervalMs });
      },
    },
    { maxRunning: 128, maxRunningPerHost: 8 },
  );
  for (let at = 0; at < 10_000; at++) {
    // As evenly spread as random ids, and the same in each run.
    const id = sha256Hex(String(at));
    schedule.set({ id, hostId: `host-${at % 1000}`, intervalMs }, nextOf(id));
    schedule.runEarly(id);
  }
  for (let step = 0; step < 4000; step++) {
    clock.advance(10);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
  }
  expect(Math.max(...perSecond)).toBeLessThanOrEqual(1.2 * 500);
  // Sooner than within the interval: that is what it is for.
  expect(perSecond.slice(0, 10).reduce((sum, each) => sum + each, 0)).toBeGreaterThan(5300);
});
