import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGmondDecoder, encodeGmondPacket, slopeOf, type GmondPacket } from '#wire/gmond-packet.ts';

const text = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 20 }));
const uint32 = fc.nat(2 ** 32 - 1);
const metricId = { host: text, name: text, spoof: fc.boolean() };
const value = (id: number, number: fc.Arbitrary<unknown>) =>
  fc.record({ id: fc.constant(id), ...metricId, fmt: text, value: number });

const packets = fc.oneof(
  fc.record({
    id: fc.constant(128),
    ...metricId,
    metadata: fc.record({
      type: text,
      name: text,
      units: text,
      slope: uint32,
      tmaxSec: uint32,
      dmaxSec: uint32,
      extra: fc.array(fc.tuple(text, text), { maxLength: 6 }),
    }),
  }),
  value(129, fc.nat(0xffff)),
  value(130, fc.integer({ min: -0x8000, max: 0x7fff })),
  value(131, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  value(132, uint32),
  value(133, text),
  value(134, fc.float()),
  value(135, fc.double()),
  fc.record({ id: fc.constant(136), ...metricId }),
) as fc.Arbitrary<GmondPacket>;

describe('gmond packets', () => {
  test('what is encoded decodes to the same packet, also with junk after it', () => {
    const decode = createGmondDecoder({ cacheSlots: 16 });
    fc.assert(
      fc.property(packets, fc.uint8Array({ maxLength: 9 }), (packet, junk) => {
        const bytes = encodeGmondPacket(packet);
        expect(bytes.length % 4).toBe(0);
        expect(decode(bytes)).toEqual({ ok: true, value: packet });
        expect(decode(Buffer.concat([bytes, junk]))).toEqual({ ok: true, value: packet });
      }),
    );
  });

  test('every datagram that ends inside its body is refused', () => {
    const decode = createGmondDecoder();
    fc.assert(
      fc.property(packets, fc.nat(), (packet, at) => {
        const bytes = encodeGmondPacket(packet);
        expect(decode(bytes.subarray(0, at % bytes.length)).ok).toBe(false);
      }),
    );
  });

  test('arbitrary bytes give a packet or a reason', () => {
    const decode = createGmondDecoder({ cacheSlots: 16 });
    fc.assert(
      fc.property(fc.integer({ min: 126, max: 138 }), fc.uint8Array({ maxLength: 200 }), (id, body) => {
        const decoded = decode(Buffer.concat([Buffer.of(0, 0, 0, id), body]));
        if (!decoded.ok) expect(decoded.at).toBeLessThanOrEqual(body.length + 4);
      }),
    );
  });

  const refused: [what: string, hex: string, reason: string][] = [
    ['nothing at all', '', 'too_short'],
    ['two bytes', '0000', 'too_short'],
    ['a pre-3.1 gmetric', '0000000000000006', 'unknown_id'],
    ['an id above the table', '00000089', 'unknown_id'],
    ['an id and no body', '00000088', 'truncated'],
    ['a name length beyond the datagram', '0000008000001388616263', 'truncated'],
    ['a name length that would wrap when padded', '00000088ffffffff00000000', 'truncated'],
    ['a last string without its padding', '000000880000000161', 'truncated'],
    ['a billion extra elements', `00000080${'00000000'.repeat(3)}${'00000000'.repeat(6)}3fffffff`, 'too_many_elements'],
  ];
  test.each(refused)('%s is refused', (_what, hex, reason) => {
    expect(createGmondDecoder()(Buffer.from(hex, 'hex'))).toMatchObject({ ok: false, reason });
  });

  test('a short that was sent too wide keeps its low 16 bits', () => {
    const wide = (id: number) => Buffer.from(`000000${id.toString(16)}${'00000000'.repeat(4)}0001fff0`, 'hex');
    expect(createGmondDecoder()(wide(129))).toMatchObject({ value: { value: 0xfff0 } });
    expect(createGmondDecoder()(wide(130))).toMatchObject({ value: { value: -16 } });
  });

  test('a slope number that nobody knows reads as unspecified', () => {
    expect([0, 1, 2, 3, 4, 5, 9].map(slopeOf)).toEqual([
      'zero',
      'positive',
      'negative',
      'both',
      'unspecified',
      'derivative',
      'unspecified',
    ]);
  });
});
