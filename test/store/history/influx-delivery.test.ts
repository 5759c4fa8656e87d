// How the InfluxDB writer behaves towards a server that answers this and that.
// The server is ours: it plays the documented answers of InfluxDB 1.x.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { openInfluxHistory, type InfluxHistoryOptions } from '#store/history/influx.ts';
import type { MetricHistory } from '#store/history/history.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { sample } from './contract.ts';
import { startExchangeServer, type ExchangeServer } from './exchange-server.ts';

let server: ExchangeServer;
let clock: FakeClock;
let spoolDirectory: string;
let history: MetricHistory;

const open = (more: Partial<InfluxHistoryOptions> = {}) =>
  openInfluxHistory(
    { clock, log: silentLogger },
    { url: server.url, version: '1', database: 'plexus', spoolDirectory, ...more },
  );

beforeEach(async () => {
  server = await startExchangeServer();
  clock = new FakeClock();
  spoolDirectory = await mkdtemp(path.join(os.tmpdir(), 'plexus-spool-'));
  history = await open();
});

afterEach(async () => {
  server.letGo();
  await history.close();
  await server.close();
  await rm(spoolDirectory, { recursive: true });
});

const writes = () => server.requests.filter(({ url }) => url.includes('/write?'));
const valuesSent = () =>
  writes().flatMap(({ body }) => [...body.matchAll(/value=(\S+)/g)].map((match) => Number(match[1])));
const spooledFiles = async () => (await readdir(spoolDirectory)).toSorted();

describe('what a batch is', () => {
  test('lines go to the database, in milliseconds, with the password', async () => {
    await history.close();
    history = await open({ database: 'my db', username: 'u', password: 'p:w', url: `${server.url}/proxy/` });
    history.append([sample(0, 1)]);
    await history.flush();
    const [request] = writes();
    assert.equal(request?.url, '/proxy/write?db=my+db&precision=ms');
    assert.equal(request?.headers.authorization, `Basic ${btoa('u:p:w')}`);
    assert.equal(request?.body, `load_one,cluster=web,host=web1 value=1 ${Date.UTC(2026, 0, 5, 9)}\n`);
  });

  test('samples wait at most a second for company', async () => {
    history.append([sample(0, 1), sample(1, 2)]);
    history.append([sample(2, 3)]);
    assert.equal(server.requests.length, 0);
    clock.advance(1000);
    await server.received(1);
    assert.deepEqual(valuesSent(), [1, 2, 3]);
  });

  test('a full batch goes at once, and never more than two are on their way', async () => {
    server.hold = true;
    history.append(Array.from({ length: 20_000 }, (_, index) => sample(index / 1000, index)));
    await server.received(2);
    assert.equal(server.held, 2);
    assert.equal(history.health().pending, 20_000);
    server.letGo();
    await history.flush();
    assert.equal(server.requests.length, 4);
    assert.equal(history.health().written, 20_000);
  });
});

describe('refusals', () => {
  const answers: [what: string, status: number, body: string, dropped: number][] = [
    ['a bad line costs its batch', 400, '{"error":"unable to parse"}', 3],
    ['a partial write costs what it says', 400, '{"error":"partial write: field type conflict dropped=2"}', 2],
    ['a body that is too large costs its batch', 413, '', 3],
  ];
  for (const [what, status, body, dropped] of answers) {
    test(what, async () => {
      server.answer = () => ({ status, body });
      history.append([sample(0, 1), sample(1, 2), sample(2, 3)]);
      await history.flush();
      const health = history.health();
      assert.deepEqual([health.ok, health.pending, health.dropped, health.written], [true, 0, dropped, 3 - dropped]);
      assert.match(health.lastError ?? '', new RegExp(`InfluxDB answered ${status}`));
      assert.equal(server.requests.length, 1);
    });
  }

  test('a database that is not there is made, and the batch sent again', async () => {
    let made = false;
    server.answer = ({ url, body }) => {
      if (!url.includes('/write?')) made ||= decodeURIComponent(`${url}${body}`).includes('plexus');
      return made ? { status: url.includes('/write?') ? 204 : 200, body: '{"results":[{}]}' } : { status: 404 };
    };
    history.append([sample(0, 1)]);
    await history.flush();
    assert.equal(made, true);
    assert.equal(history.health().written, 1);
  });
});

describe('a server that cannot now', () => {
  const answers: [what: string, status: number, headers: Record<string, string>, quietMs: number][] = [
    ['503 with Retry-After is left alone for that many seconds', 503, { 'retry-after': '7' }, 6999],
    ['429 with Retry-After likewise', 429, { 'retry-after': '20' }, 19_999],
    ['500 is asked again after half a second or so', 500, {}, 399],
    ['a wrong password keeps the samples', 401, {}, 399],
  ];
  for (const [what, status, headers, quietMs] of answers) {
    test(what, async () => {
      server.answer = () => ({ status, headers });
      history.append([sample(0, 1)]);
      await history.flush();
      assert.equal(server.requests.length, 1);
      assert.equal((await spooledFiles()).length, 1);
      clock.advance(quietMs);
      assert.equal(server.requests.length, 1);
      server.answer = () => ({ status: 204 });
      clock.advance(301);
      await server.received(2);
      await settled();
      assert.deepEqual([history.health().ok, history.health().written, history.health().pending], [true, 1, 0]);
      assert.deepEqual(await spooledFiles(), []);
    });
  }

  test('the wait grows, up to half a minute', async () => {
    server.answer = () => ({ status: 500, body: `answer ${server.requests.length}.` });
    history.append([sample(0, 1)]);
    await history.flush();
    const waits: number[] = [];
    for (let answers = 1; answers < 10; answers++) {
      await turnUntil(() => history.health().lastError?.includes(`answer ${answers}.`) === true);
      const before = clock.monotonicMs();
      clock.advance((clock.nextDueMs() ?? before) - before);
      waits.push(clock.monotonicMs() - before);
    }
    assert.ok((waits[0] ?? 0) <= 600 && (waits[3] ?? 0) >= 3000, String(waits));
    assert.ok(Math.max(...waits) <= 36_000, String(waits));
  });

  test('what came while it was away is sent in order when it is back, before anything newer', async () => {
    server.answer = () => ({ status: 503 });
    for (const value of [1, 2, 3, 4]) {
      history.append([sample(value, value)]);
      await history.flush();
    }
    assert.equal((await spooledFiles()).length, 4);
    const tried = valuesSent().length;
    server.answer = () => ({ status: 204 });
    clock.advance(60_000);
    history.append([sample(5, 5)]);
    await history.flush();
    await settled();
    assert.deepEqual(valuesSent().slice(tried).toSorted(), [1, 2, 3, 4, 5]);
    assert.equal(valuesSent()[tried], 1);
    assert.equal(history.health().written, 5);
  });

  test('a full spool gives up its oldest batch, counted', async () => {
    await history.close();
    history = await open({ spoolMaxBytes: 200 });
    server.answer = () => ({ status: 503 });
    for (const value of [1, 2, 3, 4, 5, 6]) {
      history.append([sample(value, value)]);
      await history.flush();
    }
    const files = await spooledFiles();
    const health = history.health();
    assert.ok(files.length >= 2 && files.length < 6, String(files));
    assert.equal(health.droppedBy?.spool_full, 6 - files.length);
    assert.equal(health.pending, files.length);
    assert.match(files.at(-1) ?? '', /^000000000006-1\.lp$/);
  });

  test('half-written spool files of a killed process are cleared away, others are not touched', async () => {
    await history.close();
    await writeFile(path.join(spoolDirectory, '000000000009-3.lp.part'), 'cut');
    await writeFile(path.join(spoolDirectory, 'notes.txt'), 'mine');
    history = await open();
    assert.deepEqual(await spooledFiles(), ['notes.txt']);
    assert.equal(history.health().pending, 0);
  });
});

describe('a disk that refuses', () => {
  test('does not keep samples from a server that is back', async () => {
    await rm(spoolDirectory, { recursive: true });
    server.answer = () => ({ status: 503 });
    history.append([sample(0, 1)]);
    await history.flush();
    assert.equal(history.health().dropped, 1);
    server.answer = () => ({ status: 204 });
    clock.advance(1000);
    history.append([sample(1, 2)]);
    await history.flush();
    assert.deepEqual([history.health().written, history.health().dropped], [1, 1]);
    await mkdir(spoolDirectory);
  });

  test('is left no half files', async () => {
    await mkdir(path.join(spoolDirectory, '000000000001-1.lp'));
    server.answer = () => ({ status: 503 });
    history.append([sample(0, 1)]);
    await history.flush();
    assert.equal(history.health().dropped, 1);
    assert.deepEqual(await spooledFiles(), ['000000000001-1.lp']);
  });
});

test('a statement that the server could not answer is no empty chart', async () => {
  const body = '{"results":[{"statement_id":0,"error":"max-select-point limit exceeed: (11/10)"}]}';
  server.answer = () => ({ status: 200, body });
  const range = { series: [{ cluster: 'web', host: 'web1', metric: 'load_one' }], fromMs: 0, toMs: 60_000 };
  await assert.rejects(history.query({ ...range, stepSec: 60, agg: 'avg' }), {
    code: 'history_unavailable',
    message: /max-select-point/,
  });
});

test('roll-ups that the server could not tell of once are asked for again', async () => {
  const asked = () =>
    server.requests.filter(({ url, body }) => /RETENTION/i.test(decodeURIComponent(url + body))).length;
  const query = { series: [{ cluster: 'web', host: 'web1', metric: 'load_one' }], fromMs: 0, toMs: 60_000 };
  const ask = () => history.query({ ...query, stepSec: 60, agg: 'avg' }).catch(() => undefined);
  server.answer = () => ({ status: 200, body: '{"results":[{"error":"timeout"}]}' });
  await ask();
  assert.equal(asked(), 1);
  server.answer = () => ({ status: 200, body: '{"results":[{"series":[{"columns":[],"values":[]}]}]}' });
  clock.advance(60_000);
  await ask();
  await ask();
  assert.equal(asked(), 2);
});

test('a database that does not exist yet holds nothing', async () => {
  const body = '{"results":[{"statement_id":0,"error":"database not found: plexus"}]}';
  server.answer = () => ({ status: 200, body });
  assert.deepEqual(await history.listSeries({}), []);
});

describe('settings', () => {
  const wrong: [what: string, settings: Partial<InfluxHistoryOptions>, message: RegExp][] = [
    ['no URL', { url: 'influx' }, /"influx" is not an http/],
    ['another scheme', { url: 'udp://h:1' }, /not an http/],
    ['no database', { database: '' }, /1\.x needs database/],
    ['2.x without its three', { version: '2' }, /2\.x needs token, org, bucket/],
  ];
  for (const [what, settings, message] of wrong) {
    test(`${what} is refused with the reason`, async () => {
      await assert.rejects(open(settings), { code: 'influx_bad_settings', message });
    });
  }
});

const settled = () => turnUntil(() => history.health().pending === 0);

/** Lets the event loop turn until it holds; the test's own time limit is the deadline. */
async function turnUntil(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
