import { describe, expect, test } from 'vitest';
import { parseClusters, planHosts, type ClusterPlan } from '#app/simulate/host-plan.ts';
import { readSimulateOptions, type GivenOptions } from '#app/simulate/simulate-options.ts';

const sendTo = { host: '127.0.0.1', port: 8649 };
const cluster = (name: string, weight = 1): ClusterPlan => ({ name, sendTo, weight });

describe('which hosts there are', () => {
  const cases: [what: string, clusters: ClusterPlan[], count: number, sizes: Record<string, number>][] = [
    ['one cluster gets all', [cluster('web')], 7, { web: 7 }],
    ['clusters of the same weight differ by one at most', [cluster('web'), cluster('db')], 7, { web: 4, db: 3 }],
    [
      'weights share them out',
      [cluster('web', 5), cluster('batch', 3), cluster('db', 2)],
      10,
      { web: 5, batch: 3, db: 2 },
    ],
    [
      'what is left over goes to the first',
      [cluster('web', 5), cluster('batch', 3), cluster('db', 2)],
      6,
      { web: 4, batch: 1, db: 1 },
    ],
    [
      'fewer hosts than clusters leave the last ones empty',
      [cluster('a'), cluster('b'), cluster('c')],
      2,
      { a: 1, b: 1 },
    ],
  ];
  test.each(cases)('%s', (_what, clusters, count, sizes) => {
    const hosts = planHosts(clusters, count);
    expect(
      Object.fromEntries(
        Map.groupBy(hosts, (host) => host.cluster.name)
          .entries()
          .map(([name, all]) => [name, all.length]),
      ),
    ).toEqual(sizes);
    expect(new Set(hosts.map(({ name }) => name)).size, 'names are unique').toBe(count);
    expect(
      hosts.map(({ index }) => index),
      'places in the fleet are unique',
    ).toEqual(hosts.map((_host, at) => at));
  });

  test('a cluster named after a kind gets hosts of that kind, others take turns', () => {
    const kinds = planHosts([cluster('web-eu'), cluster('batch'), cluster('frankfurt')], 3).map(({ kind }) => kind);
    expect(kinds).toEqual(['web', 'batch', 'cache']);
  });

  test('names sort as numbers do', () => {
    const names = planHosts([cluster('web')], 120).map(({ name }) => name);
    expect(names.toSorted()).toEqual(names);
    expect(names[0]).toBe('web-001');
  });
});

describe('clusters on the command line', () => {
  const refused: [given: string, reason: RegExp][] = [
    ['', /name=host:port/],
    ['web', /name=host:port/],
    ['web=8649', /name=host:port/],
    ['web=127.0.0.1:0', /name=host:port/],
    ['web=127.0.0.1:70000', /name=host:port/],
    ['../web=127.0.0.1:8649', /name=host:port/],
    ['web=127.0.0.1:8649,web=127.0.0.1:8650', /twice/],
  ];
  test.each(refused)('%j is refused with a reason', (given, reason) => {
    expect(parseClusters(given)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
  test('names and ports are read, IPv6 in brackets', () => {
    const parsed = parseClusters('web=127.0.0.1:8649, db=[::1]:8650');
    expect(parsed).toEqual({
      ok: true,
      clusters: [
        { name: 'web', sendTo },
        { name: 'db', sendTo: { host: '::1', port: 8650 } },
      ],
    });
  });
});

describe('options of plexus simulate', () => {
  test('without any it is a small fleet on this machine', () => {
    expect(readSimulateOptions({})).toEqual({
      clusters: [{ name: 'web', sendTo }],
      hosts: 30,
      metrics: 0,
      intervalSec: 5,
      stateDir: '.plexus-simulate',
      join: undefined,
    });
  });

  const wrong: [given: GivenOptions, named: string][] = [
    [{ hosts: '0' }, '--hosts'],
    [{ hosts: 'many' }, '--hosts'],
    [{ hosts: '1.5' }, '--hosts'],
    [{ metrics: '-1' }, '--metrics'],
    [{ interval: '0' }, '--interval'],
    [{ interval: '' }, '--interval'],
    [{ send: 'localhost' }, '--send'],
    [{ join: 'secret' }, '--join'],
  ];
  test.each(wrong)('%j is refused by its name', (given, named) => {
    expect(() => readSimulateOptions(given)).toThrow(named);
  });
  test('every problem is told at once', () => {
    expect(() => readSimulateOptions({ hosts: 'x', clusters: 'y', join: 'z' })).toThrow(
      /--clusters[^]*--hosts[^]*--join/,
    );
  });
});
