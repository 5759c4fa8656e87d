// A large site after a start and a reload: no burst, nobody forgotten, and everybody at their
// own place of the interval from then on.

import { expect, test } from 'vitest';
import { createCheckSchedule } from '#checks/engine/check-schedule.ts';
import { nextRunAtMs } from '#checks/engine/next-run.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const CHECKS = 3000;
const INTERVAL_MS = 30_000;
const STEADY_PER_SEC = CHECKS / (INTERVAL_MS / 1000);

function makeSite() {
  const clock = new FakeClock(0);
  const startsBySecond: number[] = [];
  const ran = new Map<string, number[]>();
  const rhythm = (id: string) => ({ id, intervalMs: INTERVAL_MS, retryIntervalMs: 5000 });
  const schedule = createCheckSchedule(
    {
      clock,
      run(id) {
        const second = Math.floor(clock.nowMs() / 1000);
        startsBySecond[second] = (startsBySecond[second] ?? 0) + 1;
        ran.set(id, [...(ran.get(id) ?? []), clock.nowMs()]);
        const atMs = nextRunAtMs(rhythm(id), false, clock.nowMs(), clock.nowMs());
        return Promise.resolve({ atMs, periodMs: INTERVAL_MS });
      },
    },
    { maxRunning: 1000, maxRunningPerHost: 1000 },
  );
  const add = (id: string) => {
    schedule.set(
      { id, hostId: `host-${id.length}`, intervalMs: INTERVAL_MS },
      nextRunAtMs(rhythm(id), false, clock.nowMs(), clock.nowMs()),
    );
    schedule.runEarly(id);
  };
  /** Lets the runs of each tenth of a second end before the next begins. */
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
  return { schedule, startsBySecond, ran, add, pass };
}

const ids = Array.from({ length: CHECKS }, (_, at) => `check-${at}`);
const worst = (seconds: readonly number[]) => Math.max(...seconds.map((count) => count ?? 0));

test('three thousand new checks never start faster than 1.2 × their steady rate, and all ran within an interval', async () => {
  const { startsBySecond, ran, add, pass } = makeSite();
  ids.forEach(add);
  await pass(INTERVAL_MS + 2000);
  expect(worst(startsBySecond)).toBeLessThanOrEqual(1.2 * STEADY_PER_SEC + 3);
  expect(ran.size).toBe(CHECKS);
});

test('a reload that changes one check moves no other', async () => {
  const { startsBySecond, ran, add, pass } = makeSite();
  ids.forEach(add);
  await pass(2 * INTERVAL_MS);
  const before = new Map([...ran].map(([id, starts]) => [id, starts.length]));
  startsBySecond.length = 0;
  add('check-7');
  await pass(INTERVAL_MS);
  expect(worst(Object.values(startsBySecond))).toBeLessThanOrEqual(1.2 * STEADY_PER_SEC + 3);
  const extra = ids.filter((id) => (ran.get(id)?.length ?? 0) - (before.get(id) ?? 0) > 1);
  expect(extra).toEqual(['check-7']);
});

test('a small site is looked at as a whole as soon as it starts', async () => {
  const { ran, add, pass } = makeSite();
  ids.slice(0, 15).forEach(add);
  await pass(1000);
  expect(ran.size).toBe(15);
});
