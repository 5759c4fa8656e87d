import { describe, expect, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import { loopbackEntry, startCollector } from './harness.ts';
import { float, heartbeat, metadata, request, text, uint } from './packets.ts';

const web1 = { spoof: '10.0.0.1:web-1' };

describe('values and metadata', () => {
  test('a value becomes a sample with its arrival time', async () => {
    const clock = new FakeClock();
    const { send, samples } = await startCollector({ clock });
    await send(metadata('load', web1), uint('load', 7, web1));
    expect(samples).toEqual([]);
    clock.advance(50);
    const sample = { cluster: 'default', host: 'web-1', hostKey: '10.0.0.1', metric: 'load', value: 7, exact: false };
    expect(samples).toEqual([{ ...sample, atMs: clock.nowMs() - 50 }]);
  });

  test('arrival is rounded down to the second, but no two values of a metric share a stamp', async () => {
    const clock = new FakeClock();
    const { send, samples } = await startCollector({ clock });
    const wholeMs = Math.ceil(clock.nowMs() / 1000) * 1000;
    clock.advance(wholeMs - clock.nowMs());
    await send(metadata('load', web1));
    for (const afterMs of [700, 200, 200, 1000, 1500]) {
      clock.advance(afterMs);
      await send(uint('load', 1, web1));
    }
    clock.advance(50);
    expect(samples.map(({ atMs }) => atMs - wholeMs)).toEqual([0, 900, 1100, 2000, 3000]);
  });

  test('history and rules get the same batch, and a full one does not wait', async () => {
    const clock = new FakeClock();
    const batches: [who: string, size: number][] = [];
    const { send } = await startCollector({
      clock,
      deps: {
        appendHistory: (batch) => batches.push(['history', batch.length]),
        judge: (batch) => batches.push(['rules', batch.length]),
      },
    });
    for (let i = 0; i < 21; i++) await send(...Array.from({ length: 100 }, (_, n) => uint('load', n, web1)));
    expect(batches).toEqual([
      ['rules', 2000],
      ['history', 2000],
    ]);
  });

  test('a value without metadata is shown as such, sampled, but not in the XML', async () => {
    const clock = new FakeClock();
    const { send, samples, collector, xml } = await startCollector({ clock });
    await send(uint('orphan', 3, web1));
    clock.advance(50);
    expect(collector.api.latest('default', '10.0.0.1', 'orphan')).toMatchObject({ value: '3', announced: false });
    expect(samples).toMatchObject([{ metric: 'orphan', value: 3 }]);
    expect(await xml()).not.toContain('orphan');
    await send(metadata('orphan', web1));
    expect(await xml()).toContain('<METRIC NAME="orphan" VAL="3"');
  });

  test('metadata without a value is not shown', async () => {
    const { send, collector, xml } = await startCollector();
    await send(metadata('silent', web1));
    expect(collector.api.hostMetrics('default', '10.0.0.1')).toEqual([]);
    expect(await xml()).not.toContain('silent');
  });

  test('new metadata replaces the old', async () => {
    const { send, collector } = await startCollector();
    await send(
      metadata('load', { ...web1, units: 'old' }),
      uint('load', 1, web1),
      metadata('load', { ...web1, units: 'new' }),
    );
    expect(collector.api.latest('default', '10.0.0.1', 'load')?.units).toBe('new');
  });

  test('a metric is gone from live state and XML after its DMAX, and comes back when it is heard', async () => {
    const clock = new FakeClock();
    const { send, collector, xml } = await startCollector({ clock });
    const both = [metadata('short', { ...web1, dmaxSec: 30 }), uint('short', 1, web1)];
    await send(...both, heartbeat(web1));
    clock.advance(30_000);
    expect(collector.api.hosts()[0]?.metricCount).toBe(1);
    clock.advance(2000);
    expect(collector.api.hosts()[0]?.metricCount).toBe(0);
    expect(await xml()).not.toContain('"short"');
    expect((await collector.api.counters()).removed).toEqual({ hosts: 0, metrics: 1 });
    await send(...both);
    expect(await xml()).toContain('"short"');
  });

  test('a host is gone after the DMAX of hosts, and is news when it returns', async () => {
    const clock = new FakeClock();
    const { send, collector, events } = await startCollector({ clock, hostDmaxSec: 300 });
    await send(uint('load', 1, web1));
    clock.advance(302_000);
    expect(collector.api.hosts()).toEqual([]);
    expect((await collector.api.counters()).series).toBe(0);
    await send(uint('load', 1, web1));
    expect(events.map((event) => event.kind)).toEqual(['host.seen', 'host.quiet', 'host.seen']);
  });
});

describe('names', () => {
  const cases: [what: string, packet: Buffer, host: string, metric: string][] = [
    ['a spoofed host is named by itself', uint('m', 1, web1), 'web-1', 'm'],
    ['a host that is not spoofed is its address', uint('m', 1), '127.0.0.1', 'm'],
    ['an IPv6 spoof splits at its first colon, as in gmond', uint('m', 1, { spoof: 'fd00::1:six' }), ':1:six', 'm'],
    ['a colon at the start belongs to the key', uint('m', 1, { spoof: ':x:y' }), 'y', 'm'],
    ['a colon in a name becomes _', uint('a:b', 1), '127.0.0.1', 'a_b'],
    ['a spoofed name is cut at its colon', uint('outer:inner', 1, web1), 'web-1', 'outer'],
    ['other odd characters stay', uint('odd/name x', 1), '127.0.0.1', 'odd/name x'],
  ];
  test.each(cases)('%s', async (_what, packet, host, metric) => {
    const clock = new FakeClock();
    const { send, samples } = await startCollector({ clock });
    await send(packet, packet);
    clock.advance(50);
    expect(samples.map((sample) => [sample.host, sample.metric])).toEqual([
      [host, metric],
      [host, metric],
    ]);
  });

  test('a host keeps its first name', async () => {
    const { send, collector } = await startCollector();
    await send(uint('m', 1, web1), uint('n', 2, { spoof: '10.0.0.1:other' }));
    expect(collector.api.hosts()).toMatchObject([{ name: 'web-1', metricCount: 2 }]);
  });

  test('bytes that are no UTF-8 make one metric, readable and found again', async () => {
    const packet = uint('temp_X', 21);
    packet[packet.indexOf('X')] = 0xb0;
    const { send, collector } = await startCollector();
    await send(packet, packet);
    expect(collector.api.hostMetrics('default', '127.0.0.1')).toMatchObject([{ name: 'temp_°', value: '21' }]);
    expect((await collector.api.counters()).series).toBe(2);
  });

  const refused: [what: string, packet: Buffer, reason: string][] = [
    ['a spoof without a colon', uint('m', 1, { spoof: 'nocolon' }), 'bad_spoof'],
    ['a spoof with an empty name', uint('m', 1, { spoof: '10.0.0.3:' }), 'bad_spoof'],
    ['an empty spoof', uint('m', 1, { spoof: '' }), 'bad_spoof'],
    ['a metric without a name', uint('', 1), 'bad_name'],
    ['a name that begins with NUL', uint('\0m', 1), 'bad_name'],
    ['an id of the time before 3.1', Buffer.from('0000000000000001', 'hex'), 'unknown_id'],
    ['a truncated packet', uint('m', 1).subarray(0, 20), 'truncated'],
    ['two bytes', Buffer.alloc(2), 'too_short'],
  ];
  test.each(refused)('%s is counted and nothing else', async (_what, packet, reason) => {
    const { send, collector, samples } = await startCollector();
    await send(packet);
    const counters = await collector.api.counters();
    expect(counters.drops).toEqual({ [reason]: 1 });
    expect(counters.dropsBySource).toMatchObject([{ source: '127.0.0.1', packets: 1 }]);
    expect(collector.api.hosts().flatMap((host) => collector.api.hostMetrics('default', host.key))).toEqual([]);
    expect(samples).toEqual([]);
  });
});

describe('special metrics', () => {
  test('heartbeat and location belong to the host and are no metrics', async () => {
    const { send, collector } = await startCollector();
    await send(
      metadata('heartbeat', web1),
      heartbeat(web1),
      metadata('location', web1),
      text('LOCATION', '1,2,3', web1),
    );
    expect(collector.api.hosts()).toMatchObject([
      { gmondStartedAtMs: 1_700_000_000_000, location: '1,2,3', metricCount: 0 },
    ]);
  });

  test.each([
    ['a number in text is read', '1700000000', 1_700_000_000_000],
    ['other text is 0, not garbage', 'yes', undefined],
  ])('a heartbeat sent as text: %s', async (_what, value, startedAtMs) => {
    const { send, collector } = await startCollector();
    await send(text('heartbeat', value, web1));
    expect(collector.api.hosts()[0]?.gmondStartedAtMs).toBe(startedAtMs);
  });

  test('a request makes no host', async () => {
    const { send, collector } = await startCollector();
    await send(request('load', web1));
    expect(collector.api.hosts()).toEqual([]);
  });
});

describe('host.seen', () => {
  const agent = (id: string) => metadata('heartbeat', { ...web1, extra: [['PLEXUS_AGENT', id]] });

  test('comes once for a host, whatever it sends', async () => {
    const { send, events } = await startCollector();
    await send(metadata('load', web1), uint('load', 1, web1), heartbeat(web1));
    const data = { cluster: 'default', hostKey: '10.0.0.1', name: 'web-1', ip: '10.0.0.1' };
    expect(events).toEqual([{ kind: 'host.seen', atMs: expect.any(Number), data }]);
  });

  test('carries the agent id that the first heartbeat tells, at once', async () => {
    const { send, events, collector } = await startCollector();
    await send(agent('01-abc'), agent('01-abc'), heartbeat(web1));
    expect(events).toMatchObject([{ kind: 'host.seen', data: { agentId: '01-abc' } }]);
    expect(collector.api.hosts()[0]?.agentId).toBe('01-abc');
  });

  test('comes again when the agent id becomes known or changes', async () => {
    const { send, events } = await startCollector();
    await send(heartbeat(web1), agent('one'), agent('one'), agent('two'));
    expect(events.map((event) => 'agentId' in event.data && event.data.agentId)).toEqual([false, 'one', 'two']);
  });

  test('does not carry an agent id that cannot be one', async () => {
    const { send, events } = await startCollector();
    await send(agent('"; drop table'), agent(''), agent('x'.repeat(65)));
    expect(events).toHaveLength(1);
    expect(events[0]?.data).not.toHaveProperty('agentId');
  });
});

describe('numbers', () => {
  const cases: [what: string, packets: Buffer[], number: number | undefined][] = [
    ['a native value needs no metadata', [float('m', 1.5)], 1.5],
    ['text of a numeric type', [metadata('m', { type: 'double' }), text('m', '-1.5e3')], -1500],
    ['hexadecimal text, which gmetric lets pass', [metadata('m'), text('m', '0x1f')], 31],
    ['text whose type is not known', [text('m', '12')], undefined],
    ['text of type string', [metadata('m', { type: 'string' }), text('m', '12')], undefined],
    ['text that is no number', [metadata('m'), text('m', '12abc')], undefined],
    ['empty text', [metadata('m'), text('m', '')], undefined],
    ['infinity', [float('m', Infinity)], undefined],
  ];
  test.each(cases)('%s', async (_what, packets, number) => {
    const clock = new FakeClock();
    const { send, samples, collector } = await startCollector({ clock });
    await send(...packets);
    clock.advance(50);
    expect(samples.map((sample) => sample.value)).toEqual(number === undefined ? [] : [number]);
    expect(collector.api.latest('default', '127.0.0.1', 'm')?.number).toBe(number);
  });
});

test('the cluster comes from the socket', async () => {
  const { collector, send } = await startCollector({
    listen: [loopbackEntry({ cluster: 'alpha' }), loopbackEntry({ cluster: 'beta' })],
  });
  await send(uint('m', 1, web1));
  expect(collector.api.clusters()).toMatchObject([
    { name: 'alpha', hostsUp: 1, hostsDown: 0, metrics: 1 },
    { name: 'beta', hostsUp: 0, hostsDown: 0, metrics: 0 },
  ]);
  expect(collector.api.hosts('beta')).toEqual([]);
  expect(collector.api.hosts('nowhere')).toEqual([]);
  expect(collector.api.hostMetrics('alpha', 'nobody')).toBeUndefined();
});
