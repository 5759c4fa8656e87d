import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createScraper, type Scraper } from '#collector/prometheus/scrape.ts';
import { hostOf, metricName, placeSeries, slopeOfFamily } from '#collector/prometheus/series-name.ts';
import type { PushedHost } from '#collector/pushed-metrics.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function exporter(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/metrics`;
}

async function scraperOf(url: string, everySec = 0.05, timeoutSec = 1) {
  const pushed: PushedHost[] = [];
  const scraper: Scraper = createScraper(
    { clock: systemClock(), log: silentLogger, push: (_source, hosts) => pushed.push(...hosts) },
    { jobs: [{ cluster: 'nodes', targets: [url], everySec, timeoutSec }] },
  );
  scraper.start();
  closers.push(() => scraper.stop());
  const metric = (name: string) => pushed.flatMap(({ metrics }) => metrics).find((one) => one.name === name);
  return { scraper, pushed, metric };
}

describe('an exporter is read', () => {
  test('its host, its counters as counters, its labels in the name', async () => {
    const url = await exporter((_request, response) =>
      response.end(
        '# HELP node_cpu_seconds_total Time.\n# TYPE node_cpu_seconds_total counter\n' +
          'node_cpu_seconds_total{cpu="0",mode="idle",job="x"} 12.5\n# TYPE node_load1 gauge\nnode_load1 0.5\n',
      ),
    );
    const { pushed, metric, scraper } = await scraperOf(url);
    await vi.waitFor(() => expect(metric('up')).toMatchObject({ value: 1 }));
    expect(pushed[0]).toMatchObject({ cluster: 'nodes', host: '127.0.0.1' });
    expect(metric('node_cpu_seconds_total{cpu="0",mode="idle"}')).toMatchObject({
      ...{ value: 12.5, slope: 'positive', groups: ['node_cpu'], description: 'Time.' },
    });
    expect(metric('node_load1')).toMatchObject({ value: 0.5, slope: 'both' });
    expect(scraper.view()).toMatchObject([{ url, up: true, samples: 2, badLines: 0 }]);
  });

  const troubles: [
    title: string,
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    error: RegExp,
  ][] = [
    ['answers 500', (_request, response) => response.writeHead(500).end('broken'), /HTTP 500: broken/],
    ['says nothing', () => undefined, /no whole answer within 200 ms/],
    ['never ends', (_request, response) => response.write('a 1\n'), /no whole answer within 200 ms/],
    ['breaks off', (request) => request.socket.destroy(), /other side closed|ECONNRESET|socket/],
  ];
  test.each(troubles)('one that %s is down, and that is a metric', async (_title, answer, error) => {
    const { metric, scraper } = await scraperOf(await exporter(answer), 0.05, 0.2);
    await vi.waitFor(() => expect(metric('up')).toMatchObject({ value: 0 }), { timeout: 3000 });
    expect(scraper.view()[0]).toMatchObject({ up: false, lastError: expect.stringMatching(error) });
  });

  test('lines that cannot be read cost themselves only', async () => {
    const { metric, scraper } = await scraperOf(await exporter((_request, response) => response.end('good 1\n{} x\n')));
    await vi.waitFor(() => expect(metric('good')).toMatchObject({ value: 1 }));
    expect(scraper.view()[0]).toMatchObject({ up: true, badLines: 1 });
  });
});

describe('what a series of Prometheus is called', () => {
  const labels = (given: Record<string, string>) => new Map(Object.entries(given));

  test.each([
    ['web-1:9100', 'web-1'],
    ['[fd00::1]:9100', 'fd00::1'],
    ['10.0.0.1', '10.0.0.1'],
    ['fd00::1', 'fd00::1'],
    ['', ''],
  ])('instance %s is host %s', (instance, host) => expect(hostOf(instance)).toBe(host));

  test('labels make the name, sorted and escaped', () => {
    expect(metricName('m', labels({ __name__: 'm', z: '1', a: 'say "hi"', instance: 'x', job: 'y' }))).toBe(
      'm{a="say \\"hi\\"",z="1"}',
    );
  });

  const places: [title: string, given: Record<string, string>, place: unknown][] = [
    ['cluster before job', { __name__: 'up', instance: 'h:1', job: 'j', cluster: 'c' }, { cluster: 'c', host: 'h' }],
    ['job without cluster', { __name__: 'up', instance: 'h:1', job: 'j' }, { cluster: 'j', host: 'h' }],
    ['neither', { __name__: 'up', instance: 'h' }, { cluster: 'usual', host: 'h' }],
  ];
  test.each(places)('%s', (_title, given, place) =>
    expect(placeSeries(labels(given), { cluster: 'usual' })).toMatchObject({ ...Object(place), metric: 'up' }),
  );

  test('without a name or a host there is no series', () => {
    expect(placeSeries(labels({ instance: 'h' }), { cluster: 'usual' })).toBeUndefined();
    expect(placeSeries(labels({ __name__: 'up' }), { cluster: 'usual' })).toBeUndefined();
    expect(placeSeries(labels({ __name__: 'up' }), { cluster: 'usual', host: 'x' })).toMatchObject({ host: 'x' });
  });

  test('a counter is told by its type, else by its ending', () => {
    expect(slopeOfFamily('x_total', undefined)).toBe('positive');
    expect(slopeOfFamily('x_total', 'gauge')).toBe('both');
    expect(slopeOfFamily('requests', 'counter')).toBe('positive');
    expect(slopeOfFamily('load', undefined)).toBe('both');
  });
});
