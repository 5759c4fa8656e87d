// Columns and chunks come back exactly, whatever the numbers are, and what is
// typical of metrics comes back from few bytes.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { decodeChunk, emptyColumns, encodeChunk } from '#store/history/embedded/chunk.ts';
import { columnBound, decodeColumn, encodeColumn } from '#store/history/embedded/column-codec.ts';

function packed(values: number[]): Uint8Array {
  const out = new Uint8Array(columnBound(values.length));
  return out.slice(0, encodeColumn(Float64Array.from(values), values.length, out, 0));
}

/** Packs, unpacks behind other content, and returns the values. */
function roundTrip(values: number[]): number[] {
  const bytes = packed(values);
  const into = new Float64Array(values.length + 3).fill(7);
  const end = decodeColumn(new Uint8Array([1, 2, ...bytes]), 2, values.length, into, 3);
  assert.equal(end, bytes.length + 2);
  assert.deepEqual([...into.subarray(0, 3)], [7, 7, 7]);
  return [...into.subarray(3)];
}

// Minus zero may come back as zero: no metric means anything by it.
const plain = (values: number[]): number[] => values.map((value) => value + 0);

const decimal = fc
  .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 9 }))
  .map(([whole, places]) => whole / 10 ** places);
const kinds: [what: string, value: fc.Arbitrary<number>][] = [
  ['any doubles', fc.double({ noNaN: true, noDefaultInfinity: true })],
  ['32-bit floats', fc.float({ noNaN: true, noDefaultInfinity: true })],
  ['decimals', decimal],
  ['decimals as 32-bit floats', decimal.map(Math.fround)],
  ['whole numbers up to the largest safe one', fc.maxSafeInteger()],
  ['counters', fc.nat({ max: 2 ** 31 - 1 }).map((value) => value * 4096)],
  [
    'decimals with a rare wild value',
    fc.oneof({ weight: 40, arbitrary: decimal }, fc.double({ noNaN: true, noDefaultInfinity: true })),
  ],
  ['few values, often repeated', fc.constantFrom(0, 1, 0.1, 1e300, -5e-324, Number.MAX_VALUE, 2 ** 50, -(2 ** 50))],
];
describe('a column of', () => {
  for (const [what, value] of kinds) {
    test(`${what} comes back exactly`, () => {
      fc.assert(
        fc.property(fc.array(value, { maxLength: 200 }), (values) => {
          assert.deepEqual(plain(roundTrip(values)), plain(values));
        }),
        { numRuns: 300 },
      );
    });
  }
});

/** A walk that is always the same: steps of up to ±0.5 with two decimals. */
function walk(count: number): number[] {
  let seed = 1;
  let value = 50;
  return Array.from({ length: count }, () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return (value = Math.round((value + seed / 2_147_483_647 - 0.5) * 100) / 100);
  });
}
const sizes: [what: string, values: number[], bytesAtMost: number][] = [
  ['240 instants 15 s apart', Array.from({ length: 240 }, (_, index) => index * 15_000), 20],
  ['240 times the same decimal', Array.from({ length: 240 }, () => 0.37), 4],
  ['240 times the same odd double', Array.from({ length: 240 }, () => 1 / 3), 9],
  ['a walk with two decimals', walk(240), 240],
  ['the same walk as gmond sends it', walk(240).map(Math.fround), 240],
  [
    'a counter that grows by about a megabyte',
    Array.from({ length: 240 }, (_, index) => index * 1e6 + (index % 7) * 1000),
    660,
  ],
  ['nothing', [], 0],
];
for (const [what, values, bytesAtMost] of sizes) {
  test(`${what}: at most ${bytesAtMost} bytes`, () => {
    const { length } = packed(values);
    assert.ok(length <= bytesAtMost, `${length} bytes`);
    assert.deepEqual(roundTrip(values), values);
  });
}

test('a chunk is added behind what its columns hold already, and grows them', () => {
  const chunk = emptyColumns(2);
  for (let index = 0; index < 100; index++) {
    chunk.parts[0]?.set([index], index);
    chunk.parts[1]?.set([index / 10], index);
  }
  chunk.length = 100;
  const bytes = encodeChunk(chunk).slice();
  const into = emptyColumns(2);
  for (let round = 0; round < 10; round++) decodeChunk(bytes, into);
  assert.equal(into.length, 1000);
  assert.deepEqual([into.parts[0]?.[999], into.parts[1]?.[999], into.parts[1]?.[901]], [99, 9.9, 0.1]);
});
