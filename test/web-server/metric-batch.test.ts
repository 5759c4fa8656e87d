// Several queries in one request: each answered as if it were alone.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import type { RangeQuery, SeriesPoints } from '#store/history/history.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import type { MetricsBatchResult, MetricsQuery } from '#web/contract/metrics.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { metricRoutes, type LiveMetrics } from '#web/server/routes/metrics.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';

const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
const HOSTS = ['a', 'b', 'c'];
let database: TestDatabase;
let web: WebServer;
let token: string;
let storeIsAway = false;

const history = {
  query: ({ series, fromMs }: RangeQuery): Promise<SeriesPoints[]> =>
    storeIsAway
      ? Promise.reject(new Error('the store is away'))
      : Promise.resolve(series.map((labels) => ({ labels, points: [[fromMs, 1, 1, 1]] }))),
  listSeries: () => Promise.resolve(HOSTS.map((host) => ({ cluster: 'web', host, metric: 'load_one' }))),
};

const live: LiveMetrics = {
  clusters: () => [],
  cluster: () => undefined,
  grid: () => ({ name: '', hostsUp: 0, hostsDown: 0, summary: [], clusters: [], grids: [] }),
  metricNames: () => [],
  latest: () => [],
  hostMetrics: () => [],
  describe: () => undefined,
  sources: () => [],
  removeHost: () => false,
};

beforeAll(async () => {
  const clock = new FakeClock();
  database = await openTestDatabase();
  const identity = createIdentity({ db: database.db, clock });
  ({ token } = await identity.createToken({ name: 'viewer', role: 'viewer' }, SYSTEM));
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) =>
      metricRoutes(app, {
        history,
        live,
        seriesOfHost: () => Promise.resolve({ cluster: 'web', host: 'a' }),
        onHostRemoved: () => Promise.resolve(),
        backup: undefined,
      }),
  );
});
afterAll(async () => {
  await web.stop();
  await database.close();
  rmSync(consoleDir, { recursive: true });
});

const ask = (queries: readonly object[]) =>
  web.app.inject({
    method: 'POST',
    url: '/api/v1/metrics/query/batch',
    headers: { authorization: `Bearer ${token}` },
    payload: { queries },
  });

const load: MetricsQuery = { from: 0, to: 60_000, stepSec: 60, select: [{ metric: 'load_one' }] };

test('each query has its answer at its place, and a refused one does not fail the others', async () => {
  const response = await ask([
    load,
    { ...load, select: [{ metric: { regex: '(' } }] },
    { ...load, maxSeries: 2 },
    { ...load, to: 0 },
    { ...load, combine: { with: 'sum' } },
  ]);
  expect(response.statusCode).toBe(200);
  const { results }: MetricsBatchResult = response.json();
  expect(results.map(({ problem }) => problem?.code ?? null)).toEqual([
    null,
    'bad_pattern',
    'too_many_series',
    'bad_range',
    null,
  ]);
  expect(results[0]?.result?.series.map(({ labels }) => labels.host)).toEqual(HOSTS);
  expect(results[4]?.result).toMatchObject({ matched: 3, series: [{ members: 3, points: [[0, 3, 3, 3]] }] });
});

test('what Plexus itself fails at is no answer to any of them', async () => {
  storeIsAway = true;
  expect((await ask([load])).statusCode).toBe(500);
  storeIsAway = false;
});

test('none, and more than 24, are refused', async () => {
  for (const count of [0, 25])
    expect((await ask(Array.from({ length: count }, () => load))).json()).toMatchObject({ code: 'invalid_request' });
});
