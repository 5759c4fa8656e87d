// Metric checks on the real history: what a store of our own keeps, and its roll-ups.

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { createMetricKind } from '#checks/kinds/metric/metric.ts';
import { openEmbeddedHistory, type EmbeddedHistory } from '#store/history/embedded.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { runKind } from '../run-kind.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const clock = new FakeClock();
let directory: string;
let history: EmbeddedHistory;

/** One value a minute for `forMs` up to now. */
async function heard(metric: string, forMs: number, valueAt: (agoMs: number) => number): Promise<void> {
  const nowMs = clock.nowMs();
  for (let agoMs = forMs; agoMs >= 0; agoMs -= 60_000) {
    const series = { cluster: 'c', host: 'web-1', hostKey: '10.0.0.1', metric };
    history.append([{ ...series, value: valueAt(agoMs), atMs: nowMs - agoMs }]);
  }
  await history.flush();
}

const kind = createMetricKind({
  latestMetric: (_, __, metric) => ({ value: LATEST[metric] ?? 0, atMs: clock.nowMs(), tn: 1 }),
  queryHistory: (query) => history.query(query),
  groupsOf: () => Promise.resolve([]),
  membersOf: () => Promise.resolve([]),
});
const LATEST: Record<string, number> = { disk: 91, visitors: 10 };

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'plexus-metric-'));
  history = await openEmbeddedHistory({ clock, log: silentLogger }, { directory });
});
afterAll(async () => {
  await history.close();
  await rm(directory, { recursive: true });
});

test('an average, a rate and a forecast', async () => {
  await heard('disk', 6 * HOUR_MS, (agoMs) => 91 - (agoMs / HOUR_MS) * 3);
  await heard('requests', HOUR_MS, (agoMs) => 1e6 - agoMs / 50);
  const run = (spec: Record<string, unknown>) => runKind(kind, spec, { clock });
  expect(await run({ metric: 'disk', over: { windowSec: 3600 }, warn: '~:89' })).toMatchObject({
    state: 'warning',
    output: expect.stringMatching(/^METRIC WARNING - disk was on average 89\.\d+ in the last 3600 seconds/),
  });
  expect(await run({ metric: 'requests', rate: {}, crit: '~:19' })).toMatchObject({
    state: 'critical',
    output: 'METRIC CRITICAL - requests grows by 20 /s (critical above 19)',
  });
  expect(await run({ metric: 'disk', unit: '%', forecast: {}, warn: '24:', crit: '2:' })).toMatchObject({
    state: 'warning',
    output: expect.stringMatching(/disk is 91 % and rises by 3 % an hour: 100 % in 3 hours/),
  });
});

test('what is usual at this hour of the week, while the values were rolled up long ago', async () => {
  const rush = (atMs: number) => 1000 + ((atMs / 60_000) % 10);
  for (let weeks = 4; weeks > 0; weeks--) {
    // Lived through, since nobody can tell a store of last month.
    await heard('visitors', HOUR_MS, () => rush(clock.nowMs()));
    clock.advance(HOUR_MS);
    await history.flush();
    clock.advance(7 * DAY_MS - HOUR_MS);
  }
  await heard('visitors', 600_000, () => 10);
  expect(await runKind(kind, { metric: 'visitors', baseline: {}, warn: '3', crit: '6' }, { clock })).toMatchObject({
    state: 'critical',
    output: expect.stringMatching(/^METRIC CRITICAL - visitors is 10, \d+ spreads below the usual 100\d/),
  });
});
