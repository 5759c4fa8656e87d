import { describe, expect, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import { loopbackEntry, startCollector } from './harness.ts';
import { float, heartbeat, metadata, text, uint } from './packets.ts';

const web1 = { spoof: '10.0.0.1:web-1' };
const web2 = { spoof: '10.0.0.2:web-2' };
const GROUP: [string, string][] = [
  ['GROUP', 'load'],
  ['TITLE', 'Load'],
];

async function start() {
  const clock = new FakeClock();
  const running = await startCollector({
    clock,
    listen: [loopbackEntry({ cluster: 'web', owner: 'Ops' }), loopbackEntry({ cluster: 'empty' })],
    grid: { name: 'site', authority: 'https://plexus.example/' },
  });
  await running.send(
    ...[web2, web1].flatMap((of) => [
      heartbeat(of),
      metadata('load', { ...of, type: 'float', units: '%', extra: GROUP }),
    ]),
    ...[float('load', 1.5, web1), float('load', 2.25, web2), metadata('os', { ...web1, type: 'string' })],
    ...[text('os', 'Linux', web1), uint('unannounced', 3, web1)],
  );
  return { clock, ...running, api: running.collector.api };
}

describe('the grid', () => {
  test('shows its clusters, sums and itself', async () => {
    const { api } = await start();
    const load = { name: 'load', num: 2, type: 'float', units: '%', slope: 'both', groups: ['load'], title: 'Load' };
    const summary = [{ ...load, sum: 3.75 }];
    const nothing = { hostsUp: 0, hostsDown: 0, metrics: 0, alive: true, ageSec: 0, summary: [] };
    expect(api.grid()).toEqual({
      name: 'site',
      authority: 'https://plexus.example/',
      hostsUp: 2,
      hostsDown: 0,
      summary,
      clusters: [
        { name: 'empty', ...nothing },
        { name: 'web', hostsUp: 2, hostsDown: 0, metrics: 4, alive: true, ageSec: 0, owner: 'Ops', summary },
      ],
      grids: [],
    });
    expect(api.clusterSummary('web')).toMatchObject({ name: 'web', summary });
    expect(api.clusterSummary('nosuch')).toBeUndefined();
  });

  test('shows only the sums that are asked for', async () => {
    const { api } = await start();
    expect(api.grid(new Set(['other']))).toMatchObject({ hostsUp: 2, summary: [], clusters: [{}, { summary: [] }] });
  });

  test('counts hosts that went quiet as down, and leaves them out of sums', async () => {
    const { api, clock, send } = await start();
    clock.advance(79_000);
    await send(heartbeat(web1));
    clock.advance(2000);
    expect(api.grid()).toMatchObject({ hostsUp: 1, hostsDown: 1, summary: [{ sum: 1.5, num: 1 }] });
    expect(api.clusters()).toMatchObject([{ ageSec: 81 }, { name: 'web', hostsUp: 1, hostsDown: 1, ageSec: 2 }]);
  });
});

test('the names of metrics tell how many hosts have them, announced or not', async () => {
  const { api } = await start();
  expect(api.metricNames('web')).toMatchObject([
    { name: 'load', hosts: 2, numeric: true, units: '%', groups: ['load'], title: 'Load' },
    { name: 'os', hosts: 1, numeric: false, type: 'string' },
    { name: 'unannounced', hosts: 1, numeric: true, type: '', title: 'unannounced' },
  ]);
  expect(api.metricNames()).toEqual(api.metricNames('web'));
  expect(api.metricNames('nosuch')).toEqual([]);
});

test('the last value of a metric is told for every host, and missing where it is missing', async () => {
  const { api, clock } = await start();
  clock.advance(3000);
  const known = { cluster: 'web', hostUp: true };
  expect(api.latestOfAll('load')).toEqual([
    { ...known, hostKey: '10.0.0.1', host: 'web-1', value: '1.5', number: 1.5, tnSec: 3, tmaxSec: 60 },
    { ...known, hostKey: '10.0.0.2', host: 'web-2', value: '2.3', number: 2.25, tnSec: 3, tmaxSec: 60 },
  ]);
  expect(api.latestOfAll('os', 'web')).toEqual([
    { ...known, hostKey: '10.0.0.1', host: 'web-1', value: 'Linux', tnSec: 3, tmaxSec: 60 },
    { ...known, hostKey: '10.0.0.2', host: 'web-2' },
  ]);
});
