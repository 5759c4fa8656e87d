import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTextCache, decodeText, displayText, encodeText } from '#wire/wire-text.ts';

const decodeAll = (bytes: Uint8Array) => decodeText(Buffer.from(bytes), 0, bytes.length);

test('any bytes become text and the same bytes again', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(encodeText(decodeAll(bytes))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('the cache never changes what is decoded', () => {
  const cached = createTextCache(4);
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 70 }),
    fc.string({ maxLength: 6 }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (raw) => {
      const buffer = Buffer.from(raw);
      expect(cached(buffer, 0, buffer.length)).toBe(decodeText(buffer, 0, buffer.length));
      expect(cached(buffer, 0, buffer.length)).toBe(decodeText(buffer, 0, buffer.length));
    }),
    { numRuns: 1000 },
  );
});

const shown: [what: string, bytes: number[], text: string][] = [
  ['plain words', [0x6f, 0x6b], 'ok'],
  ['UTF-8', [0xc2, 0xb0, 0x43], '°C'],
  ['Latin-1 that is no UTF-8', [0xb0, 0x43], '°C'],
  ['everything after a NUL is gone, as in gmond', [0x61, 0, 0x62], 'a'],
];
test.each(shown)('%s', (_what, bytes, text) => {
  expect(displayText(decodeAll(Uint8Array.from(bytes)))).toBe(text);
});

test('what people see is always well-formed', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => displayText(decodeAll(bytes)).isWellFormed()));
  expect(displayText('\ud800')).toBe('\ufffd');
});
