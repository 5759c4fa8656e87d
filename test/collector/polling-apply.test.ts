// What becomes of an answer in live state: ages, news, hosts that go and return,
// clusters and grids, as the minutes pass.

import { describe, expect, test } from 'vitest';
import type { NewEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { createFailover } from '#collector/polling/failover.ts';
import { createPollApply } from '#collector/polling/poll-apply.ts';
import { createHostLiveness } from '#collector/host-liveness.ts';
import { createHostMoves } from '#collector/host-moves.ts';
import { createRememberedHosts } from '#collector/remembered-hosts.ts';
import { createHostIntake } from '#collector/host-intake.ts';
import { createMetricState } from '#collector/metric-state.ts';
import { createSourceTable, DEFAULT_LIMITS } from '#collector/source-table.ts';
import { createStateSweep } from '#collector/state-sweep.ts';
import { sumText } from '#collector/summary.ts';
import { createGmondXml } from '#collector/xml-dump.ts';
import { createKnownMetrics } from '#wire/ganglia-xml-metric.ts';
import { createGangliaXmlScanner } from '#wire/ganglia-xml-scan.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { isOwnCopy, readFixtureBytes } from '#test/support/fixtures.ts';
import { clusterXml, documentXml, type ServedHost } from './polling-sources.ts';

function setUp({ scalable = true, keepVanishedSec = 86_400, name = 'site' } = {}) {
  const clock = new FakeClock();
  const state = createMetricState();
  const events: NewEvent[] = [];
  const samples: Sample[] = [];
  const publish = (news: NewEvent[]) => void events.push(...news);
  const sources = createSourceTable({ clock, onLimited: () => undefined }, DEFAULT_LIMITS);
  const remembered = createRememberedHosts();
  const moves = createHostMoves({ clock, state, remembered, publish });
  const hosts = createHostIntake({
    clock,
    state,
    sources,
    naming: undefined,
    expected: { heard: () => undefined },
    moves,
    remembered,
    publish,
  });
  const liveness = createHostLiveness({ clock, state, moves, publish }, { hostTmaxSec: 20 });
  const sweep = createStateSweep({ clock, state }, { hostDmaxSec: 86_400 });
  const deps = {
    clock,
    state,
    sources,
    hosts,
    liveness,
    emit: (_host: unknown, sample: Sample) => void samples.push(sample),
  };
  const known = createKnownMetrics();

  function poller(of: string) {
    const apply = createPollApply(deps, { name: of, scalable, keepVanishedSec });
    return {
      ...apply,
      poll(document: string | Buffer) {
        const scanner = createGangliaXmlScanner({ ...apply.begin(), lost: () => undefined }, known);
        scanner.write(Buffer.from(document));
        scanner.end();
        if (scanner.complete) apply.finish();
      },
    };
  }
  const first = poller(name);
  const answer = (...served: ServedHost[]) => first.poll(documentXml(clusterXml('alpha', served)));
  const pass = (sec: number) => {
    for (let i = 0; i < sec; i++) {
      clock.advance(1000);
      liveness.sweep();
      sweep.step();
    }
  };
  const kinds = () => events.splice(0).map(({ kind }) => kind);
  const host = (key = '10.0.0.1') => state.clusters.get('alpha')?.hosts.get(key);
  return { ...first, poller, clock, state, samples, answer, pass, kinds, host };
}

describe('ages', () => {
  test('a host and a metric are as old as their source says', () => {
    const { answer, clock, host } = setUp();
    answer({ name: 'w', tn: 7, metrics: [{ name: 'm', value: '1', tn: 30 }] });
    expect(clock.monotonicMs() - (host()?.heardTick ?? 0)).toBe(7000);
    expect(clock.nowMs() - (host()?.heardAtMs ?? 0)).toBe(7000);
    expect(clock.monotonicMs() - (host()?.metrics.get('m')?.valueTick ?? 0)).toBe(30_000);
  });

  test('an absurd TN is bounded', () => {
    const { answer, host } = setUp();
    answer({ name: 'w', tn: 9e15, metrics: [{ name: 'm', value: '1', tn: 9e15 }] });
    expect(Number.isFinite(host()?.heardTick)).toBe(true);
    expect(host()?.heardAtMs).toBeGreaterThan(0);
  });

  test('a wall clock that jumps changes no age', () => {
    const { answer, pass, clock, kinds, samples } = setUp();
    answer({ name: 'w', metrics: [{ name: 'm', value: '1' }] });
    clock.stepWall(-3_600_000);
    pass(15);
    answer({ name: 'w', tn: 15, metrics: [{ name: 'm', value: '1', tn: 15 }] });
    expect(kinds()).toEqual(['host.seen']);
    expect(samples).toHaveLength(1);
  });
});

describe('a value is news once', () => {
  // [what, seconds between, TN then, value then, samples in all]
  const cases: [what: string, gapSec: number, tn: number, value: string, samples: number][] = [
    ['the same value a poll later', 15, 15, '1', 1],
    ['the same, a second younger by rounding', 15, 14, '1', 1],
    ['the same, a second older by rounding', 15, 16, '1', 1],
    ['a new one', 15, 3, '1', 2],
    ['another one within a second', 1, 0, '2', 2],
    ['an older one, as from a second source', 15, 90, '7', 1],
  ];
  test.each(cases)('%s', (_what, gapSec, tn, value, expected) => {
    const { answer, pass, samples } = setUp();
    answer({ name: 'w', metrics: [{ name: 'm', value: '1' }] });
    pass(gapSec);
    answer({ name: 'w', metrics: [{ name: 'm', value, tn }] });
    expect(samples).toHaveLength(expected);
  });

  test('not of a host that is down, of text, of what is past its DMAX, or of last week', () => {
    const { answer, samples, host } = setUp();
    answer(
      { name: 'down', ip: '10.0.0.2', tn: 80, metrics: [{ name: 'm', value: '1' }] },
      { name: 'no tmax', ip: '10.0.0.3', tn: 60, tmax: 0, metrics: [{ name: 'm', value: '1' }] },
      {
        name: 'w',
        tn: 79,
        metrics: [
          { name: 'text', value: 'up', type: 'string' },
          { name: 'nan', value: 'nan' },
          { name: 'gone', value: '1', tn: 61, dmax: 60 },
          { name: 'old', value: '1', tn: 700_000 },
          { name: 'good', value: '0x10' },
        ],
      },
    );
    expect(samples.map(({ host: of, metric, value }) => [of, metric, value])).toEqual([['w', 'good', 16]]);
    expect([...(host()?.metrics.keys() ?? [])]).toEqual(['text', 'nan', 'old', 'good']);
    expect(host('10.0.0.2')?.metrics.size).toBe(1);
  });
});

describe('hosts go quiet and return', () => {
  test('by four of their own TMAX, told by the source', () => {
    const { answer, pass, kinds } = setUp();
    answer({ name: 'w', tmax: 30 });
    pass(119);
    expect(kinds()).toEqual(['host.seen']);
    pass(1);
    expect(kinds()).toEqual(['host.quiet']);
    answer({ name: 'w', tn: 120, tmax: 30 });
    expect(kinds()).toEqual([]);
    answer({ name: 'w', tn: 2, tmax: 30 });
    expect(kinds()).toEqual(['host.back']);
  });

  test('one that is down when it is first seen is told quiet', () => {
    const { answer, pass, kinds } = setUp();
    answer({ name: 'w', tn: 500 });
    pass(1);
    expect(kinds()).toEqual(['host.seen', 'host.quiet']);
  });

  test('a host that is named anew keeps its place and is told', () => {
    const { answer, kinds, host } = setUp();
    answer({ name: 'old' });
    answer({ name: 'new' });
    expect(host()?.name).toBe('new');
    expect(kinds()).toEqual(['host.seen', 'host.seen']);
  });

  test('two hosts of one address are two hosts, in any order', () => {
    const { answer, state, kinds } = setUp();
    answer({ name: 'a' }, { name: 'b' });
    answer({ name: 'b' }, { name: 'a' });
    expect([...(state.clusters.get('alpha')?.hosts.values() ?? [])].map(({ name }) => name)).toEqual(['a', 'b']);
    expect(kinds()).toEqual(['host.seen', 'host.seen']);
  });
});

describe('what a source lists no longer', () => {
  const web = { name: 'w', metrics: [{ name: 'm', value: '1' }] };
  const db = { name: 'd', ip: '10.0.0.2' };
  const minutes = (all: ReturnType<typeof setUp>, count: number, ...served: ServedHost[]) => {
    for (let i = 0; i < count; i++) {
      all.clock.advance(60_000);
      all.answer(...served);
      all.forgetVanished();
    }
  };

  test('with DMAX 0 leaves a day later, and not before', () => {
    const all = setUp({ keepVanishedSec: 3600 });
    all.answer(web, db);
    minutes(all, 60, db);
    expect(all.host()).toBeDefined();
    minutes(all, 2, db);
    expect(all.host()).toBeUndefined();
    expect(all.host('10.0.0.2')).toBeDefined();
  });

  test('stays while it is listed, however long it is down', () => {
    const all = setUp({ keepVanishedSec: 3600 });
    for (let i = 0; i < 200; i++) {
      all.clock.advance(60_000);
      all.answer({ ...web, tn: i * 60, metrics: [{ name: 'm', value: '1', tn: i * 60 }] });
      all.forgetVanished();
    }
    expect(all.host()?.metrics.size).toBe(1);
  });

  test('a metric leaves likewise', () => {
    const all = setUp({ keepVanishedSec: 3600 });
    all.answer(web);
    minutes(all, 62, { name: 'w' });
    expect(all.host()?.metrics.size).toBe(0);
  });

  test('with a DMAX of its own leaves by that', () => {
    const { answer, pass, host } = setUp();
    answer({ name: 'w', dmax: 100 });
    pass(100);
    expect(host()).toBeDefined();
    pass(2);
    expect(host()).toBeUndefined();
  });

  test('stays for good when everything is to stay', () => {
    const all = setUp({ keepVanishedSec: 0 });
    all.answer(web, db);
    minutes(all, 3000, db);
    expect(all.host()).toBeDefined();
  });
});

test('an answer that breaks off changes what it named, and takes nothing for vanished', () => {
  const { poll, state, clock } = setUp();
  const whole = documentXml(clusterXml('alpha', [{ name: 'w' }]));
  poll(whole);
  const polled = state.clusters.get('alpha')?.polled;
  clock.advance(1000);
  poll(whole.slice(0, -30));
  expect(state.clusters.get('alpha')?.polled).toBe(polled);
});

test('our own dump of a polled cluster says what the source said', () => {
  const { poll, clock, state } = setUp();
  const extra =
    '<EXTRA_ELEMENT NAME="TITLE" VAL="Temp"/>\n<EXTRA_ELEMENT NAME="GROUP" VAL="b"/>\n<EXTRA_ELEMENT NAME="GROUP" VAL="a"/>\n';
  const cluster = clusterXml('alpha', [
    { name: 'w', tn: 3, tmax: 25, dmax: 900, metrics: [{ name: 'm', value: '1.50', tn: 4, dmax: 700, extra }] },
  ]);
  poll(documentXml(cluster));
  const alpha = state.cluster('alpha');
  const ours = [...createGmondXml(clock, alpha, { hostTmaxSec: 20, hostDmaxSec: 0 })()].join('');
  const lines = (text: string) => text.split('\n').filter((line) => /<(METRIC|EXTRA_ELEMENT|HOST) /.test(line));
  const withoutReported = (text: string) => lines(text).map((line) => line.replace(/REPORTED="\d+"/, ''));
  expect(withoutReported(ours)).toEqual(withoutReported(cluster));
});

describe('a gmetad below', () => {
  const web = {
    name: 'w',
    metrics: [
      { name: 'load', value: '1.25' },
      { name: 'cpus', value: '4', type: 'uint16' },
    ],
  };
  const down = { name: 'x', ip: '10.0.0.2', tn: 90, metrics: [{ name: 'load', value: '9' }] };
  const nested =
    '<GRID NAME="deep" AUTHORITY="http://deep/" LOCALTIME="5">\n<HOSTS UP="5" DOWN="2" SOURCE="gmetad"/>\n' +
    '<METRICS NAME="load" SUM="10.50" NUM="5" TYPE="double" UNITS="" SLOPE="both" SOURCE="gmond">\n<EXTRA_DATA>\n</EXTRA_DATA>\n</METRICS>\n</GRID>\n';
  const child = documentXml(
    `<GRID NAME="child" AUTHORITY="http://child/" LOCALTIME="9">\n${clusterXml('alpha', [web, down])}${nested}</GRID>\n`,
  );

  test('is kept as one summary: hosts and numbers of all that is below it', () => {
    const { poll, state } = setUp();
    poll(child);
    expect([...state.clusters.keys()]).toEqual([]);
    const grid = state.grids.get('child');
    expect(grid).toMatchObject({
      authority: 'http://child/',
      hostsUp: 6,
      hostsDown: 3,
      polled: { source: 'site', localtimeSec: 9, alive: true },
    });
    const load = grid?.metrics.get('load');
    expect([load?.sum, load?.num, load && sumText(load)]).toEqual([11.75, 6, '11.75']);
    expect(grid?.metrics.get('cpus')).toMatchObject({ sum: 4, num: 1, decimals: 0 });
  });

  test('not scalable: its clusters are taken as they are, and what is a summary there stays one', () => {
    const { poll, state } = setUp({ scalable: false });
    poll(child);
    expect([...state.clusters.keys()]).toEqual(['alpha']);
    expect(state.clusters.get('alpha')?.hosts.size).toBe(2);
    expect(state.grids.get('deep')).toMatchObject({ hostsUp: 5, hostsDown: 2 });
  });

  test('that is dead keeps its sums and is known to be old', () => {
    const { poll, state, markDead } = setUp();
    poll(child);
    markDead();
    expect(state.grids.get('child')).toMatchObject({ hostsUp: 6, polled: { alive: false } });
    poll(child);
    expect(state.grids.get('child')?.polled.alive).toBe(true);
  });

  test.runIf(isOwnCopy)('is summed just as a real parent did', () => {
    const { poll, state } = setUp();
    poll(readFixtureBytes('ganglia', 'gmetad-8651.xml'));
    const ours = state.grids.get('TestGrid');
    const parent = setUp();
    parent.poll(readFixtureBytes('ganglia', 'gmetad-fed-8651.xml'));
    // The parent wrapped it into a grid of its own, beside one cluster with three hosts.
    const fed = setUp({ scalable: false });
    fed.poll(readFixtureBytes('ganglia', 'gmetad-fed-8651.xml'));
    const theirs = fed.state.grids.get('TestGrid');
    expect([ours?.hostsUp, ours?.hostsDown]).toEqual([theirs?.hostsUp, theirs?.hostsDown]);
    const shown = (grid: typeof ours) =>
      [...(grid?.metrics.values() ?? [])]
        .map((metric) => `${metric.name} ${metric.num} ${metric.units} ${metric.slope} ${metric.type}`)
        .sort();
    expect(shown(ours)).toEqual(shown(theirs));
    const constant = ['cpu_speed', 'mem_total', 'boottime', 'swap_total', 'temp', 'queue', 'app_requests'];
    for (const name of constant) {
      const [a, b] = [ours?.metrics.get(name), theirs?.metrics.get(name)];
      expect(a?.sum, name).toBeCloseTo(b?.sum ?? NaN, 0);
    }
  });
});

describe('the address that is asked next', () => {
  // [what, addresses, script of outcomes, order of addresses asked in the poll after]
  const cases: [what: string, script: string[], order: number[]][] = [
    ['the first, and then in order', [], [0, 1, 2]],
    ['the good one first, then from the start', ['fail', 'ok'], [1, 0, 2]],
    ['the one behind a broken answer', ['broken'], [1, 0, 2]],
    ['from the start when the good one refuses', ['fail', 'ok', 'poll', 'fail'], [0, 1, 2]],
    ['round the end', ['fail', 'fail', 'broken'], [0, 1, 2]],
  ];
  test.each(cases)('%s', (_what, script, order) => {
    const failover = createFailover(3);
    failover.begin();
    for (const outcome of script) {
      if (outcome === 'poll') {
        failover.begin();
        continue;
      }
      const index = failover.next() ?? -1;
      if (outcome === 'ok') failover.succeeded(index);
      else if (outcome === 'fail') failover.connectFailed(index);
      else failover.readFailed(index);
    }
    failover.begin();
    expect([failover.next(), failover.next(), failover.next(), failover.next()]).toEqual([...order, undefined]);
  });
});

test('a gmetad whose grids name sums without end costs a bounded number of them', () => {
  const { poll, state } = setUp({ scalable: false });
  const sums = Array.from({ length: 500 }, (_, i) => `<METRICS NAME="m${i}" SUM="1" NUM="1" TYPE="double"></METRICS>`);
  const grids = Array.from({ length: 500 }, (_, i) => `<GRID NAME="g${i}" LOCALTIME="1">${sums.join('')}</GRID>`);
  poll(`<GANGLIA_XML VERSION="3.7.2" SOURCE="gmetad"><GRID NAME="top">${grids.join('')}</GRID></GANGLIA_XML>`);
  expect(state.grids.size).toBe(500);
  expect([...state.grids.values()].reduce((sum, { metrics }) => sum + metrics.size, 0)).toBe(200_000);
});
