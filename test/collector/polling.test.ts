// Data sources that answer, hang, lie and come back, on real sockets.

import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { freeTcpPort } from '#test/support/free-port.ts';
import { startCollector, waitFor } from './harness.ts';
import { answering, clusterXml, documentXml, serving, sourceOf } from './polling-sources.ts';

const QUICK = { connectMs: 1000, silenceMs: 300, wholeMs: 600, maxBytes: 50_000_000 };

async function polling(ports: number[], more: { scalable?: boolean; limits?: Partial<typeof QUICK> } = {}) {
  const running = await startCollector({
    polling: { sources: [sourceOf(...ports)], limits: { ...QUICK, ...more.limits }, scalable: more.scalable ?? true },
  });
  const { api } = running.collector;
  const view = () => {
    const [first] = api.sources();
    if (!first) throw new Error('no source');
    return first;
  };
  const polls = async (count: number) =>
    waitFor(`${count} polls`, () => view().polls.ok + view().polls.failed >= count);
  return { ...running, api, view, polls };
}

const web1 = { name: 'web-1', metrics: [{ name: 'temp', value: '21.5', tn: 2 }] };
const ONE = documentXml(clusterXml('alpha', [web1]));

test('what a gmond answers is there: cluster, host, metric, sample with its own instant', async () => {
  const { port } = await answering(() => ONE);
  const { api, samples, events, view, polls } = await polling([port]);
  await polls(1);
  expect(api.hosts('alpha')).toMatchObject([
    { name: 'web-1', key: '10.0.0.1', up: true, tmaxSec: 20, gmondStartedAtMs: 7000 },
  ]);
  expect(api.latest('alpha', '10.0.0.1', 'temp')).toMatchObject({ value: '21.5', number: 21.5, tnSec: 2, units: 'C' });
  await waitFor('the sample', () => samples.length === 1);
  const { lastPollAtMs = 0, alive, clusters, currentAddress, bytes } = view();
  expect(lastPollAtMs - (samples[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(1900);
  expect(lastPollAtMs - (samples[0]?.atMs ?? 0)).toBeLessThan(4500);
  expect(samples[0]).toMatchObject({
    cluster: 'alpha',
    host: 'web-1',
    hostKey: '10.0.0.1',
    metric: 'temp',
    value: 21.5,
  });
  expect(events.map(({ kind }) => kind)).toEqual(['host.seen']);
  expect({ alive, clusters, currentAddress, bytes }).toEqual({
    alive: true,
    clusters: ['alpha'],
    currentAddress: `127.0.0.1:${port}`,
    bytes: ONE.length,
  });
});

test('an answer that is packed is unpacked', async () => {
  const packed = gzipSync(ONE);
  // In two pieces, so that even the mark of gzip comes in halves.
  const { port } = await serving((socket) => {
    socket.write(packed.subarray(0, 1), () => socket.end(packed.subarray(1)));
  });
  const { api, polls, view } = await polling([port]);
  await polls(1);
  expect(api.hosts('alpha')).toHaveLength(1);
  expect(view().bytes).toBe(ONE.length);
});

describe('the next address is asked when one', () => {
  const good = () => answering(() => ONE);
  const cases: [what: string, bad: () => Promise<{ port: number }>, why: RegExp][] = [
    ['refuses', async () => ({ port: await freeTcpPort() }), /ECONNREFUSED/],
    ['says nothing', () => serving(() => undefined), /silent for 0.3 s/],
    ['closes without an answer', () => serving((socket) => socket.end()), /without an answer/],
    ['breaks off in the middle', () => answering(() => ONE.slice(0, -30)), /ended after \d+ bytes without/],
    ['answers something else', () => answering(() => 'HTTP/1.1 400 Bad Request\r\n\r\n<html></html>'), /ended after/],
    ['sends a broken gzip stream', () => answering(() => Buffer.from([0x1f, 0x8b, 1, 2, 3, 4])), /broken gzip/],
  ];
  test.each(cases)('%s', async (_what, bad, why) => {
    const ports = [(await bad()).port, (await good()).port];
    const { api, view, polls } = await polling(ports);
    await polls(1);
    expect(view()).toMatchObject({ alive: true, currentAddress: `127.0.0.1:${ports[1]}` });
    expect(view().lastError).toMatch(why);
    expect(api.hosts('alpha')).toHaveLength(1);
    await polls(2);
    // The good one is remembered: the bad one is not asked again.
    expect(view().lastError).toBeUndefined();
  });
});

test('a source of which every address fails is dead, and its data stay', async () => {
  const { port, server } = await answering(() => ONE);
  const { api, view, polls } = await polling([port]);
  await polls(1);
  server.close();
  await waitFor('the source to be dead', () => view().alive === false);
  expect(api.hosts('alpha')).toHaveLength(1);
  expect(api.clusters()).toMatchObject([{ name: 'alpha' }, { name: 'default' }]);
});

describe('a hostile source does not hold on', () => {
  test('one byte a time, forever', async () => {
    const { port } = await serving((socket) => {
      const drip = () => socket.write(' ', (error) => (error ? undefined : setTimeout(drip, 50)));
      drip();
    });
    const { view, polls } = await polling([port]);
    await polls(1);
    expect(view()).toMatchObject({ alive: false });
    expect(view().lastError).toMatch(/not done after/);
  });

  test('a stream without end', async () => {
    const block = Buffer.alloc(65_536, '<METRIC NAME="x" ');
    const { port } = await serving((socket) => {
      const pour = () => socket.write(block, (error) => (error ? undefined : pour()));
      pour();
    });
    const { view, polls } = await polling([port], { limits: { maxBytes: 5_000_000, wholeMs: 20_000 } });
    await polls(1);
    expect(view().lastError).toMatch(/sent more than 5000000 bytes/);
  });

  test('a gzip bomb', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    const { port } = await answering(() => bomb);
    const { view, polls } = await polling([port], { limits: { wholeMs: 20_000 } });
    const before = process.memoryUsage().rss;
    await polls(1);
    expect(view().lastError).toMatch(/sent more than 50000000 bytes/);
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  test('more clusters and metrics than it may bring', async () => {
    const clusters = Array.from({ length: 3000 }, (_, i) => clusterXml(`c${i}`, [web1])).join('');
    const { port } = await answering(() => documentXml(clusters));
    const running = await startCollector({
      polling: { sources: [sourceOf(port)], limits: { ...QUICK, wholeMs: 20_000 } },
      limits: { maxSeries: 500 },
    });
    const { api } = running.collector;
    await waitFor('a poll', () => (api.sources()[0]?.polls.ok ?? 0) > 0);
    const { series, drops } = await api.counters();
    expect(series).toBe(500);
    expect(drops.all_series).toBeGreaterThan(0);
    expect(api.clusters().length).toBeLessThanOrEqual(1001);
    expect(running.events.some(({ kind }) => kind === 'collector.source_limited')).toBe(true);
  });
});

test('one bad metric costs one metric, and is shown with its place', async () => {
  const bad = ONE.replace('</HOST>', '<METRIC NAME="bad" VAL="1>\n</METRIC>\n</HOST>');
  const { port } = await answering(() => bad);
  const { api, view, polls } = await polling([port]);
  await polls(1);
  expect(api.hostMetrics('alpha', '10.0.0.1')?.map(({ name }) => name)).toEqual(['temp']);
  expect(view().lost).toEqual({ malformed: 1 });
  expect(view().lastLosses).toEqual([
    { reason: 'malformed', element: 'METRIC', line: 9, byte: bad.indexOf('<METRIC NAME="bad"') },
  ]);
});

test('stopping does not wait for a source that says nothing', async () => {
  const { port, connections } = await serving(() => undefined);
  const { collector } = await polling([port], { limits: { silenceMs: 60_000, wholeMs: 60_000 } });
  await waitFor('the connection', () => connections() > 0);
  await collector.stop();
});
