// Packets that the real send_nsca made, packets of our own, and seeded damage to both.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNscaDecipher, isNscaMethod } from '#wire/nsca-cipher.ts';
import { createNscaReader } from '#wire/nsca-stream.ts';
import {
  decodeNscaPacket,
  encodeNscaGreeting,
  encodeNscaPacket,
  NSCA_OLD_PACKET_BYTES,
  NSCA_PACKET_BYTES,
} from '#wire/nsca.ts';
import { readJsonLines } from '../support/fixtures.ts';

interface Recorded {
  encryption_method: number;
  password: string;
  stdin: string;
  iv_hex: string;
  packet_hex: string;
  decoded: { timestamp: number; return_code: number; host: string; service: string; output: string };
}

const recorded = readJsonLines<Recorded>('nagios', 'nsca', 'packets.jsonl').map((row) => ({
  ...row,
  packet: Buffer.from(row.packet_hex, 'hex'),
  decipher: () => {
    if (!isNscaMethod(row.encryption_method)) throw new Error(`method ${row.encryption_method} is not supported`);
    return createNscaDecipher(row.encryption_method, row.password, Buffer.from(row.iv_hex, 'hex'));
  },
}));

test.each(recorded)('method $encryption_method, password "$password": $stdin', ({ packet, decipher, decoded }) => {
  expect(decodeNscaPacket(decipher()(packet, 0))).toEqual({
    ok: true,
    value: {
      hostName: decoded.host,
      serviceName: decoded.service,
      code: decoded.return_code,
      output: decoded.output,
      sentAtSec: decoded.timestamp,
    },
  });
});

test('a recorded packet with a byte flipped, cut or added is refused, in whatever pieces it comes', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...recorded),
      fc.constantFrom('flip', 'cut', 'lengthen'),
      fc.nat(NSCA_PACKET_BYTES - 1),
      fc.integer({ min: 1, max: 255 }),
      ({ packet, decipher }, damage, at, byte) => {
        const damaged = Buffer.from(damage === 'cut' ? packet.subarray(0, at) : packet);
        if (damage === 'flip') damaged[at] = (damaged[at] ?? 0) ^ byte;
        const given = damage === 'lengthen' ? Buffer.concat([damaged, Buffer.of(byte)]) : damaged;
        const decoded = decodeNscaPacket(decipher()(given, 0));
        expect(decoded).toMatchObject({ ok: false, reason: expect.any(String) });
        const reader = createNscaReader(decipher());
        const read = [...reader.push(given.subarray(0, at)), ...reader.push(given.subarray(at))];
        expect(read.filter(({ ok }) => ok)).toHaveLength(damage === 'lengthen' ? 1 : 0);
        expect(reader.pendingBytes).toBeLessThan(NSCA_PACKET_BYTES);
      },
    ),
    { numRuns: 1000 },
  );
});

const text = (maxBytes: number) =>
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: maxBytes }).map((drawn) => drawn.replaceAll('\0', ' '));
const results = fc.record({
  hostName: text(63),
  serviceName: fc.oneof(fc.constant(''), text(127)),
  code: fc.integer({ min: -2, max: 255 }),
  output: text(400),
  sentAtSec: fc.nat(2 ** 32 - 1),
});

test('results of either size come out as they went in, many on one connection and cut anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(results, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(NSCA_PACKET_BYTES, NSCA_OLD_PACKET_BYTES),
      fc.integer({ min: 1, max: 5000 }),
      (sent, bytes, piece) => {
        const iv = Buffer.from(Array.from({ length: 128 }, (_, i) => (i * 7) & 255));
        // XOR is its own inverse; each packet begins anew.
        const cipher = createNscaDecipher(1, 'secret', iv);
        const stream = Buffer.concat(sent.map((result) => cipher(encodeNscaPacket(result, bytes), 0)));
        const reader = createNscaReader(createNscaDecipher(1, 'secret', iv));
        const read = [];
        for (let at = 0; at < stream.length; at += piece) read.push(...reader.push(stream.subarray(at, at + piece)));
        expect(read).toEqual(sent.map((value) => ({ ok: true, value })));
      },
    ),
  );
});

test('arbitrary bytes are no packet', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 700, maxLength: 5000, size: 'max' }), (bytes) => {
      const reader = createNscaReader(createNscaDecipher(0, '', Buffer.alloc(128)));
      for (const decoded of reader.push(Buffer.from(bytes))) expect(decoded.ok).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('the greeting is 128 bytes to mask with and the time', () => {
  const greeting = encodeNscaGreeting(Buffer.alloc(128, 7), 1_700_000_000);
  expect([greeting.length, greeting[127], greeting.readUInt32BE(128)]).toEqual([132, 7, 1_700_000_000]);
});

test('a result without a host is refused', () => {
  const packet = encodeNscaPacket({ hostName: '', serviceName: '', code: 0, output: 'x', sentAtSec: 0 });
  expect(decodeNscaPacket(packet)).toEqual({ ok: false, reason: 'no_host', at: 14 });
});
