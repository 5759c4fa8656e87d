import fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { decodeSnappy } from '#wire/snappy.ts';

const MOST = 1 << 20;

describe('snappy blocks', () => {
  test('what another implementation packed is unpacked', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 5000 }),
      // Repeats itself, so that copies of every length occur.
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 3000 }))
        .map(([part, times]) =>
          Uint8Array.from({ length: part.length * times }, (_, index) => part[index % part.length] ?? 0),
        ),
    );
    fc.assert(
      fc.property(bytes, (original) => {
        const unpacked = decodeSnappy(compress(original), MOST);
        expect(unpacked.ok && Buffer.from(unpacked.value).equals(original)).toBe(true);
      }),
    );
  });

  test('a copy may repeat what it has just written', () => {
    // "ab", then a copy of 6 bytes from 2 back.
    const unpacked = decodeSnappy(Uint8Array.of(8, 1 << 2, 97, 98, (2 << 2) | 1, 2), MOST);
    expect(unpacked.ok && Buffer.from(unpacked.value).toString()).toBe('abababab');
  });

  const refused: [title: string, bytes: number[], reason: string][] = [
    ['nothing at all', [], 'truncated'],
    ['a length without end', [0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 'truncated'],
    ['a promise of 256 MB', [0x80, 0x80, 0x80, 0x80, 0x01], 'too_large'],
    ['a literal longer than the rest', [4, 3 << 2, 97], 'truncated'],
    ['a copy from before the start', [5, 0, 97, 1, 9], 'bad_copy'],
    ['a copy of nothing', [5, 0, 97, 1, 0], 'bad_copy'],
    ['more than it said', [1, 1 << 2, 97, 98], 'wrong_length'],
    ['less than it said', [9, 0, 97], 'wrong_length'],
  ];
  test.each(refused)('%s is refused', (_title, bytes, reason) => {
    expect(decodeSnappy(Uint8Array.from(bytes), MOST)).toMatchObject({ ok: false, reason });
  });

  test('no mutation makes it throw or give more than it may', () => {
    const packed = compress(Buffer.from('load_one load_five load_fifteen '.repeat(20)));
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.nat(255), fc.nat(packed.length), (at, byte, cut) => {
        const changed = Uint8Array.from(packed);
        changed[at] = byte;
        const unpacked = decodeSnappy(changed.subarray(0, cut), 4096);
        if (unpacked.ok) expect(unpacked.value.length).toBeLessThanOrEqual(4096);
      }),
    );
  });
});
