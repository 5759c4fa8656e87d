// Every exchange that was recorded between check_nrpe and nrpe, and seeded damage to all of
// them: a packet or a reason, never a throw, and no length that is believed unchecked.

import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeNrpePacket,
  encodeNrpePacket,
  encodeNrpeQuery,
  maxNrpeQueryBytes,
  nrpePacketBytes,
  type NrpePacket,
} from '#wire/nrpe.ts';
import { readJsonLines } from '../support/fixtures.ts';

interface Fields {
  version: number;
  type: string;
  result_code: number;
  packet_bytes: number;
  text: string;
}
interface Recorded {
  name: string;
  exchanges: { query_hex: string; response_hex: string; query: Fields; response: Fields | null }[];
}

const packets = readJsonLines<Recorded>('nagios', 'nrpe', 'exchanges.jsonl').flatMap(({ name, exchanges }) =>
  exchanges.flatMap(({ query_hex, response_hex, query, response }) => [
    { name: `query ${name}`, bytes: Buffer.from(query_hex, 'hex'), fields: query },
    ...(response ? [{ name: `response ${name}`, bytes: Buffer.from(response_hex, 'hex'), fields: response }] : []),
  ]),
);

test.each(packets)('$name (version $fields.version) reads as it was recorded', ({ bytes, fields }) => {
  expect(nrpePacketBytes(bytes)).toEqual({ ok: true, value: fields.packet_bytes });
  expect(decodeNrpePacket(bytes)).toEqual({
    ok: true,
    value: { version: fields.version, type: fields.type, resultCode: fields.result_code, text: fields.text },
  });
});

const sealed = packets.filter(({ fields }) => fields.version !== 2);
test.each(sealed)('$name is written byte for byte', ({ bytes }) => {
  const decoded = decodeNrpePacket(bytes);
  expect(decoded.ok && encodeNrpePacket(decoded.value).equals(bytes)).toBe(true);
});

describe('any packet', () => {
  const anyPacket = fc.record({
    version: fc.constantFrom(2 as const, 3 as const, 4 as const),
    type: fc.constantFrom('query' as const, 'response' as const),
    resultCode: fc.integer({ min: -0x8000, max: 0x7fff }),
    text: fc.string({ unit: 'grapheme', maxLength: 200 }).map((text) => text.replaceAll('\0', '')),
  }) satisfies fc.Arbitrary<NrpePacket>;

  test('is read as it was written', () => {
    fc.assert(
      fc.property(anyPacket, (packet) => {
        expect(decodeNrpePacket(encodeNrpePacket(packet))).toEqual({ ok: true, value: packet });
      }),
    );
  });

  test('with one byte flipped, cut or added is refused with a reason', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...packets),
        fc.constantFrom('flip', 'cut', 'lengthen'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        ({ bytes }, damage, place, byte) => {
          const at = place % bytes.length;
          const damaged = Buffer.from(damage === 'cut' ? bytes.subarray(0, at) : bytes);
          if (damage === 'flip') damaged[at] = (damaged[at] ?? 0) ^ byte;
          const given = damage === 'lengthen' ? Buffer.concat([damaged, Buffer.of(byte)]) : damaged;
          expect(decodeNrpePacket(given)).toMatchObject({ ok: false, reason: expect.any(String) });
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('of arbitrary bytes never makes anyone wait for more than 65,571 of them', () => {
    fc.assert(
      fc.property(fc.constantFrom(2, 3, 4, 5), fc.uint8Array({ maxLength: 40 }), (version, rest) => {
        const bytes = Buffer.concat([Buffer.of(0, version), rest]);
        const size = nrpePacketBytes(bytes);
        if (size?.ok) expect(size.value).toBeLessThanOrEqual(65_571);
        expect(decodeNrpePacket(bytes).ok).toBe(false);
      }),
    );
  });
});

test('a response of version 3 may lack its three stray bytes', () => {
  const packet = encodeNrpePacket({ version: 3, type: 'response', resultCode: 1, text: 'slow' });
  expect(decodeNrpePacket(seal(packet.subarray(0, -3)))).toMatchObject({ ok: true, value: { text: 'slow' } });
});

test('a query that is too long for its version is cut at the end of what fits', () => {
  for (const version of [2, 3, 4] as const) {
    const decoded = decodeNrpePacket(encodeNrpeQuery(version, 'a'.repeat(70_000)));
    expect(decoded.ok && decoded.value.text.length).toBe(maxNrpeQueryBytes(version));
  }
});

test('a text without its NUL ends with the packet', () => {
  const packet = encodeNrpePacket({ version: 4, type: 'response', resultCode: 0, text: 'abc' }).subarray(0, 19);
  packet.writeInt32BE(3, 12);
  expect(decodeNrpePacket(seal(packet))).toMatchObject({ ok: true, value: { text: 'abc' } });
});

/** Puts the right checksum into a packet that was changed. */
function seal(packet: Buffer): Buffer {
  packet.writeUInt32BE(0, 4);
  packet.writeUInt32BE(crc32(packet), 4);
  return packet;
}
