import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LiveGrid, SummaryMetric } from '#collector/metric-state.ts';
import { createSummaries, decimalsOf, summarize, sumText } from '#collector/summary.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { readTree } from './ganglia-tree.ts';
import { stateOf } from './polled-state.ts';

interface Metric {
  name: string;
  value: string;
  type?: string;
  tn?: number;
  dmax?: number;
  extra?: string;
}

interface Host {
  name: string;
  tn?: number;
  tmax?: number;
  metrics?: Metric[];
}

const metricXml = ({ name, value, type = 'float', tn = 0, dmax = 0, extra = '' }: Metric) =>
  `<METRIC NAME="${name}" VAL="${value}" TYPE="${type}" UNITS="u" TN="${tn}" TMAX="60" DMAX="${dmax}" SLOPE="both"><EXTRA_DATA>${extra}</EXTRA_DATA></METRIC>`;
const hostXml = ({ name, tn = 0, tmax = 20, metrics = [] }: Host) =>
  `<HOST NAME="${name}" IP="${name}" TAGS="" REPORTED="0" TN="${tn}" TMAX="${tmax}" DMAX="0" LOCATION="" GMOND_STARTED="0">${metrics.map(metricXml).join('')}</HOST>`;
const clusterXml = (name: string, hosts: Host[]) =>
  readTree(
    `]><CLUSTER NAME="${name}" LOCALTIME="0" OWNER="" LATLONG="" URL="">${hosts.map(hostXml).join('')}</CLUSTER>`,
  );

function summaryOf(hosts: Host[]) {
  const clock = new FakeClock();
  const cluster = stateOf(clock, [clusterXml('c', hosts)]).cluster('c');
  return summarize(cluster, clock.monotonicMs(), 20);
}

/** Sums as they are printed. */
const printed = (hosts: Host[]) =>
  Object.fromEntries(
    [...summaryOf(hosts).metrics].map(([name, metric]) => [name, `${sumText(metric)} of ${metric.num}`]),
  );

describe('a host is', () => {
  const cases: [what: string, host: Host, up: number][] = [
    ['up just below four TMAX', { name: 'a', tn: 79 }, 1],
    ['down at four TMAX', { name: 'a', tn: 80 }, 0],
    ['up by its own TMAX', { name: 'a', tn: 100, tmax: 60 }, 1],
    ['up within a minute when it tells no TMAX', { name: 'a', tn: 59, tmax: 0 }, 1],
    ['down after a minute when it tells no TMAX', { name: 'a', tn: 60, tmax: 0 }, 0],
  ];
  test.each(cases)('%s', (_what, host, up) => {
    expect(summaryOf([host])).toMatchObject({ hostsUp: up, hostsDown: 1 - up });
  });
});

describe('a sum', () => {
  const cases: [what: string, hosts: Host[], sums: Record<string, string>][] = [
    [
      'adds the hosts that are up',
      [
        { name: 'a', metrics: [{ name: 'm', value: '1.25' }] },
        { name: 'b', metrics: [{ name: 'm', value: '2.5' }] },
        { name: 'dead', tn: 500, metrics: [{ name: 'm', value: '100' }] },
      ],
      { m: '3.75 of 2' },
    ],
    [
      'has the decimals of its first value, rounded as C does',
      [
        { name: 'a', metrics: [{ name: 'temp', value: '21.5' }] },
        { name: 'b', metrics: [{ name: 'temp', value: '22.75' }] },
      ],
      { temp: '44.2 of 2' },
    ],
    [
      'of integers has no decimals',
      [{ name: 'a', metrics: [{ name: 'm', value: '3.9', type: 'uint32' }] }],
      { m: '4 of 1' },
    ],
    [
      'leaves out text, whatever it looks like, and time stamps',
      [
        {
          name: 'a',
          metrics: [
            { name: 's', value: '5', type: 'string' },
            { name: 't', value: '5', type: 'timestamp' },
          ],
        },
      ],
      {},
    ],
    [
      'leaves out what is no number, and counts only what it adds',
      [
        { name: 'a', metrics: [{ name: 'm', value: 'nan' }] },
        { name: 'b', metrics: [{ name: 'm', value: 'inf' }] },
        { name: 'c', metrics: [{ name: 'm', value: '' }] },
        { name: 'd', metrics: [{ name: 'm', value: '7' }] },
      ],
      { m: '7 of 1' },
    ],
    [
      'leaves out a metric older than its DMAX',
      [
        {
          name: 'a',
          metrics: [
            { name: 'at', value: '1', tn: 30, dmax: 30 },
            { name: 'past', value: '1', tn: 31, dmax: 30 },
            { name: 'for_ever', value: '1', tn: 70, dmax: 0 },
          ],
        },
      ],
      { at: '1 of 1', for_ever: '1 of 1' },
    ],
    [
      'that outgrows every number stays one',
      [
        { name: 'a', metrics: [{ name: 'm', value: '1.7e308', type: 'uint32' }] },
        { name: 'b', metrics: [{ name: 'm', value: '1.7e308', type: 'uint32' }] },
      ],
      { m: `${BigInt(Number.MAX_VALUE)} of 2` },
    ],
  ];
  test.each(cases)('%s', (_what, hosts, sums) => {
    expect(printed(hosts)).toEqual(sums);
  });

  test('tells the group and title of its members, and not whom they speak for', () => {
    const extra = '<EXTRA_ELEMENT NAME="GROUP" VAL="env"/><EXTRA_ELEMENT NAME="SPOOF_HOST" VAL="1:a"/>';
    const metric = summaryOf([{ name: 'a', metrics: [{ name: 'm', value: '1', extra }] }]).metrics.get('m');
    expect(metric?.extra).toEqual([['GROUP', 'env']]);
  });
});

describe('as it is printed', () => {
  const cases: [sum: number, decimals: number, text: string][] = [
    [44.25, 1, '44.2'],
    [44.35, 1, '44.4'],
    [0.5, 0, '0'],
    [1.5, 0, '2'],
    [-2.5, 0, '-2'],
    [2.675, 2, '2.67'],
    [5385674442, 0, '5385674442'],
    [1e21, 2, '1000000000000000000000.00'],
    [0.1 + 0.2, 3, '0.300'],
    [7, 0, '7'],
    [7.5, 20, '7.50000000000000000000'],
  ];
  test.each(cases)('%d with %i decimals is %s', (sum, decimals, text) => {
    expect(sumText({ sum, decimals })).toBe(text);
  });

  test('any sum is within half a last digit of what is printed', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), fc.nat(6), (sum, decimals) => {
        expect(Math.abs(Number(sumText({ sum, decimals })) - sum)).toBeLessThanOrEqual(
          0.5 * 10 ** -decimals + Math.abs(sum) * 1e-15,
        );
      }),
    );
  });

  test.each([
    ['12', 0],
    ['12.', 0],
    ['12.50', 2],
    ['1.5e3', 1],
    ['no.number', 0],
  ])('%s has its decimals counted', (text, decimals) => {
    expect(decimalsOf(text)).toBe(decimals);
  });
});

describe('the grid', () => {
  const sum = (value: number): SummaryMetric => ({
    name: 'm',
    sum: value,
    num: 2,
    type: 'double',
    units: 'u',
    slope: 'both',
    decimals: 1,
    extra: [],
  });
  const nested = (name: string, alive: boolean): LiveGrid => ({
    name,
    authority: 'http://x/',
    polled: { source: name, localtimeSec: 0, polledTick: 0, alive },
    hostsUp: 2,
    hostsDown: 1,
    metrics: new Map([['m', sum(10)]]),
  });

  function build() {
    const clock = new FakeClock();
    const one: Host = { name: 'a', metrics: [{ name: 'm', value: '1' }] };
    const state = stateOf(clock, [clusterXml('c1', [one]), clusterXml('c2', [one]), clusterXml('dead', [one])]);
    const dead = state.cluster('dead');
    if (dead.polled) dead.polled.alive = false;
    state.grids.set('below', nested('below', true)).set('gone', nested('gone', false));
    return { clock, state, summaries: createSummaries({ clock, state }, { hostTmaxSec: 20 }) };
  }

  test('adds clusters and nested grids whose source is alive', () => {
    const { summaries } = build();
    expect(summaries.grid()).toMatchObject({ hostsUp: 4, hostsDown: 1 });
    expect(summaries.grid().metrics.get('m')).toMatchObject({ sum: 12, num: 4 });
  });

  test('adding up leaves the parts as they were', () => {
    const { clock, state, summaries } = build();
    summaries.grid();
    clock.advance(1000);
    summaries.grid();
    expect(state.grids.get('below')?.metrics.get('m')?.sum).toBe(10);
    expect(summaries.grid().metrics.get('m')?.sum).toBe(12);
  });

  test('is added up at most once a second, whoever asks', () => {
    const { clock, state, summaries } = build();
    const first = summaries.grid();
    state.grids.clear();
    clock.advance(999);
    expect(summaries.grid()).toBe(first);
    clock.advance(1);
    expect(summaries.grid()).toMatchObject({ hostsUp: 2 });
  });
});
