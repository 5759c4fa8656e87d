// A month of an ordinary small site: a disk that fills every night, and a host that
// goes silent once. What people are told is exactly that, once each.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import type { GmondPacket } from '#wire/gmond-packet.ts';
import { startSuite, type JourneySuite } from './suite.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 2, 1);
const STEP_MS = 10 * MINUTE_MS;
// Heard every ten minutes, so TMAX is that and a host is down after forty.
const ENVIRONMENT = { PLEXUS_GMOND_HOST_TMAX_SEC: '600' };
const SILENT_DAY = 15;

const clock = new FakeClock(START_MS);
let suite: JourneySuite;
beforeAll(async () => {
  suite = await startSuite(clock, { roles: ['collector', 'alerter', 'worker'], environment: ENVIRONMENT });
  await suite.parts.alerting.api.ensureDefaultRules();
  await suite.parts.alerting.api.ensureDefaultContact('oncall@example.org');
  await suite.settle();
}, 60_000);
afterAll(() => suite.stop());

const identity = { host: '10.0.0.17:web-17', spoof: true };
const metadata: GmondPacket = {
  id: 128,
  ...identity,
  name: 'part_max_used',
  metadata: { type: 'float', name: 'part_max_used', units: '%', slope: 3, tmaxSec: 180, dmaxSec: 0, extra: [] },
};
const disk = (value: number): GmondPacket => ({ id: 134, ...identity, name: 'part_max_used', fmt: '%.1f', value });

/** Full from three to four at night, with the ups and downs of a day otherwise. */
function diskUsed(atMs: number): number {
  const hour = (atMs % DAY_MS) / HOUR_MS;
  return hour >= 3 && hour < 4 ? 96 : 60 + 5 * Math.sin((2 * Math.PI * hour) / 24);
}

const isSilent = (atMs: number): boolean => {
  const day = (atMs - START_MS) / DAY_MS;
  return day >= SILENT_DAY + 0.5 && day < SILENT_DAY + 0.75;
};

// The hours in which something may happen are told step by step and settled;
// through the others the clock leaps from heartbeat to heartbeat.
const isEventful = (atMs: number): boolean => {
  const hour = (atMs % DAY_MS) / HOUR_MS;
  return (hour >= 2.9 && hour < 4.2) || Math.abs((atMs - START_MS) / DAY_MS - (SILENT_DAY + 0.625)) < 0.15;
};

test('thirty nights of a full disk and one silent host', async () => {
  await suite.hear([metadata]);
  for (let atMs = START_MS; atMs < START_MS + 30 * DAY_MS; atMs += STEP_MS) {
    clock.leap(Math.max(0, atMs - clock.nowMs()));
    if (!isSilent(atMs)) await suite.hear([disk(diskUsed(atMs))]);
    if (isEventful(atMs)) await suite.settle();
  }
  await suite.settle();

  const alerts = await suite.parts.alerting.api.alerts({ limit: 1000 });
  const byRule = Map.groupBy(alerts, (alert) => alert.ruleName);
  const counts = [...byRule].map(([rule, found]) => [rule, found.length] as const).toSorted();
  expect(counts.map(([, count]) => count).toSorted((a, b) => a - b)).toEqual([1, 30]);
  expect(alerts.every((alert) => alert.state === 'resolved')).toBe(true);

  const mails = await suite.parts.alerting.api.outbox({ limit: 1000 });
  expect(mails, 'one mail when it begins and one when it ends').toHaveLength(62);
  expect(new Set(mails.map((mail) => mail.messageId)).size).toBe(62);
}, 240_000);

test('the year view still shows every night’s peak', async () => {
  const [series] = await suite.stores.history.query({
    series: [{ cluster: 'default', host: 'web-17', metric: 'part_max_used' }],
    fromMs: START_MS,
    toMs: START_MS + 30 * DAY_MS,
    stepSec: 86_400,
    agg: 'avg',
  });
  expect(series?.points).toHaveLength(30);
  for (const [, avg, min, max] of series?.points ?? []) {
    expect(max).toBeCloseTo(96, 3);
    expect(min).toBeGreaterThan(54);
    expect(avg).toBeLessThan(70);
  }
});

test('whoever asks why it was told finds a rule, a host and a cause', async () => {
  const [alert] = await suite.parts.alerting.api.alerts({ limit: 1 });
  const episode = await suite.parts.alerting.api.episode(alert?.id ?? '');
  expect(episode.deliveries.map((delivery) => delivery.status)).toEqual(['sent', 'sent']);
  expect(episode.loop.judged.status).toBe('done');
});
