// What has crashed, flooded or fooled a gmond must do nothing here but be counted.
// Source: spec/ganglia.md §10; XML clients are in xml-service.test.ts, access in sender-policy.test.ts.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeGmondPacket, type GmondPacket } from '#wire/gmond-packet.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { startCollector } from './harness.ts';
import { float, heartbeat, metadata, text, uint } from './packets.ts';

const web1 = { spoof: '10.0.0.1:web-1' };
const withFormat = (fmt: string): Buffer =>
  encodeGmondPacket({ id: 132, host: web1.spoof, spoof: true, name: 'm', fmt, value: 4_294_967_295 });

describe('formats that a packet brings', () => {
  test('the two packets that end a gmond are a metric like any other', async () => {
    const { send, xml, collector } = await startCollector();
    await send(metadata('m', web1), withFormat('%s'));
    expect(await xml()).toContain('<METRIC NAME="m" VAL="4294967295"');
    await send(uint('m', 5, web1));
    expect(collector.api.latest('default', '10.0.0.1', 'm')?.value).toBe('5');
  });

  test.each([
    '%n',
    '%x%x%x%x%lx',
    '%s%s%s%s',
    '%*d',
    '%999999999d',
    '%.999999999d',
    '%',
    '%%',
    '',
    '%hhn',
    '%1$s',
    `${'%d'.repeat(600)}`,
    '%c',
    '%p',
  ])('%j shows the number or the format, and nothing of our memory', async (fmt) => {
    const { send, xml, collector } = await startCollector();
    await send(metadata('m', web1), withFormat(fmt));
    const { value } = collector.api.latest('default', '10.0.0.1', 'm') ?? expect.unreachable();
    expect(value.length).toBeLessThan(2000);
    expect(await xml()).toMatch(/<METRIC NAME="m" VAL="[^"<]*" [^]*<\/GANGLIA_XML>\s*$/);
  });
});

describe('what does not fit', () => {
  test('a datagram longer than any gmond sends is counted and not kept', async () => {
    const { send, collector } = await startCollector();
    await send(text('m', 'x'.repeat(60_000), web1), metadata('n'.repeat(20_000), web1));
    expect((await collector.api.counters()).drops).toEqual({ too_long: 2 });
    expect(collector.api.hosts()).toEqual([]);
  });

  test('lengths and counts that promise more than is there', async () => {
    const { send, collector } = await startCollector();
    const endless = uint('m', 1);
    endless.writeUInt32BE(0xffffffff, 4);
    const many = metadata('m');
    many.writeUInt32BE(0x7fffffff, many.length - 4);
    await send(endless, many);
    expect((await collector.api.counters()).drops).toEqual({ truncated: 1, too_many_elements: 1 });
  });
});

describe('numbers that are none', () => {
  test.each<[what: string, packets: Buffer[]]>([
    ['not a number', [float('m', NaN)]],
    ['infinity', [float('m', Infinity)]],
    ['minus infinity', [float('m', -Infinity)]],
    ['text that says so', [metadata('m', { type: 'float' }), text('m', 'nan'), text('m', '-inf'), text('m', '1e999')]],
  ])('%s is shown and never stored', async (_what, packets) => {
    const clock = new FakeClock();
    const { send, collector, samples } = await startCollector({ clock });
    await send(...packets);
    clock.advance(1000);
    expect(collector.api.latest('default', '127.0.0.1', 'm')?.value).toMatch(/nan|inf|1e999/i);
    expect(samples).toEqual([]);
  });
});

describe('the wall clock', () => {
  test.each([-365, -1, 1, 365])('that steps by %i days makes nobody quiet and nothing old', async (days) => {
    const clock = new FakeClock();
    const { send, collector, events, samples } = await startCollector({ clock });
    await send(metadata('m', { ...web1, dmaxSec: 600 }), uint('m', 1, web1), heartbeat(web1));
    clock.stepWall(days * 86_400_000);
    clock.advance(10_000);
    await send(uint('m', 2, web1));
    clock.advance(1000);
    expect(events.map(({ kind }) => kind)).toEqual(['host.seen']);
    expect(collector.api.hosts()).toMatchObject([{ up: true, tnSec: 1 }]);
    expect(collector.api.latest('default', '10.0.0.1', 'm')).toMatchObject({ tnSec: 1 });
    expect(samples.at(-1)?.atMs).toBe(clock.nowMs() - 1000);
  });
});

describe('floods', () => {
  test('of invented hosts end at the limit; those that were there go on', async () => {
    const { send, collector } = await startCollector({ limits: { maxSeries: 100 } });
    await send(uint('m', 1, web1));
    for (let round = 0; round < 10; round++)
      await send(
        ...Array.from({ length: 100 }, (_, i) => heartbeat({ spoof: `10.9.${round}.${i}:ghost-${round}-${i}` })),
      );
    await send(uint('m', 2, web1));
    const { series, drops } = await collector.api.counters();
    expect(series).toBe(100);
    expect(drops.all_series).toBe(1000 - 98);
    expect(collector.api.latest('default', '10.0.0.1', 'm')?.value).toBe('2');
  });

  test('of metadata that differs each time keep one set for each metric', async () => {
    const { send, collector } = await startCollector();
    await send(uint('m', 1, web1));
    for (let round = 0; round < 20; round++)
      await send(...Array.from({ length: 50 }, (_, i) => metadata('m', { ...web1, units: `u${round}-${i}` })));
    expect((await collector.api.counters()).series).toBe(2);
    expect(collector.api.latest('default', '10.0.0.1', 'm')?.units).toBe('u19-49');
  });
});

const word = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom('', ':', '\0', 'heartbeat', 'LOCATION', '../x', '<&">'),
);
const packet: fc.Arbitrary<GmondPacket> = fc
  .record({
    id: fc.constantFrom(128, 129, 130, 131, 132, 133, 134, 135, 136),
    host: word,
    name: word,
    spoof: fc.boolean(),
    fmt: word,
    value: fc.double(),
    text: word,
    numbers: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
    extra: fc.array(fc.tuple(word, word), { maxLength: 5 }),
  })
  .map(({ id, host, name, spoof, fmt, value, text: said, numbers: [slope, tmaxSec, dmaxSec], extra }): GmondPacket => {
    const shared = { host, name, spoof };
    if (id === 128) {
      const shape = { type: fmt, name, units: said, slope, tmaxSec, dmaxSec, extra };
      return { id: 128, ...shared, metadata: shape };
    }
    if (id === 136) return { id: 136, ...shared };
    if (id === 133) return { id: 133, ...shared, fmt, value: said };
    if (id === 134 || id === 135) return { id, ...shared, fmt, value };
    return { id: 132, ...shared, fmt, value: Math.abs(Math.trunc(value)) % 2 ** 32 || 0 };
  });
const damaged = fc
  .tuple(packet, fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 6 }), fc.nat(3), fc.nat(200))
  .map(([made, flips, cut, by]) => {
    const bytes = Buffer.from(encodeGmondPacket(made));
    for (const [at, byte] of flips) bytes[at % bytes.length] = byte;
    return cut === 0 ? bytes.subarray(0, Math.max(bytes.length - by, 0)) : bytes;
  });

test('whatever arrives is heard or counted, and the XML stays whole', { timeout: 60_000 }, async () => {
  const { send, xml, collector } = await startCollector({ limits: { maxSeries: 500 } });
  const anything = fc.oneof(packet.map(encodeGmondPacket), damaged, fc.uint8Array({ maxLength: 300 }));
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { minLength: 20, maxLength: 60 }), async (datagrams) => {
      await send(...datagrams);
      const answer = await xml();
      expect(answer.endsWith('</GANGLIA_XML>\n')).toBe(true);
      // Printable ASCII and line ends: what is anything else is escaped.
      expect(answer).toMatch(/^[\n\x20-\x7e]*$/);
      for (const { cluster, key } of collector.api.hosts()) collector.api.hostMetrics(cluster, key);
    }),
    { numRuns: 25 },
  );
  expect((await collector.api.counters()).series).toBeLessThanOrEqual(500);
});
