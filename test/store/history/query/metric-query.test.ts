// The whole way of a question, on the embedded store.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { openEmbeddedHistory, type EmbeddedHistory } from '#store/history/embedded.ts';
import { answerMetricQuery, type MetricQuery } from '#store/history/query/metric-query.ts';
import { FakeClock } from '#test/support/fake-clock.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-query-'));
const clock = new FakeClock();
const fromMs = Math.floor(clock.nowMs() / 60_000) * 60_000 - 600_000;
let history: EmbeddedHistory;

beforeAll(async () => {
  history = await openEmbeddedHistory({ clock, log: silentLogger }, { directory });
  const add = (cluster: string, host: string, metric: string, valueAt: (sec: number) => number) => {
    for (let sec = 0; sec < 300; sec += 15)
      history.append([{ cluster, host, hostKey: host, metric, value: valueAt(sec), atMs: fromMs + sec * 1000 }]);
  };
  for (const [index, host] of ['web-1', 'web-2', 'web-10'].entries()) {
    add('web', host, 'load_one', () => index + 1);
    add('web', host, 'if_octets', (sec) => (sec < 150 ? 1000 : 0) + sec * 10 * (index + 1));
  }
  add('db', 'db-1', 'load_one', () => 9);
  await history.flush();
});

afterAll(async () => {
  await history.close();
  rmSync(directory, { recursive: true });
});

const usual: MetricQuery = {
  ...{ fromMs, toMs: fromMs + 300_000, stepSec: 15, agg: 'avg', rate: 'auto', series: [], select: [] },
  maxSeries: 2000,
};

const ask = (query: Partial<MetricQuery>) =>
  answerMetricQuery(
    {
      history,
      describe: ({ metric }) =>
        metric === 'if_octets' ? { slope: 'positive', units: 'bytes' } : { slope: 'both', units: 'x' },
    },
    { ...usual, ...query },
  );

describe('a question about many series', () => {
  test('a regular expression finds a match anywhere in the name', async () => {
    const { series, matched } = await ask({ select: [{ host: { regex: '^web-1' }, metric: 'load_one' }] });
    expect(series.map(({ labels }) => labels.host)).toEqual(['web-1', 'web-10']);
    expect(matched).toBe(2);
  });

  test('a series asked for by name is answered even without points, and not twice', async () => {
    const { series } = await ask({
      series: [
        { cluster: 'web', host: 'gone', metric: 'load_one' },
        { cluster: 'db', host: 'db-1', metric: 'load_one' },
      ],
      select: [{ cluster: 'db', metric: 'load_one' }],
    });
    expect(series.map(({ labels, points }) => [labels.host, points.length])).toEqual([
      ['gone', 0],
      ['db-1', 20],
    ]);
  });

  test('a counter comes as its rate, over its reset', async () => {
    const { series } = await ask({ select: [{ host: 'web-2', metric: 'if_octets' }] });
    expect(series[0]).toMatchObject({ rate: true, units: 'bytes/s', members: 1 });
    const rates = series[0]?.points.map(([, rate]) => Math.round(rate)) ?? [];
    expect(new Set(rates.filter((rate) => rate !== 20))).toEqual(new Set([200]));
    expect(rates).toHaveLength(19);
  });

  test('as it is, when the rate is switched off', async () => {
    const { series } = await ask({ select: [{ host: 'web-1', metric: 'if_octets' }], rate: 'off' });
    expect(series[0]?.points[1]?.[1]).toBe(1150);
  });

  test('summed by cluster, and the highest of them', async () => {
    const { series, matched } = await ask({
      select: [{ metric: 'load_one' }],
      combine: { with: 'sum', by: ['cluster'] },
      top: { count: 1 },
    });
    expect(matched).toBe(4);
    expect(series).toHaveLength(1);
    expect(series[0]).toMatchObject({ labels: { cluster: 'db', host: 'db-1' }, members: 1, units: 'x' });
  });

  test('too many series are refused with their number', async () => {
    await expect(ask({ select: [{ metric: { regex: '.' } }], maxSeries: 3 })).rejects.toMatchObject({
      code: 'too_many_series',
      message: expect.stringContaining('7 series match'),
    });
  });

  test.each(['(', 'a{2000}', '(?=x)'])('%s is no expression, and is said to be none', async (regex) => {
    await expect(ask({ select: [{ metric: { regex } }] })).rejects.toMatchObject({ code: 'bad_pattern', status: 400 });
  });

  test('an expression made to hang ends at once', async () => {
    const { series } = await ask({ select: [{ metric: { regex: '^(([a-z_])+.)+[A-Z]([a-z])+$' } }] });
    expect(series).toEqual([]);
  });
});
