// A machine that changes its address must leave no ghost behind that goes quiet at night.

import { describe, expect, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import { startCollector, type Running } from './harness.ts';
import { heartbeat, metadata, uint } from './packets.ts';

const QUIET_MS = 80_000;

const agent = (spoof: string, id: string) => metadata('heartbeat', { spoof, extra: [['PLEXUS_AGENT', id]] });
const told = ({ events }: Running) =>
  events.map(({ kind, data }) => ('hostKey' in data ? `${kind} ${data.hostKey}` : kind));
const keys = ({ collector }: Running) => collector.api.hosts().map(({ key }) => key);

async function start(): Promise<{ clock: FakeClock; running: Running }> {
  const clock = new FakeClock();
  return { clock, running: await startCollector({ clock }) };
}

describe('a machine that is heard under another address', () => {
  test('is not told quiet under the old one', async () => {
    const { clock, running } = await start();
    await running.send(heartbeat({ spoof: '10.0.0.1:web-1' }));
    clock.advance(5000);
    for (let sec = 0; sec < 120; sec += 20) {
      await running.send(heartbeat({ spoof: '10.0.0.2:WEB-1' }));
      clock.advance(20_000);
    }
    expect(told(running)).toEqual(['host.seen 10.0.0.1', 'host.seen 10.0.0.2']);
    expect(keys(running)).toEqual(['10.0.0.2']);
  });

  test('after it went quiet is back under the old one, which is gone', async () => {
    const { clock, running } = await start();
    await running.send(heartbeat({ spoof: '10.0.0.1:web-1' }));
    clock.advance(QUIET_MS);
    await running.send(heartbeat({ spoof: '10.0.0.2:web-1' }));
    expect(told(running)).toEqual([
      'host.seen 10.0.0.1',
      'host.quiet 10.0.0.1',
      'host.seen 10.0.0.2',
      'host.back 10.0.0.1',
    ]);
    expect(keys(running)).toEqual(['10.0.0.2']);
    expect((await running.collector.api.counters()).series).toBe(1);
  });

  test('is known by its agent, whatever its name', async () => {
    const { clock, running } = await start();
    await running.send(agent('10.0.0.1:web-1', 'agent-1'));
    clock.advance(QUIET_MS);
    await running.send(agent('10.0.0.2:renamed', 'agent-1'));
    expect(told(running).at(-1)).toBe('host.back 10.0.0.1');
    expect(keys(running)).toEqual(['10.0.0.2']);
  });
});

describe('two machines', () => {
  test('of one name that both live are two: the one that dies is told', async () => {
    const { clock, running } = await start();
    await running.send(heartbeat({ spoof: '10.0.0.1:clone' }), heartbeat({ spoof: '10.0.0.2:clone' }));
    clock.advance(20_000);
    await running.send(heartbeat({ spoof: '10.0.0.1:clone' }));
    for (let sec = 0; sec < 100; sec += 20) {
      clock.advance(20_000);
      await running.send(heartbeat({ spoof: '10.0.0.2:clone' }));
    }
    expect(told(running)).toContain('host.quiet 10.0.0.1');
  });

  test('of one name with agents of their own are two', async () => {
    const { clock, running } = await start();
    await running.send(agent('10.0.0.1:clone', 'agent-1'));
    clock.advance(QUIET_MS);
    await running.send(agent('10.0.0.2:clone', 'agent-2'));
    expect(told(running)).not.toContain('host.back 10.0.0.1');
    expect(keys(running).sort()).toEqual(['10.0.0.1', '10.0.0.2']);
  });
});

describe('removed by hand', () => {
  test('a host is gone from live state and XML, and there again when it sends', async () => {
    const { running } = await start();
    const packets = [metadata('m', { spoof: '10.0.0.1:web-1' }), uint('m', 1, { spoof: '10.0.0.1:web-1' })];
    await running.send(...packets);
    const { api } = running.collector;
    expect(api.removeHost('default', '10.0.0.1')).toBe(true);
    expect(api.removeHost('default', '10.0.0.1')).toBe(false);
    expect(api.removeHost('nowhere', '10.0.0.1')).toBe(false);
    expect((await api.counters()).series).toBe(0);
    expect(await running.xml()).not.toContain('<HOST');
    await running.send(...packets);
    expect(keys(running)).toEqual(['10.0.0.1']);
  });

  test('a metric is gone under the name that it shows', async () => {
    const { running } = await start();
    const of = { spoof: '10.0.0.1:web-1' };
    await running.send(uint('outer:a', 1, of), uint('outer:b', 2, of), uint('stays', 3, of));
    const { api } = running.collector;
    expect(api.removeMetric('default', '10.0.0.1', 'outer')).toBe(true);
    expect(api.removeMetric('default', '10.0.0.1', 'outer')).toBe(false);
    expect(api.hostMetrics('default', '10.0.0.1')?.map(({ name }) => name)).toEqual(['stays']);
    expect((await api.counters()).series).toBe(2);
  });
});
