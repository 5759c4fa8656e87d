import { describe, expect, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import { createSourceTable, DEFAULT_LIMITS, OTHER_SOURCES, type SourceLimits } from '#collector/source-table.ts';
import { startCollector } from './harness.ts';
import { uint } from './packets.ts';

function tableWith(limits: Partial<SourceLimits>) {
  const clock = new FakeClock();
  const told: string[] = [];
  const table = createSourceTable(
    { clock, onLimited: (address, reason) => told.push(`${address} ${reason}`) },
    { ...DEFAULT_LIMITS, ...limits },
  );
  const admit = (address: string) => table.admitPacket(address, clock.monotonicMs());
  return { clock, told, table, admit };
}

describe('rate', () => {
  test('what exceeds it within a second is dropped and told once, and the next second is free', () => {
    const { clock, told, admit } = tableWith({ maxPacketsPerSec: 3 });
    const taken = () => [1, 2, 3, 4, 5].filter(() => admit('10.0.0.9') !== undefined).length;
    expect(taken()).toBe(3);
    clock.advance(1000);
    expect(taken()).toBe(3);
    expect(told).toEqual(['10.0.0.9 rate']);
  });

  test('one source over its rate leaves the others alone', () => {
    const { admit } = tableWith({ maxPacketsPerSec: 1 });
    admit('10.0.0.9');
    expect(admit('10.0.0.9')).toBeUndefined();
    expect(admit('10.0.0.10')).toBeDefined();
  });

  test('loopback has none', () => {
    const { admit } = tableWith({ maxPacketsPerSec: 1 });
    expect([1, 2, 3].map(() => admit('127.0.0.1') !== undefined)).toEqual([true, true, true]);
  });

  test('it is told again after an hour', () => {
    const { clock, told, admit } = tableWith({ maxPacketsPerSec: 0 });
    admit('10.0.0.9');
    clock.advance(3_599_000);
    admit('10.0.0.9');
    expect(told).toHaveLength(1);
    clock.advance(1000);
    admit('10.0.0.9');
    expect(told).toHaveLength(2);
  });
});

describe('the table itself', () => {
  test('senders beyond its bound share one entry', () => {
    const { table, admit } = tableWith({ maxSources: 2 });
    for (let i = 0; i < 100; i++) admit(`10.0.0.${i}`);
    expect([...table.all()].map(({ address, packets }) => [address, packets])).toEqual([
      ['10.0.0.0', 1],
      ['10.0.0.1', 1],
      [OTHER_SOURCES, 98],
    ]);
  });

  test('idle senders that hold nothing make room', () => {
    const { clock, table, admit } = tableWith({ maxSources: 2 });
    const holding = admit('10.0.0.1');
    if (holding) holding.series = 1;
    admit('10.0.0.2');
    clock.advance(61_000);
    admit('10.0.0.3');
    expect([...table.all()].map((source) => source.address)).toEqual(['10.0.0.1', '10.0.0.3']);
  });
});

describe('series', () => {
  test('a remote source may bring so many, then new ones are dropped', () => {
    const { table, admit, told } = tableWith({ maxSeriesPerSource: 2 });
    const source = admit('10.0.0.9');
    if (source === undefined) throw new Error('not admitted');
    source.series = 2;
    expect(table.admitSeries(source, 2)).toBe(false);
    expect(source.drops).toEqual({ source_series: 1 });
    expect(told).toEqual(['10.0.0.9 source_series']);
  });

  test('a million made-up names end at the limit for all, and what is known goes on', async () => {
    const { send, collector, events } = await startCollector({ limits: { maxSeries: 5 } });
    const spoof = '10.0.0.1:web-1';
    for (let i = 0; i < 20; i++)
      await send(uint(`made-up-${i}`, i, { spoof }), uint('m', i, { spoof: `10.1.0.${i}:h${i}` }));
    await send(uint('made-up-0', 99, { spoof }));
    const counters = await collector.api.counters();
    expect(counters.series).toBe(5);
    expect(counters.drops.all_series).toBeGreaterThan(30);
    expect(collector.api.latest('default', '10.0.0.1', 'made-up-0')?.number).toBe(99);
    expect(events.filter((event) => event.kind === 'collector.source_limited')).toMatchObject([
      { data: { source: '127.0.0.1', reason: 'all_series' } },
    ]);
  });
});
