// The metric routes on a real collector and the embedded history: what programs
// push, what a Prometheus sends and reads, what the console asks.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { compress } from 'snappyjs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCollector, type Collector } from '#collector/service.ts';
import { systemClock } from '#kernel/clock.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import { liveMetricsOf } from '#app/live-metrics.ts';
import { openEmbeddedHistory, type EmbeddedHistory } from '#store/history/embedded.ts';
import { freeTcpPort } from '#test/support/free-port.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import { encodeRemoteWrite } from '#test/support/remote-write.ts';
import type {
  Grid,
  HistoryBackup,
  LatestValue,
  MetricName,
  MetricSource,
  MetricsResult,
} from '#web/contract/metrics.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { exchangeRoutes } from '#web/server/routes/exchange.ts';
import { metricRoutes } from '#web/server/routes/metrics.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import { parseExposition } from '#wire/prometheus-text.ts';

const clock = systemClock();
const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-metric-routes-'));
const judged: string[] = [];
const removed: unknown[] = [];
const tokens: Record<string, string> = {};
let database: TestDatabase;
let history: EmbeddedHistory;
let collector: Collector;
let web: WebServer;

beforeAll(async () => {
  database = await openTestDatabase();
  const identity = createIdentity({ db: database.db, clock });
  for (const role of ['viewer', 'operator', 'admin'] as const)
    tokens[role] = (await identity.createToken({ name: role, role }, SYSTEM)).token;
  history = await openEmbeddedHistory({ clock, log: silentLogger }, { directory });
  collector = createCollector(
    {
      clock,
      log: silentLogger,
      appendHistory: (samples) => history.append(samples),
      onSamples: () => undefined,
      judge: (samples) => judged.push(...samples.map(({ metric }) => metric)),
      publish: () => undefined,
    },
    {
      listen: [{ cluster: 'default', udpPort: 0, udpHost: '127.0.0.1' }],
      resolveNames: false,
      polling: {
        sources: [{ name: 'gone', everySec: 1, addresses: [{ host: '127.0.0.1', port: await freeTcpPort() }] }],
      },
    },
  );
  await collector.start(new AbortController().signal);
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir: directory, consoleState: () => 'building' },
    (app) => {
      metricRoutes(app, {
        history,
        live: liveMetricsOf(collector.api),
        seriesOfHost: () => Promise.reject(new Error('not asked here')),
        backup: async () => {
          const target = path.join(directory, 'copy');
          const { bytes, atMs } = (await history.backup?.(target)) ?? { bytes: 0, atMs: 0 };
          return { directory: target, bytes, at: new Date(atMs).toISOString() };
        },
        onHostRemoved: (_actor, host) => Promise.resolve(void removed.push(host)),
      });
      exchangeRoutes(app, { collector: collector.api, collects: true });
    },
  );
});

afterAll(async () => {
  await web.stop();
  await collector.stop();
  await history.close();
  await database.close();
  rmSync(directory, { recursive: true });
});

type Method = 'GET' | 'POST' | 'DELETE';

async function ask<Body>(method: Method, url: string, body?: object, role = 'operator') {
  const response = await web.app.inject({
    ...{ method, url: `/api/v1${url}`, headers: { authorization: `Bearer ${tokens[role]}` } },
    ...(body && { payload: body }),
  });
  return { status: response.statusCode, text: response.body, body: response.json<Body>() };
}

async function remoteWrite(packed: Uint8Array, contentType = 'application/x-protobuf') {
  const response = await web.app.inject({
    method: 'POST',
    url: '/api/v1/prometheus/write?cluster=prom',
    headers: {
      authorization: `Bearer ${tokens['operator']}`,
      'content-type': contentType,
      'content-encoding': 'snappy',
    },
    payload: Buffer.from(packed),
  });
  return { status: response.statusCode, text: response.body };
}

const push = (host: string, metrics: object[], cluster = 'web') =>
  ask('POST', '/metrics/push', { cluster, host, metrics });

describe('a program pushes its metrics', () => {
  test('they are live, in history and before the rules within moments', async () => {
    const { body } = await push('web-1', [
      { name: 'queue_depth', value: 17.25, units: 'jobs', group: 'app', title: 'Queue', tmaxSec: 30 },
      { name: 'release', value: '2026.11' },
    ]);
    expect(body).toEqual({ taken: 2, refused: 0 });
    const latest = await ask<{ items: LatestValue[] }>(
      'GET',
      '/metrics/latest?metric=queue_depth',
      undefined,
      'viewer',
    );
    expect(latest.body.items).toMatchObject([
      { cluster: 'web', host: 'web-1', number: 17.25, value: '17.25', hostUp: true, tmaxSec: 30 },
    ]);
    const names = await ask<{ items: MetricName[] }>('GET', '/metrics/names?cluster=web');
    expect(names.body.items).toMatchObject([
      { name: 'queue_depth', hosts: 1, numeric: true, units: 'jobs', group: 'app', title: 'Queue' },
      { name: 'release', numeric: false },
    ]);
    await vi.waitFor(() => expect(judged).toContain('queue_depth'));
    const found = await ask<MetricsResult>('POST', '/metrics/query', {
      ...{ from: clock.nowMs() - 60_000, to: clock.nowMs() + 1000, stepSec: 60 },
      select: [{ host: { regex: '^web-\\d$' }, metric: 'queue_depth' }],
    });
    expect(found.body.series).toMatchObject([{ labels: { host: 'web-1' }, units: 'jobs', rate: false, members: 1 }]);
    expect(found.body.series[0]?.points.at(-1)?.[1]).toBe(17.25);
  });

  test('a value that was kept back is history, and no news', async () => {
    const atMs = Math.floor(clock.nowMs() / 1000) * 1000 - 600_000;
    await push('web-1', [{ name: 'kept_back', value: 5, atMs }]);
    const found = await ask<MetricsResult>('POST', '/metrics/query', {
      ...{ from: atMs - 5000, to: atMs + 5000, stepSec: 1 },
      series: [{ cluster: 'web', host: 'web-1', metric: 'kept_back' }],
    });
    expect(found.body.series[0]?.points).toEqual([[atMs, 5, 5, 5]]);
    expect(judged).not.toContain('kept_back');
  });

  test('a viewer may not, and wrong fields are named', async () => {
    expect(
      (await ask('POST', '/metrics/push', { cluster: 'a', host: 'b', metrics: [{ name: 'x', value: 1 }] }, 'viewer'))
        .status,
    ).toBe(403);
    const wrong = await push('web-1', [{ name: 'x', value: 1, colour: 'red' }]);
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('colour');
  });

  test('clusters and the grid add them up', async () => {
    await push('web-2', [{ name: 'queue_depth', value: 3 }]);
    await vi.waitFor(async () => {
      const { body } = await ask<Grid>('GET', '/grid?metrics=queue_depth');
      expect(body.clusters.find(({ name }) => name === 'web')).toMatchObject({
        ...{ hostsUp: 2, source: null, alive: true },
        summary: [{ name: 'queue_depth', sum: 20.25, num: 2 }],
      });
    }, 5000);
    expect((await ask('GET', '/clusters/web/summary')).body).toMatchObject({ name: 'web', hostsUp: 2 });
    expect((await ask('GET', '/clusters/nosuch/summary')).status).toBe(404);
  });

  test('a host that is gone for good is taken out, until it speaks again', async () => {
    await push('old-1', [{ name: 'x', value: 1 }], 'old');
    expect((await ask('DELETE', '/clusters/old/hosts/old-1', undefined, 'viewer')).status).toBe(403);
    expect((await ask('DELETE', '/clusters/old/hosts/old-1')).status).toBe(200);
    expect((await ask('DELETE', '/clusters/old/hosts/old-1')).status).toBe(404);
    expect(removed).toEqual([{ cluster: 'old', hostKey: 'old-1' }]);
    await push('old-1', [{ name: 'x', value: 1 }], 'old');
    expect((await ask<{ items: unknown[] }>('GET', '/metrics/latest?metric=x&cluster=old')).body.items).toHaveLength(1);
  });
});

describe('a Prometheus sends on what it has', () => {
  const request = (value: number) =>
    compress(
      encodeRemoteWrite({
        series: [
          {
            labels: { __name__: 'http_requests_total', instance: 'api-1:8080', job: 'api', code: '200' },
            samples: [{ value, atMs: clock.nowMs() }],
          },
          { labels: { __name__: 'lost' }, samples: [{ value: 1, atMs: clock.nowMs() }] },
        ],
        metadata: [],
      }),
    );

  test('its hosts and series are ours, and read back as they came', async () => {
    expect(await remoteWrite(request(42))).toEqual({ status: 204, text: '' });
    const { body } = await ask<{ items: MetricName[] }>('GET', '/metrics/names?cluster=api');
    expect(body.items).toMatchObject([{ name: 'http_requests_total{code="200"}', slope: 'positive' }]);
    const exposed = await web.app.inject({
      url: '/api/v1/prometheus/metrics',
      headers: { authorization: `Bearer ${tokens['viewer']}` },
    });
    expect(exposed.headers['content-type']).toContain('text/plain; version=0.0.4');
    const { samples, families, badLineCount } = parseExposition(exposed.body);
    expect(badLineCount).toBe(0);
    expect(families.get('ganglia_http_requests_total')?.type).toBe('counter');
    const sample = samples.find(({ name }) => name === 'ganglia_http_requests_total');
    expect(sample?.value).toBe(42);
    expect(Object.fromEntries(sample?.labels ?? [])).toEqual({ cluster: 'api', host: 'api-1', code: '200' });
  });

  test('what is none of its requests is refused for good, with the reason', async () => {
    expect(await remoteWrite(Buffer.from('hello'))).toMatchObject({
      status: 400,
      text: expect.stringContaining('snappy'),
    });
    expect(await remoteWrite(compress(Buffer.from([0x0b])))).toMatchObject({
      ...{ status: 400, text: expect.stringContaining('protobuf') },
    });
    const second = 'application/x-protobuf;proto=io.prometheus.write.v2.Request';
    expect((await remoteWrite(request(1), second)).status).toBe(415);
    const placeless = encodeRemoteWrite({ series: [{ labels: { __name__: 'x' }, samples: [] }], metadata: [] });
    expect(await remoteWrite(compress(placeless))).toMatchObject({
      status: 400,
      text: expect.stringContaining('instance'),
    });
  });
});

describe('a backup while values come in', () => {
  test('is a whole history of its own; only an administrator may ask for it', async () => {
    expect((await ask('POST', '/metrics/backup')).status).toBe(403);
    await push('web-9', [{ name: 'backed_up', value: 8 }]);
    await vi.waitFor(() => expect(judged).toContain('backed_up'));
    const { body } = await ask<HistoryBackup>('POST', '/metrics/backup', undefined, 'admin');
    const copy = await openEmbeddedHistory({ clock, log: silentLogger }, { directory: body.directory });
    const found = await copy.listSeries({ metric: 'backed_up' });
    await copy.close();
    expect(found).toEqual([{ cluster: 'web', host: 'web-9', metric: 'backed_up' }]);
  });
});

test('a data source that does not answer is shown with the reason', async () => {
  await vi.waitFor(async () => {
    const { body } = await ask<{ items: MetricSource[] }>('GET', '/metrics/sources', undefined, 'viewer');
    expect(body.items).toMatchObject([
      { kind: 'ganglia', name: 'gone', alive: false, lost: 0, lastError: expect.stringMatching(/ECONNREFUSED/) },
    ]);
  }, 5000);
});

describe('wrong questions', () => {
  const range = { from: 0, to: 60_000, stepSec: 60 };
  test.each([
    [{ ...range }, 'no_series'],
    [{ ...range, to: 0, select: [{ metric: 'x' }] }, 'bad_range'],
    [{ ...range, to: 60_000_000, stepSec: 1, select: [{ metric: 'x' }] }, 'too_many_steps'],
    [{ ...range, select: [{ metric: { regex: '(' } }] }, 'bad_pattern'],
  ])('%o is refused as %s', async (query, code) => {
    const { status, body } = await ask<{ code: string }>('POST', '/metrics/query', query);
    expect([status, body.code]).toEqual([400, code]);
  });
});
