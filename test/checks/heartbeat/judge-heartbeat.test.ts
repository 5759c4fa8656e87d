// When a job that reports by itself is late, has failed or takes too long.

import { expect, test } from 'vitest';
import { judgeHeartbeat, type Heartbeat, type HeartbeatLimits } from '#checks/heartbeat/judge-heartbeat.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 9);
const ago = (sec: number): number => NOW_MS - sec * 1000;
const fresh: Heartbeat = { createdAtMs: ago(0), startedAtMs: null, endedAtMs: null, exitCode: null, runMs: null };
const ended = (sec: number, more: Partial<Heartbeat> = {}): Heartbeat => ({
  ...fresh,
  createdAtMs: ago(1e6),
  endedAtMs: ago(sec),
  exitCode: 0,
  ...more,
});

// A daily job with an hour of grace.
const daily: HeartbeatLimits = { periodSec: 86_400, graceSec: 3600 };
const cases: [string, Heartbeat, HeartbeatLimits, string, string][] = [
  ['a new URL waits for its first ping', fresh, daily, 'ok', 'it waits for its first ping'],
  [
    'a job that never came is missed',
    { ...fresh, createdAtMs: ago(90_001) },
    daily,
    'critical',
    'no ping since its URL was made 1 d 1 h ago (expected every 1 d)',
  ],
  ['a job that came', ended(60), daily, 'ok', 'last ping 1 min ago'],
  ['a job within its grace', ended(90_000), daily, 'ok', 'last ping 1 d 1 h ago'],
  [
    'a job a second past its grace',
    ended(90_001),
    daily,
    'critical',
    'no ping for 1 d 1 h (expected every 1 d, 1 h of grace)',
  ],
  ['a job that took its time', ended(5, { runMs: 754_000 }), daily, 'ok', 'last ping 5 s ago, took 12 min 34 s'],
  [
    'a job that failed',
    ended(120, { exitCode: 3 }),
    daily,
    'critical',
    'its last run failed 2 min ago with exit code 3',
  ],
  ['a job that runs', ended(86_000, { startedAtMs: ago(60) }), daily, 'ok', 'it runs since 1 min'],
  [
    'a job that began late and runs is not silent',
    ended(95_000, { startedAtMs: ago(60) }),
    daily,
    'ok',
    'it runs since 1 min',
  ],
  [
    'a job that has begun again after a failure has not succeeded yet',
    ended(120, { exitCode: 1, startedAtMs: ago(1) }),
    daily,
    'critical',
    'its last run failed 2 min ago with exit code 1',
  ],
  [
    'a job that does not end within its grace',
    ended(86_000, { startedAtMs: ago(3601) }),
    daily,
    'critical',
    'it was started 1 h ago and has not ended (at most 1 h)',
  ],
  [
    'a job that may run for long',
    ended(86_000, { startedAtMs: ago(7200) }),
    { ...daily, maxRunSec: 8000 },
    'ok',
    'it runs since 2 h',
  ],
  [
    'a job that took too long',
    ended(5, { runMs: 70_000 }),
    { ...daily, maxRunSec: 60 },
    'critical',
    'its last run took 1 min 10 s (at most 1 min)',
  ],
  ['a clock that was set back', ended(-500), daily, 'ok', 'last ping 0 s ago'],
];
test.each(cases)('%s', (_, beat, limits, state, sentence) => {
  expect(judgeHeartbeat(beat, limits, NOW_MS)).toMatchObject({ state, sentence });
});

test('silence and run time go to the history with their limits', () => {
  const { perfdata } = judgeHeartbeat(ended(60, { runMs: 1500 }), { ...daily, maxRunSec: 30 }, NOW_MS);
  expect(perfdata).toBe('silence=60s;;90000;0 run_time=1.5s;;30;0');
  expect(judgeHeartbeat(fresh, daily, NOW_MS).perfdata).toBe('silence=U;;90000;0');
});
