// Lines of a stream, however it is cut, and those that are too long.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineCutter } from '#wire/line-cutter.ts';

function cut(text: string, piece: number, maxBytes: number): string[] {
  const cutter = createLineCutter(maxBytes);
  const bytes = Buffer.from(text);
  const lines: (Buffer | 'too_long' | undefined)[] = [];
  for (let at = 0; at < bytes.length; at += piece) lines.push(...cutter.push(bytes.subarray(at, at + piece)));
  lines.push(cutter.end());
  return lines
    .filter((line) => line !== undefined)
    .map((line) => (line === 'too_long' ? '(too long)' : line.toString()));
}

test('lines are the same in whatever pieces they come', () => {
  const text = fc.array(fc.constantFrom('a', 'bc', '\n', 'é', 'x'.repeat(9))).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 7 }), (given, piece) => {
      const expected = given.split('\n').map((line) => (Buffer.byteLength(line) > 10 ? '(too long)' : line));
      // What stands behind the last newline is a line only when there is something.
      if (expected.at(-1) === '') expected.pop();
      expect(cut(given, piece, 10)).toEqual(expected);
    }),
  );
});

test('a line of exactly the limit is a line; one byte more is not, and the next one is', () => {
  expect(cut('1234567890\n12345678901\nok\n', 4, 10)).toEqual(['1234567890', '(too long)', 'ok']);
});
