import { describe, expect, test } from 'vitest';
import { createGmondDecoder, DECODE_REASONS, encodeGmondPacket } from '#wire/gmond-packet.ts';
import { readFixture, readJsonLines } from '#test/support/fixtures.ts';

interface Row {
  note: string;
  hex: string | null;
}

interface Manifest {
  udp: { file: string }[];
  decoded: { udp: string; xml: string }[];
}

const manifest: Manifest = JSON.parse(readFixture('ganglia', 'manifest.json'));
const rowsOf = (file: string) =>
  readJsonLines<Row>('ganglia', file).flatMap(({ note, hex }) =>
    hex === null ? [] : [{ note, bytes: Buffer.from(hex, 'hex') }],
  );
const judgedByXml = new Set(manifest.decoded.map((pair) => pair.udp));

for (const { file } of manifest.udp) {
  if (judgedByXml.has(file)) continue;
  describe(file, () => {
    const decode = createGmondDecoder();
    test.each(rowsOf(file))('$note', ({ note, bytes }) => {
      const decoded = decode(bytes);
      expect(decoded).toMatchObject({ ok: true, value: { id: Number(/id=(\d+)/.exec(note)?.[1]) } });
      if (decoded.ok) expect(encodeGmondPacket(decoded.value).toString('hex')).toBe(bytes.toString('hex'));
    });
  });
}

// xorshift32: the same mutations on every run, and a failure names its seed.
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function mutate(bytes: Buffer, below: (limit: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  switch (below(4)) {
    case 0:
      return copy.subarray(0, below(copy.length + 1));
    case 1:
      return Buffer.concat([copy, Buffer.alloc(below(64), below(256))]);
    case 2:
      if (copy.length >= 4) copy.writeUInt32BE(below(2 ** 32), Math.floor(below(copy.length - 3) / 4) * 4);
      return copy;
    default:
      for (let flips = 1 + below(8); flips > 0 && copy.length > 0; flips--) {
        const at = below(copy.length);
        copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
      }
      return copy;
  }
}

test('a damaged datagram gives a value or a known reason, and a decoded one can be encoded', () => {
  const seed = 20261121;
  const below = numbersFrom(seed);
  const decode = createGmondDecoder();
  for (const { file } of manifest.udp) {
    for (const { note, bytes } of rowsOf(file)) {
      for (let round = 0; round < 200; round++) {
        const damaged = mutate(bytes, below);
        const decoded = decode(damaged);
        const where = `seed ${seed} ${file} ${note}: ${damaged.toString('hex')}`;
        if (!decoded.ok) {
          expect(DECODE_REASONS, where).toContain(decoded.reason);
          continue;
        }
        const again = decode(encodeGmondPacket(decoded.value));
        expect(again, where).toEqual(decoded);
      }
    }
  }
});
