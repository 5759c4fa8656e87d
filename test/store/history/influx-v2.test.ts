// InfluxDB 2.x. No server of that version is at hand, so a server of ours answers
// as the vendor documents it: /api/v2/write, /api/v2/query, annotated CSV.
// What these tests do not show is that a real server understands our Flux.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { openInfluxHistory } from '#store/history/influx.ts';
import type { MetricHistory } from '#store/history/history.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { point, range, sample } from './contract.ts';
import { startExchangeServer, type ExchangeServer } from './exchange-server.ts';

let server: ExchangeServer;
let spoolDirectory: string;
let history: MetricHistory;

beforeEach(async () => {
  server = await startExchangeServer();
  spoolDirectory = await mkdtemp(path.join(os.tmpdir(), 'plexus-spool-'));
  history = await openInfluxHistory(
    { clock: new FakeClock(), log: silentLogger },
    { url: server.url, version: '2', token: 's3cret', org: 'my org', bucket: 'plex"us', spoolDirectory },
  );
});

afterEach(async () => {
  await history.close();
  await server.close();
  await rm(spoolDirectory, { recursive: true });
});

const CSV = { 'content-type': 'text/csv; charset=utf-8' };

/** Annotated CSV: header rows for types, groups and defaults, then one row per record. */
const csv = (columns: [name: string, type: string][], rows: string[][]): string =>
  [
    `#datatype,string,long,${columns.map(([, type]) => type).join(',')}`,
    `#group,false,false,${columns.map(() => 'false').join(',')}`,
    `#default,_result,,${columns.map(() => '').join(',')}`,
    `,result,table,${columns.map(([name]) => name).join(',')}`,
    ...rows.map((row, index) => `,,${index},${row.join(',')}`),
    '',
  ].join('\r\n');

const queries = () => server.requests.filter(({ url }) => url.startsWith('/api/v2/query'));

const fluxOf = (index: number): string => {
  const parsed: unknown = JSON.parse(queries()[index]?.body ?? '');
  assert.ok(typeof parsed === 'object' && parsed !== null && 'query' in parsed);
  return String(parsed.query);
};

test('lines go to the bucket with the token', async () => {
  history.append([sample(0, 1)]);
  await history.flush();
  const [request] = server.requests;
  assert.equal(request?.url, '/api/v2/write?org=my+org&bucket=plex%22us&precision=ms');
  assert.equal(request?.headers.authorization, 'Token s3cret');
  assert.equal(history.health().written, 1);
});

test('a bucket that is not there keeps the samples and says what to do', async () => {
  server.answer = () => ({ status: 404, body: '{"code":"not found","message":"bucket \\"plexus\\" not found"}' });
  history.append([sample(0, 1)]);
  await history.flush();
  assert.deepEqual([history.health().ok, history.health().pending], [false, 1]);
  assert.match(history.health().lastError ?? '', /create bucket plex"us in organisation my org first/);
});

test('four aggregates become points; the window cut by the range goes back to its step', async () => {
  const columns: [string, string][] = [
    ['_time', 'dateTime:RFC3339'],
    ['_value', 'double'],
    ['agg', 'string'],
  ];
  const row = (time: string, avg: number, min: number, max: number, last: number): string[][] =>
    Object.entries({ avg, min, max, last }).map(([agg, value]) => [time, String(value), agg]);
  const body = csv(columns, [...row('2026-01-05T09:01:00Z', 5, 4, 6, 4), ...row('2026-01-05T09:00:30Z', 2, 1, 3, 3)]);
  server.answer = () => ({ status: 200, headers: CSV, body });
  const answer = await history.query(range(30, 120, { agg: 'last' }));
  assert.deepEqual(answer[0]?.points, [point(0, 3, 1, 3), point(60, 4, 4, 6)]);
  assert.match(fluxOf(0), /range\(start: 2026-01-05T09:00:30\.000Z, stop: 2026-01-05T09:02:00\.000Z\)/);
  assert.match(fluxOf(0), /every: duration\(v: "60s"\)/);
});

test('labels and bucket enter the query quoted', async () => {
  server.answer = () => ({ status: 200, headers: CSV, body: '' });
  const key = { cluster: '") |> drop()', host: 'a\\"b', metric: '${x}' };
  assert.deepEqual(await history.query(range(0, 60, { series: [key] })), [{ labels: key, points: [] }]);
  const query = fluxOf(0);
  assert.ok(query.includes('from(bucket: "plex\\"us")'), query);
  assert.ok(query.includes('r.cluster == "\\") |> drop()"'), query);
  assert.ok(query.includes('r.host == "a%5C\\"b"'), query);
  assert.ok(query.includes('r._measurement == "\\${x}"'), query);
});

test('the list of series is decoded, sorted and bounded', async () => {
  const columns: [string, string][] = ['_measurement', 'cluster', 'host'].map((name) => [name, 'string']);
  const body = csv(columns, [
    ['m', 'b', 'h'],
    ['m', 'a', 'x%0Ay'],
  ]);
  server.answer = () => ({ status: 200, headers: CSV, body });
  assert.deepEqual(await history.listSeries({ metric: 'm', limit: 1 }), [{ cluster: 'a', host: 'x\ny', metric: 'm' }]);
  assert.match(fluxOf(0), /r\._field == "value" and r\._measurement == "m"\)/);
});

test('a server that refuses a query is an error with the reason', async () => {
  server.answer = () => ({ status: 401, body: '{"code":"unauthorized","message":"unauthorized access"}' });
  await assert.rejects(history.query(range(0, 60)), { code: 'history_unavailable', message: /unauthorized access/ });
});

test('what is older than the samples of its bucket comes from the roll-ups, weighted by what is behind them', async () => {
  const rule = (everySeconds: number) => [{ type: 'expire', everySeconds }];
  const buckets = [
    { id: '1', name: 'plex"us', retentionRules: rule(60) },
    { id: '2', name: 'plex"us_10m', retentionRules: rule(7_776_000) },
  ];
  const columns: [string, string][] = ['value', 'min', 'max', 'last', 'count'].map((name) => [name, 'double']);
  const rows = [
    ['2026-01-05T08:00:00Z', '1', '0', '2', '1', '1'],
    ['2026-01-05T08:10:00Z', '4', '3', '9', '5', '3'],
  ];
  server.answer = ({ url, body }) => {
    if (url.startsWith('/api/v2/buckets')) return { status: 200, body: JSON.stringify({ buckets }) };
    const isRollup = body.includes('plex\\\\\\"us_10m');
    const time: [string, string] = ['_time', 'dateTime:RFC3339'];
    return { status: 200, headers: CSV, body: isRollup ? csv([time, ...columns], rows) : '' };
  };
  const answer = await history.query(range(-7200, 0, { stepSec: 3600 }));
  assert.deepEqual(answer[0]?.points, [point(-3600, 3.25, 0, 9)]);
  assert.match(fluxOf(0), /pivot\(/);
});
