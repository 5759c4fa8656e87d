// Who runs when, on a clock that moves only when told to; runs end when the test says so.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCheckSchedule } from '#checks/engine/check-schedule.ts';
import { firstRunAtMs, nextRunAtMs } from '#checks/engine/next-run.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function makeSchedule(options: { maxRunning?: number; maxRunningPerHost?: number; intervalMs?: number } = {}) {
  const { maxRunning = 10, maxRunningPerHost = 10, intervalMs = 60_000 } = options;
  const clock = new FakeClock(0);
  const log: string[] = [];
  const open = new Map<string, () => void>();
  const schedule = createCheckSchedule(
    {
      clock,
      async run(id, dueAtMs, causes) {
        log.push(causes.length > 0 ? `${id} for ${causes.join('+')}` : `${id}@${dueAtMs / 1000}`);
        await new Promise<void>((resolve) => open.set(id, resolve));
        return { atMs: clock.nowMs() + intervalMs, periodMs: intervalMs };
      },
    },
    { maxRunning, maxRunningPerHost },
  );
  return {
    clock,
    log,
    schedule,
    add: (id: string, dueSec: number, hostId = id) => schedule.set({ id, hostId, intervalMs }, dueSec * 1000),
    async end(...ids: string[]) {
      for (const id of ids) open.get(id)?.();
      await turn();
    },
  };
}

test('a check runs when it is due, and again an interval after', async () => {
  const { clock, log, add, end } = makeSchedule();
  add('disk', 10);
  clock.advance(9_999);
  expect(log).toEqual([]);
  clock.advance(1);
  expect(log).toEqual(['disk@10']);
  await end('disk');
  clock.advance(60_000);
  expect(log).toEqual(['disk@10', 'disk@70']);
});

test('no more run at once than there are slots; the rest wait their turn and count as late', async () => {
  const { clock, log, add, end, schedule } = makeSchedule({ maxRunning: 2 });
  for (const id of ['a', 'b', 'c']) add(id, 1);
  clock.advance(1000);
  expect([log, schedule.counters().waiting]).toEqual([['a@1', 'b@1'], 1]);
  clock.advance(5000);
  await end('b');
  expect(log).toEqual(['a@1', 'b@1', 'c@1']);
  expect(schedule.counters()).toMatchObject({ running: 2, waiting: 0, started: 3, late: 1 });
});

test('a host that does not answer keeps its own checks waiting, not those of others', async () => {
  const { clock, log, add, end } = makeSchedule({ maxRunningPerHost: 1 });
  add('dead-1', 1, 'dead');
  add('dead-2', 1, 'dead');
  add('fine', 1, 'fine');
  clock.advance(1000);
  expect(log).toEqual(['dead-1@1', 'fine@1']);
  await end('dead-1');
  expect(log).toEqual(['dead-1@1', 'fine@1', 'dead-2@1']);
});

test('a run that was asked for goes before those that wait', async () => {
  const { clock, log, add, end, schedule } = makeSchedule({ maxRunning: 1 });
  for (const id of ['a', 'b', 'c']) add(id, 1);
  clock.advance(1000);
  expect(schedule.runNow('c', 'event-7')).toBe(true);
  await end('a');
  expect(log).toEqual(['a@1', 'c for event-7']);
});

test('a run under way is followed by another when somebody asks: it began before it was asked', async () => {
  const { clock, log, add, end, schedule } = makeSchedule();
  add('a', 1);
  clock.advance(1000);
  schedule.runNow('a', 'e1');
  schedule.runNow('a', 'e2');
  schedule.runNow('a', 'e2');
  expect(log).toEqual(['a@1']);
  await end('a');
  expect(log).toEqual(['a@1', 'a for e1+e2']);
});

test('a run that was asked for replaces the planned one', async () => {
  const { clock, log, add, end, schedule } = makeSchedule();
  add('a', 30);
  schedule.runNow('a', 'e1');
  await end('a');
  clock.advance(59_999);
  expect(log).toEqual(['a for e1']);
});

test('what is removed runs no more, also when it was waiting or is asked for', async () => {
  const { clock, log, add, end, schedule } = makeSchedule({ maxRunning: 1 });
  add('a', 1);
  add('b', 1);
  clock.advance(1000);
  schedule.remove('a');
  schedule.remove('b');
  await end('a');
  clock.advance(600_000);
  expect(log).toEqual(['a@1']);
  expect(schedule.runNow('a', 'e1')).toBe(false);
});

test('turns that pass while a check still runs are counted as skipped', async () => {
  const { clock, add, end, schedule } = makeSchedule({ intervalMs: 10_000 });
  add('slow', 1);
  clock.advance(36_000);
  await end('slow');
  expect(schedule.counters().skipped).toBe(2);
});

test('stopping waits for what runs and starts nothing more', async () => {
  const { clock, log, add, end, schedule } = makeSchedule({ maxRunning: 1 });
  add('a', 1);
  add('b', 1);
  clock.advance(1000);
  const stopped = schedule.stop();
  await end('a');
  await stopped;
  clock.advance(600_000);
  expect(log).toEqual(['a@1']);
});

test('whatever happens, a check never runs twice at once and the bounds hold', async () => {
  const step = fc.record({
    kind: fc.constantFrom('advance', 'end', 'ask', 'remove', 'add'),
    id: fc.integer({ min: 0, max: 7 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new FakeClock(0);
      const running = new Map<string, () => void>();
      let most = 0;
      const schedule = createCheckSchedule(
        {
          clock,
          async run(id) {
            expect(running.has(id)).toBe(false);
            await new Promise<void>((resolve) => running.set(id, resolve));
            running.delete(id);
            return { atMs: clock.nowMs() + 1000, periodMs: 1000 };
          },
        },
        { maxRunning: 3, maxRunningPerHost: 2 },
      );
      for (const { kind, id } of steps) {
        const name = `check-${id}`;
        if (kind === 'add') schedule.set({ id: name, hostId: `host-${id % 2}`, intervalMs: 1000 }, clock.nowMs());
        if (kind === 'ask') schedule.runNow(name, `event-${id}`);
        // A check that is removed and made again while it runs gets a new id in the product.
        if (kind === 'remove' && !running.has(name)) schedule.remove(name);
        if (kind === 'advance') clock.advance(1000);
        if (kind === 'end') running.get(name)?.();
        await turn();
        most = Math.max(most, running.size);
        for (const parity of [0, 1]) {
          const ofHost = [...running.keys()].filter((key) => Number(key.at(-1)) % 2 === parity);
          expect(ofHost.length).toBeLessThanOrEqual(2);
        }
      }
      expect(most).toBeLessThanOrEqual(3);
    }),
    { seed: 20_260_105, numRuns: 60 },
  );
});

const rhythm = { id: 'check-1', intervalMs: 60_000, retryIntervalMs: 15_000 };

test('a soft problem is looked at again after the retry interval, at once when that has passed', () => {
  expect(nextRunAtMs(rhythm, true, 100_000, 103_000)).toBe(115_000);
  expect(nextRunAtMs(rhythm, true, 100_000, 130_000)).toBe(130_000);
});

test('regular runs keep to the place of the check, whenever a run was asked for', () => {
  const first = nextRunAtMs(rhythm, false, 100_000, 101_000);
  expect(first).toBeGreaterThan(101_000);
  expect(first).toBeLessThanOrEqual(161_000);
  expect(nextRunAtMs(rhythm, false, first, first)).toBe(first + 60_000);
  expect(nextRunAtMs(rhythm, false, first + 20_000, first + 20_500)).toBe(first + 60_000);
});

test('after a restart what was planned stays planned, what is overdue runs within five seconds', () => {
  expect(firstRunAtMs(rhythm, 130_000, 100_000)).toBe(130_000);
  for (const planned of [null, 90_000]) {
    const first = firstRunAtMs(rhythm, planned, 100_000);
    expect(first).toBeGreaterThanOrEqual(100_000);
    expect(first).toBeLessThan(105_000);
  }
});

test('a thousand checks are spread over their interval', () => {
  const seconds = new Set<number>();
  for (let i = 0; i < 1000; i++)
    seconds.add(Math.floor(nextRunAtMs({ ...rhythm, id: `check-${i}` }, false, 0, 0) / 1000));
  expect(seconds.size).toBeGreaterThan(55);
});
