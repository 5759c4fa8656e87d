// What a restart must not forget, and what it must never pretend to know.

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { createMetricState, type LiveHost } from '#collector/metric-state.ts';
import { createRememberedHosts } from '#collector/remembered-hosts.ts';
import { createStateSnapshot } from '#collector/state-snapshot.ts';
import { createSourceTable, DEFAULT_LIMITS } from '#collector/source-table.ts';
import { startCollector, type Running } from './harness.ts';
import { heartbeat, metadata, text, uint } from './packets.ts';

async function stateFile(): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'plexus-state-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return path.join(home, 'collector-state');
}

const web1 = { spoof: '10.0.0.1:web-1' };
const seen = ({ events }: Running) => events.filter(({ kind }) => kind === 'host.seen').map(({ data }) => data);

async function ranBefore(file: string, packets: Buffer[], clock = new FakeClock()): Promise<void> {
  const before = await startCollector({ stateFile: file, clock });
  await before.send(...packets);
  await before.collector.stop();
}

describe('after a restart', () => {
  test('a value that comes first is whole at once: units, slope, groups', async () => {
    const file = await stateFile();
    await ranBefore(file, [
      metadata('load', { ...web1, units: 'jobs', extra: [['GROUP', 'cpu']] }),
      uint('load', 1, web1),
    ]);
    const after = await startCollector({ stateFile: file, clock: new FakeClock() });
    await after.send(uint('load', 2, web1));
    const { api } = after.collector;
    expect(api.latest('default', '10.0.0.1', 'load')).toMatchObject({
      value: '2',
      units: 'jobs',
      groups: ['cpu'],
      announced: true,
    });
    expect(await after.xml()).toContain('<METRIC NAME="load" VAL="2"');
    expect((await api.counters()).metadataRequests.sent).toBe(0);
  });

  test('text of a numeric type is a number at once', async () => {
    const file = await stateFile();
    await ranBefore(file, [metadata('queue', { ...web1, type: 'double' }), text('queue', '1', web1)]);
    const after = await startCollector({ stateFile: file, clock: new FakeClock() });
    await after.send(text('queue', '17.5', web1));
    expect(after.collector.api.latest('default', '10.0.0.1', 'queue')?.number).toBe(17.5);
  });

  test('nothing is shown, counted or told before it is heard', async () => {
    const file = await stateFile();
    await ranBefore(file, [
      metadata('load', web1),
      uint('load', 1, web1),
      metadata('idle', web1),
      uint('idle', 1, web1),
    ]);
    const clock = new FakeClock();
    const after = await startCollector({ stateFile: file, clock });
    clock.advance(200_000);
    expect(after.collector.api.hosts()).toEqual([]);
    expect(after.events).toEqual([]);
    await after.send(uint('load', 1, web1));
    expect(after.collector.api.hostMetrics('default', '10.0.0.1')?.map(({ name }) => name)).toEqual(['load']);
    expect((await after.collector.api.counters()).series).toBe(2);
  });

  test('location, start time and agent are those of before', async () => {
    const file = await stateFile();
    const agent = metadata('heartbeat', { ...web1, extra: [['PLEXUS_AGENT', 'agent-1']] });
    await ranBefore(file, [agent, heartbeat(web1), text('location', '1,2,3', web1)]);
    const after = await startCollector({ stateFile: file, clock: new FakeClock() });
    await after.send(uint('load', 1, web1));
    expect(after.collector.api.hosts()).toMatchObject([
      { agentId: 'agent-1', location: '1,2,3', gmondStartedAtMs: 1_700_000_000_000 },
    ]);
    expect(seen(after)).toMatchObject([{ agentId: 'agent-1' }]);
  });

  test('another machine at the address takes nothing over', async () => {
    const file = await stateFile();
    const agent = metadata('heartbeat', { ...web1, extra: [['PLEXUS_AGENT', 'agent-1']] });
    await ranBefore(file, [agent, metadata('load', { ...web1, units: 'jobs' }), uint('load', 1, web1)]);
    const after = await startCollector({ stateFile: file, clock: new FakeClock() });
    await after.send(uint('load', 1, { spoof: '10.0.0.1:db-7' }));
    expect(after.collector.api.hosts()).toMatchObject([{ name: 'db-7' }]);
    expect(after.collector.api.hosts()[0]).not.toHaveProperty('agentId');
    expect(after.collector.api.latest('default', '10.0.0.1', 'load')?.announced).toBe(false);
  });

  test('a name that was looked up is there without a look-up', async () => {
    const file = await stateFile();
    const lookUps: string[] = [];
    const lookUpName = (address: string) => {
      lookUps.push(address);
      return Promise.resolve('web-1.example');
    };
    for (let round = 0; round < 2; round++) {
      const running = await startCollector({ stateFile: file, resolveNames: true, deps: { lookUpName } });
      await running.send(uint('m', 1));
      expect(running.collector.api.hosts()).toMatchObject([{ name: 'web-1.example' }]);
      await running.collector.stop();
    }
    expect(lookUps).toEqual(['127.0.0.1']);
  });

  test('what was not heard in between is still known after a second one', async () => {
    const file = await stateFile();
    await ranBefore(file, [metadata('load', { ...web1, units: 'jobs' }), uint('load', 1, web1)]);
    await ranBefore(file, []);
    await ranBefore(file, [uint('other', 1, web1)]);
    const after = await startCollector({ stateFile: file, clock: new FakeClock() });
    await after.send(uint('load', 1, web1));
    expect(after.collector.api.latest('default', '10.0.0.1', 'load')?.units).toBe('jobs');
  });

  test('a host that was quiet and returns under another address is back under the old one', async () => {
    const file = await stateFile();
    const clock = new FakeClock();
    const before = await startCollector({ stateFile: file, clock });
    await before.send(heartbeat(web1));
    clock.advance(80_000);
    await before.collector.stop();
    const after = await startCollector({ stateFile: file, clock });
    await after.send(heartbeat({ spoof: '10.0.0.2:web-1' }));
    expect(after.events.map(({ kind, data }) => ('hostKey' in data ? `${kind} ${data.hostKey}` : kind))).toEqual([
      'host.seen 10.0.0.2',
      'host.back 10.0.0.1',
    ]);
  });

  test('a host that is silent for longer than hosts are kept is forgotten', async () => {
    const file = await stateFile();
    await ranBefore(file, [metadata('load', { ...web1, units: 'jobs' }), uint('load', 1, web1)]);
    const later = new FakeClock();
    later.advance(86_401_000);
    const after = await startCollector({ stateFile: file, clock: later });
    await after.send(uint('load', 1, web1));
    expect(after.collector.api.latest('default', '10.0.0.1', 'load')?.announced).toBe(false);
  });
});

describe('the file', () => {
  test('is written every minute and at the end, whole or not at all, for its owner alone', async () => {
    const file = await stateFile();
    const running = await startCollector({ stateFile: file });
    await running.send(metadata('odd\u2028name\r\n', web1), uint('odd\u2028name\r\n', 1, web1));
    await running.collector.stop();
    expect(await readdir(path.dirname(file))).toEqual(['collector-state']);
    const after = await startCollector({ stateFile: file });
    await after.send(uint('odd\u2028name\r\n', 1, web1));
    expect(after.collector.api.hostMetrics('default', '10.0.0.1')).toMatchObject([{ announced: true }]);
  });

  test.each<[what: string, damage: (content: string) => string]>([
    ['cut short', (content) => content.slice(0, -20)],
    ['changed', (content) => content.replace('jobs', 'mobs')],
    ['of another version', (content) => content.replace('state 1', 'state 9')],
    ['empty', () => ''],
    ['lengthened', (content) => `${content}{}\n`],
    ['of another kind', () => '\0\x01\xff'],
  ])('that is %s is an empty start', async (_what, damage) => {
    const file = await stateFile();
    await ranBefore(file, [metadata('load', { ...web1, units: 'jobs' }), uint('load', 1, web1)]);
    await writeFile(file, damage(await readFile(file, 'utf8')));
    const after = await startCollector({ stateFile: file, clock: new FakeClock() });
    await after.send(uint('load', 1, web1));
    expect(after.collector.api.latest('default', '10.0.0.1', 'load')?.announced).toBe(false);
  });

  test('that cannot be written stops nothing', async () => {
    const running = await startCollector({ stateFile: '/nowhere/collector-state' });
    await running.send(uint('m', 1));
    await running.collector.stop();
    expect(running.samples).toHaveLength(1);
  });

  test('of 40,000 metrics is written and read without holding packets up', { timeout: 30_000 }, async () => {
    const file = await stateFile();
    const state = largeState(1000, 40);
    const remembered = createRememberedHosts();
    const snapshot = createStateSnapshot({ log: silentLogger, state, remembered }, { file, maxSeries: 100_000 });
    let hosts: unknown[] = [];
    const turns = { write: Infinity, read: Infinity };
    // The best of some rounds: the first one compiles, and a collection of garbage may fall into any.
    for (let round = 0; round < 4; round++) {
      turns.write = Math.min(turns.write, await longestTurnMs(() => snapshot.write()));
      turns.read = Math.min(turns.read, await longestTurnMs(async () => (hosts = await snapshot.read(0))));
    }
    expect(hosts).toHaveLength(1000);
    expect(turns.write).toBeLessThan(10);
    expect(turns.read).toBeLessThan(10);
    const small = createStateSnapshot({ log: silentLogger, state, remembered }, { file, maxSeries: 410 });
    expect(await small.read(0)).toHaveLength(10);
  });
});

/** The most processor time between two turns of the event loop while `work` ran; a busy machine does not lengthen it. */
async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = process.threadCpuUsage();
  let isDone = false;
  const turn = () => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.threadCpuUsage();
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  return longest;
}

function largeState(hosts: number, metrics: number): ReturnType<typeof createMetricState> {
  const state = createMetricState();
  const cluster = state.cluster('large');
  const sources = createSourceTable({ clock: new FakeClock(), onLimited: () => undefined }, DEFAULT_LIMITS);
  const source = sources.admitPacket('127.0.0.1', 0) ?? expect.unreachable();
  for (let h = 0; h < hosts; h++) {
    const host: LiveHost = {
      cluster: 'large',
      key: `10.0.${h >> 8}.${h & 255}`,
      spoofedAs: undefined,
      name: `node-${h}.example`,
      source,
      firstTick: 0,
      heardTick: 0,
      heardAtMs: 1,
      quiet: false,
      named: true,
      announced: true,
      gmondStartedSec: 0,
      location: undefined,
      tmaxSec: undefined,
      dmaxSec: undefined,
      tags: undefined,
      agentId: undefined,
      metrics: new Map(),
    };
    state.addHost(cluster, host);
    for (let m = 0; m < metrics; m++) {
      const name = `metric_${m}`;
      state.addMetric(host, name, {
        name,
        source,
        announcement: announcements[m % announcements.length],
        announcedTick: 0,
        valueId: 132,
        fmt: '%u',
        value: h,
        valueTick: 0,
        requestedTick: 0,
      });
    }
  }
  return state;
}

const announcements = Array.from({ length: 40 }, (_, m) => ({
  type: 'uint32',
  units: `u${m}`,
  slope: 'both' as const,
  tmaxSec: 60,
  dmaxSec: 0,
  extra: [],
}));

test('a cluster that is heard and polled as well keeps what was heard', async () => {
  const file = await stateFile();
  const state = createMetricState();
  const remembered = createRememberedHosts();
  const snapshot = createStateSnapshot({ log: silentLogger, state, remembered }, { file, maxSeries: 100 });
  const sources = createSourceTable({ clock: new FakeClock(), onLimited: () => undefined }, DEFAULT_LIMITS);
  const source = sources.admitPacket('10.0.0.1', 0);
  if (!source) throw new Error('no room');
  const cluster = state.cluster('default');
  cluster.polled = { source: 'site', localtimeSec: 0, polledTick: 0, alive: true };
  const live = (key: string, dmaxSec: number | undefined): LiveHost => ({
    ...{ cluster: 'default', key, name: key, spoofedAs: undefined, source, firstTick: 0, heardTick: 0, heardAtMs: 1 },
    ...{ quiet: false, named: true, announced: true, gmondStartedSec: 0, location: undefined, tmaxSec: undefined },
    ...{ dmaxSec, tags: undefined, agentId: undefined, metrics: new Map() },
  });
  state.addHost(cluster, live('heard', undefined));
  state.addHost(cluster, live('polled', 0));
  await snapshot.write();
  expect((await snapshot.read(-Infinity)).map(({ key }) => key)).toEqual(['heard']);
});
