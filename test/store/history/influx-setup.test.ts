// `plexus influx setup` against Debian's influxd (1.x); 2.x and 3.x against a server
// of ours that answers as the vendor documents it.

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { openInfluxHistory } from '#store/history/influx.ts';
import type { InfluxSettings } from '#store/history/influx/endpoint.ts';
import { setUpInflux, type SetupStep } from '#store/history/influx/setup.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { describeWithPeer } from '../../support/peer.ts';
import { startExchangeServer, type Exchange, type ExchangeServer } from './exchange-server.ts';
import { startInfluxd, type Influxd } from './influxd.ts';

const DAY_SEC = 86_400;

async function setUp(settings: InfluxSettings, rawDays = 14): Promise<string[]> {
  const steps: SetupStep[] = [];
  for await (const step of setUpInflux(settings, { rawSec: rawDays * DAY_SEC })) steps.push(step);
  return steps.map(({ what, done }) => `${done}: ${what}`);
}

const text = (url: string, init?: RequestInit): Promise<string> => fetch(url, init).then((answer) => answer.text());

describeWithPeer('influxd', 'InfluxDB 1.x is prepared', () => {
  let influxd: Influxd;
  const database = 'site "one"';

  beforeAll(async () => {
    influxd = await startInfluxd();
  });
  afterAll(() => influxd.remove());

  test('database, retention and roll-ups are made once, and changed when another retention is wanted', async () => {
    const settings: InfluxSettings = { url: influxd.url, version: '1', database };
    expect(await setUp(settings)).toEqual([
      'made: database site "one"',
      'changed: retention policy autogen: 14 days',
      'made: retention policy plexus_10m: 90 days',
      'made: retention policy plexus_1h: 730 days',
      'made: continuous query plexus_10m',
      'made: continuous query plexus_1h',
    ]);
    expect((await setUp(settings)).filter((step) => !step.startsWith('there'))).toEqual([]);
    expect((await setUp(settings, 30)).filter((step) => !step.startsWith('there'))).toEqual([
      'changed: retention policy autogen: 30 days',
    ]);
  });

  test('what is older than its samples is read from the roll-ups, joined where samples begin', async () => {
    const spoolDirectory = await mkdtemp(path.join(os.tmpdir(), 'plexus-spool-'));
    const nowMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const settings: InfluxSettings = { url: influxd.url, version: '1', database };
    await setUp(settings, 14);
    // Retention would refuse to take an old sample, and the continuous query runs at its own time: its rows are
    // written as it would have written them.
    const old = nowMs - 20 * DAY_SEC * 1000;
    const row = (atMs: number, value: number, count: number) =>
      `load_one,cluster=web,host=web-1 value=${value},min=${value - 1},max=${value + 5},last=${value},count=${count} ${atMs}`;
    await text(`${influxd.url}/write?db=${encodeURIComponent(database)}&rp=plexus_10m&precision=ms`, {
      ...{ method: 'POST', body: `${row(old, 1, 1)}\n${row(old + 600_000, 4, 3)}\n` },
    });
    const history = await openInfluxHistory(
      { clock: new FakeClock(nowMs), log: silentLogger },
      { ...settings, spoolDirectory },
    );
    const key = { cluster: 'web', host: 'web-1', metric: 'load_one' };
    history.append([{ ...key, hostKey: 'x', value: 9, atMs: nowMs - 7_200_000 }]);
    await history.flush();
    const range = { fromMs: nowMs - 21 * DAY_SEC * 1000, toMs: nowMs, stepSec: 3600, agg: 'avg' as const };
    const [answer] = await history.query({ ...range, series: [key] });
    expect(answer?.points).toEqual([
      [old, 3.25, 0, 9],
      [nowMs - 7_200_000, 9, 9, 9],
    ]);
    await history.close();
    await rm(spoolDirectory, { recursive: true });
  });

  test('the continuous queries are ones that the server can run', async () => {
    // The statement inside a continuous query, run by hand over a range that has a sample.
    const atMs = Math.floor(Date.now() / 600_000) * 600_000 - 600_000;
    const write = `${influxd.url}/write?db=${encodeURIComponent(database)}&precision=ms`;
    await text(write, {
      method: 'POST',
      body: [1, 2, 6].map((value, at) => `cpu,cluster=c,host=h value=${value} ${atMs + at}`).join('\n'),
    });
    const shown = await text(`${influxd.url}/query?q=${encodeURIComponent('SHOW CONTINUOUS QUERIES')}`);
    const begin = /BEGIN (SELECT .*?GROUP BY time\(10m\), cluster, host) END/.exec(
      JSON.parse(`"${/"plexus_10m","(.*?)"\]/.exec(shown)?.[1] ?? ''}"`),
    );
    const statement = (begin?.[1] ?? '').replace(
      ' GROUP BY',
      ` WHERE time >= ${atMs}ms AND time < ${atMs + 600_000}ms GROUP BY`,
    );
    await text(`${influxd.url}/query?db=${encodeURIComponent(database)}&q=${encodeURIComponent(statement)}`, {
      method: 'POST',
    });
    const found = await text(
      `${influxd.url}/query?epoch=ms&db=${encodeURIComponent(database)}&q=${encodeURIComponent('SELECT "value","min","max","last","count" FROM "plexus_10m"."cpu"')}`,
    );
    expect(found).toContain(`[${atMs},3,1,6,6,3]`);
  });
});

describe('InfluxDB 2.x and 3.x are prepared by exchanges as documented', () => {
  let server: ExchangeServer;
  beforeEach(async () => {
    server = await startExchangeServer();
  });
  afterEach(() => server.close());

  const json = (body: object) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  test('2.x: buckets with retention, and tasks that fill the roll-ups', async () => {
    const buckets = [{ id: '1', name: 'metrics', retentionRules: [{ type: 'expire', everySeconds: 0 }] }];
    const tasks: object[] = [];
    server.answer = ({ method, url, body }: Exchange) => {
      if (url.startsWith('/api/v2/orgs')) return json({ orgs: [{ id: 'o1', name: 'ops' }] });
      if (method === 'GET') return json(url.startsWith('/api/v2/buckets') ? { buckets } : { tasks });
      const sent: Record<string, string> = JSON.parse(body);
      const name = /name: "(.*?)"/.exec(sent['flux'] ?? '')?.[1] ?? '';
      if (method === 'POST' && url === '/api/v2/tasks')
        tasks.push({ id: String(tasks.length), name, flux: sent['flux'] });
      return json({});
    };
    const settings: InfluxSettings = { url: server.url, version: '2', token: 't', org: 'ops', bucket: 'metrics' };
    expect(await setUp(settings)).toEqual([
      'changed: bucket metrics: 14 days',
      'made: bucket metrics_10m: 90 days',
      'made: bucket metrics_1h: 730 days',
      'made: task plexus metrics_10m',
      'made: task plexus metrics_1h',
    ]);
    const changes = server.requests
      .filter(({ method }) => method !== 'GET')
      .map(({ method, url, body }) => [method, url, JSON.parse(body)]);
    expect(changes[0]).toEqual([
      'PATCH',
      '/api/v2/buckets/1',
      { retentionRules: [{ type: 'expire', everySeconds: 1_209_600 }] },
    ]);
    expect(changes[1]).toMatchObject(['POST', '/api/v2/buckets', { orgID: 'o1', name: 'metrics_10m' }]);
    expect(changes[3]?.[2]).toMatchObject({ orgID: 'o1', status: 'active' });
    expect(String(changes[3]?.[2].flux)).toContain('to(bucket: "metrics_10m", org: "ops")');
    for (const { headers } of server.requests) expect(headers.authorization).toBe('Token t');

    server.requests.length = 0;
    await setUp(settings);
    expect(server.requests.filter(({ method, url }) => method !== 'GET' && url.includes('tasks'))).toEqual([]);
  });

  test('3.x: a database with its retention; that it has no roll-ups is said', async () => {
    server.answer = () => ({ status: 200, body: '' });
    const settings: InfluxSettings = { url: server.url, version: '3', token: 't', database: 'metrics' };
    expect(await setUp(settings, 30)).toEqual([
      'made: database metrics: 30 days',
      expect.stringContaining('not possible'),
    ]);
    expect(server.requests).toMatchObject([
      { method: 'POST', url: '/api/v3/configure/database', body: '{"db":"metrics","retention_period":"30d"}' },
    ]);
    expect(server.requests[0]?.headers.authorization).toBe('Bearer t');
    server.answer = () => ({ status: 409, body: 'database metrics already exists' });
    expect(await setUp(settings)).toContain('there: database metrics: 14 days');
  });

  test.each(['2', '3'] as const)('%s.x: a refusal is told in the words of the server', async (version) => {
    server.answer = () => ({ status: 401, body: 'unauthorized access' });
    const settings: InfluxSettings = { url: server.url, version, token: 't', org: 'o', bucket: 'b', database: 'd' };
    await expect(setUp(settings)).rejects.toMatchObject({
      code: 'influx_setup',
      message: expect.stringContaining('unauthorized access'),
    });
  });
});

describe('InfluxDB 3.x by exchanges as documented', () => {
  let server: ExchangeServer;
  let spoolDirectory: string;
  beforeEach(async () => {
    server = await startExchangeServer();
    spoolDirectory = await mkdtemp(path.join(os.tmpdir(), 'plexus-spool-'));
  });
  afterEach(async () => {
    await server.close();
    await rm(spoolDirectory, { recursive: true });
  });

  const open = () =>
    openInfluxHistory(
      { clock: new FakeClock(1_700_000_000_000), log: silentLogger },
      { url: server.url, version: '3', token: 's3cret', database: 'metrics', spoolDirectory },
    );
  const key = { cluster: 'web', host: 'web 1', metric: 'load_one' };

  test('written to the compatible endpoint with the token, read in InfluxQL', async () => {
    const history = await open();
    history.append([{ ...key, hostKey: 'x', value: 1, atMs: 1_700_000_000_000 }]);
    await history.flush();
    expect(server.requests[0]?.url).toBe('/api/v2/write?bucket=metrics&precision=ms');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer s3cret');
    server.answer = () => ({
      status: 200,
      body: JSON.stringify({
        results: [
          {
            statement_id: 0,
            series: [{ name: 'load_one', columns: ['time', 'v', 'lo', 'hi'], values: [[1_700_000_000_000, 2, 1, 3]] }],
          },
        ],
      }),
    });
    const range = { fromMs: 1_699_999_000_000, toMs: 1_700_000_100_000, stepSec: 100, agg: 'avg' as const };
    expect((await history.query({ ...range, series: [key] }))[0]?.points).toEqual([[1_700_000_000_000, 2, 1, 3]]);
    const asked = server.requests[1];
    expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from('plexus:s3cret').toString('base64')}`);
    expect(new URL(asked?.url ?? '', server.url).searchParams.get('q')).toContain(`"host" = 'web 1'`);
    await history.close();
  });

  test('its series are found by their newest values, since it has no SHOW SERIES', async () => {
    const history = await open();
    server.answer = () => ({
      status: 200,
      body: JSON.stringify({
        results: [
          {
            series: [
              {
                name: 'load_one',
                tags: { cluster: 'web', host: 'a%0Ab' },
                columns: ['time', 'last'],
                values: [[1, 2]],
              },
              { name: 'other', columns: [], values: [] },
            ],
          },
        ],
      }),
    });
    expect(await history.listSeries({ cluster: 'web' })).toEqual([
      { cluster: 'web', host: 'a\nb', metric: 'load_one' },
    ]);
    const asked = new URL(server.requests[0]?.url ?? '', server.url).searchParams.get('q');
    expect(asked).toBe(`SELECT last(value) FROM /.*/ WHERE "cluster" = 'web' GROUP BY "cluster", "host"`);
    await history.close();
  });
});
