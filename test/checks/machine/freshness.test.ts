// When a result should have come and did not (§3.4). The instants are those of the recorded
// scenario B/fresh: threshold 12 s, found stale two seconds later.

import { expect, test } from 'vitest';
import { decideFreshness, freshnessThresholdMs, isOrphaned, type RunFacts } from '#checks/machine/freshness.ts';
import type { MachineSettings } from '#checks/machine/settings.ts';
import { siteWith } from './site-nodes.ts';
import { lonelyService, Story } from './story.ts';

const NOTHING_RUNS: RunFacts = { isExecuting: false, isFreshening: false, latencyMs: 0, watchedSinceMs: 0 };
const site = siteWith({}, () => false);

/** A passive result at 0 s; is it stale after so many seconds? */
function staleAfter(seconds: number, change: Partial<MachineSettings> = {}, run: Partial<RunFacts> = {}) {
  const service = lonelyService({ freshness: { isEnabled: true, thresholdSec: 12 }, ...change });
  const story = new Story(service);
  story.nowMs = 0;
  story.results('O', { isPassive: true });
  return decideFreshness(service.current, service.settings, site, { ...NOTHING_RUNS, ...run }, seconds * 1000);
}

test('a result is stale when more than its threshold has passed', () => {
  expect(staleAfter(12)).toEqual({ isStale: false, staleAtMs: 12_000 });
  expect(staleAfter(14)).toEqual({ isStale: true, thresholdMs: 12_000, staleForMs: 2_000 });
});

const cases: [string, Partial<MachineSettings>, Partial<RunFacts>][] = [
  ['while a run is under way', {}, { isExecuting: true }],
  ['while one was forced because of it', {}, { isFreshening: true }],
  ['outside the check period', { checkPeriod: 'office' }, {}],
  ['when neither active nor passive results are taken', { activeChecks: false, passiveChecks: false }, {}],
  ['when nobody asked for it', { freshness: { isEnabled: false, thresholdSec: 12 } }, {}],
];
test.each(cases)('nothing is stale %s', (_, settings, run) => {
  expect(staleAfter(3600, settings, run).isStale).toBe(false);
});

test('it is stale with active checks off: that is what freshness is for', () => {
  expect(staleAfter(14, { activeChecks: false }).isStale).toBe(true);
});

test('without a threshold it is the interval that holds, the latency and a slack', () => {
  const { settings, current } = lonelyService({ intervalMs: 300_000, retryIntervalMs: 60_000 });
  expect(freshnessThresholdMs(current, settings, site, 2_000)).toBe(317_000);
  expect(freshnessThresholdMs({ ...current, type: 'soft' }, settings, site, 2_000)).toBe(77_000);
});

test('after a long outage of ours a passive object gets its whole threshold anew, after a short one not', () => {
  expect(staleAfter(14, {}, { watchedSinceMs: 7_000 }).isStale).toBe(true);
  expect(staleAfter(14, {}, { watchedSinceMs: 8_000 })).toEqual({ isStale: false, staleAtMs: 20_000 });
});

test('an object that never had a result counts from when we began to watch', () => {
  const service = lonelyService({ freshness: { isEnabled: true, thresholdSec: 12 } });
  const run = { ...NOTHING_RUNS, watchedSinceMs: 5_000 };
  expect(decideFreshness(service.current, service.settings, site, run, 17_000).isStale).toBe(false);
  expect(decideFreshness(service.current, service.settings, site, run, 17_001).isStale).toBe(true);
});

test('a run is an orphan ten minutes after all that it may take', () => {
  const run = { plannedAtMs: 0, latencyMs: 1_000, timeoutMs: 60_000, reapEveryMs: 10_000 };
  expect([isOrphaned(run, 671_000), isOrphaned(run, 671_001)]).toEqual([false, true]);
});
