// NTP packets: what is asked, what comes back, and any bytes at all.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeNtpAnswer, encodeNtpRequest, NTP_PACKET_BYTES, offsetOf } from '#wire/ntp-packet.ts';

const EPOCH_SEC = 2_208_988_800;

function answer(atMs: number, fields: { first?: number; stratum?: number; reference?: string } = {}): Buffer {
  const packet = Buffer.alloc(NTP_PACKET_BYTES);
  packet[0] = fields.first ?? 0x24;
  packet[1] = fields.stratum ?? 2;
  packet.write(fields.reference ?? '\u000a\u0000\u0000\u0001', 12, 'latin1');
  packet.write('0123456789abcdef', 24, 'hex');
  for (const at of [32, 40]) {
    packet.writeUInt32BE((Math.floor(atMs / 1000) + EPOCH_SEC) % 2 ** 32, at);
    packet.writeUInt32BE(Math.round((atMs % 1000) * 4_294_967.295), at + 4);
  }
  return packet;
}

test('a request is a client packet of version 4 with our stamp', () => {
  const packet = encodeNtpRequest(Buffer.from('0123456789abcdef', 'hex'));
  expect([packet.length, packet[0], packet.toString('hex', 40)]).toEqual([48, 0x23, '0123456789abcdef']);
  expect(() => encodeNtpRequest(Buffer.alloc(4))).toThrow(RangeError);
});

test.each([
  ['now', Date.UTC(2026, 0, 5, 9, 0, 0, 250)],
  ['just before the seconds wrap', Date.UTC(2036, 1, 7, 6, 28, 15, 900)],
  ['just after they have wrapped', Date.UTC(2036, 1, 7, 6, 28, 16, 100)],
])('stamps are read in the right era: %s', (_, atMs) => {
  const decoded = decodeNtpAnswer(answer(atMs), atMs + 5000);
  expect(decoded).toMatchObject({ ok: true, value: { originate: '0123456789abcdef', stratum: 2, leap: 0, mode: 4 } });
  if (decoded.ok) expect(decoded.value.sentAtMs).toBeCloseTo(atMs, 2);
});

test('the reference is text at the top and an address below it', () => {
  const referenceOf = (stratum: number, reference: string) => {
    const decoded = decodeNtpAnswer(answer(0, { stratum, reference }), 0);
    return decoded.ok && decoded.value.referenceId;
  };
  expect([referenceOf(1, 'GPS\0'), referenceOf(0, 'RATE'), referenceOf(2, '\u000a\u0000\u0000\u0001')]).toEqual([
    'GPS',
    'RATE',
    '10.0.0.1',
  ]);
});

const refused: [string, Buffer, RegExp][] = [
  ['a short packet', Buffer.alloc(47), /48 bytes, not 47/],
  ['nothing', Buffer.alloc(0), /not 0/],
  ['a client', answer(0, { first: 0x23 }), /mode 3/],
  ['a version to come', answer(0, { first: 0x3c }), /version 7/],
];
test.each(refused)('%s is refused', (_, packet, reason) => {
  expect(decodeNtpAnswer(packet, 0)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
});

test('any bytes give a value or a reason', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.integer({ min: 0, max: 4e12 }), (bytes, nowMs) => {
      const decoded = decodeNtpAnswer(Buffer.from(bytes), nowMs);
      if (decoded.ok) expect(Number.isFinite(decoded.value.sentAtMs)).toBe(true);
    }),
  );
});

test('bytes that are flipped, cut or added never throw', () => {
  const whole = answer(1e12);
  for (let at = 0; at < whole.length; at++) {
    const flipped = Buffer.from(whole);
    flipped[at] = (flipped[at] ?? 0) ^ 0xff;
    for (const packet of [flipped, whole.subarray(0, at), Buffer.concat([whole, whole.subarray(0, at)])])
      expect(decodeNtpAnswer(packet, 1e12)).toHaveProperty('ok');
  }
});

test('offset and delay come from the four stamps', () => {
  // Their clock is 1 s ahead; 40 ms there, 20 ms back, 10 ms of thinking.
  expect(offsetOf({ receivedAtMs: 11_040, sentAtMs: 11_050 }, { sentAtMs: 10_000, receivedAtMs: 10_070 })).toEqual({
    offsetSec: 1.01,
    delaySec: 0.06,
  });
});
