// A segment gives each series its own chunk or an error that names the file, also
// when bytes of it are changed or missing.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { createSegmentWriter, openSegment, readSegmentHead } from '#store/history/embedded/segment-file.ts';

// More than one block of the index, with gaps between the numbers.
const IDS = Array.from({ length: 1300 }, (_, index) => index * 3 + 2);
const chunkOf = (id: number): string => `chunk of ${id} ${'.'.repeat(id % 50)}`;

let directory: string;
let file: string;
let bytes: Buffer;

beforeAll(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-segment-'));
  file = path.join(directory, 'raw-480000-1.seg');
  const writer = createSegmentWriter(file);
  for (const id of IDS) writer.add(id, Buffer.from(chunkOf(id)), 2);
  assert.equal(existsSync(file), false);
  await writer.finish(24);
  bytes = readFileSync(file);
});

afterAll(() => rmSync(directory, { recursive: true }));

/** Text of the chunk, undefined for none. */
function read(id: number, readAhead = 0): string | undefined {
  const segment = openSegment(file, readAhead);
  try {
    const chunk = segment.chunk(id);
    return chunk && Buffer.from(chunk).toString();
  } finally {
    segment.close();
  }
}

for (const readAhead of [0, 4096]) {
  test(`every series is found, and none between them, reading ${readAhead} bytes ahead`, () => {
    const segment = openSegment(file, readAhead);
    for (let id = 0; id < 3910; id++) {
      const chunk = segment.chunk(id);
      assert.equal(chunk && Buffer.from(chunk).toString(), id % 3 === 2 && id <= 3899 ? chunkOf(id) : undefined);
    }
    assert.deepEqual([...segment.ids()], IDS);
    segment.close();
  });
}

test('the head says how much is in it and from what it was made', () => {
  const { series, rows, basis } = readSegmentHead(file);
  assert.deepEqual([series, rows, basis], [1300, 2600, 24]);
});

test('a chunk larger than the write buffer, and an empty segment', async () => {
  const large = path.join(directory, 'm1-20000.seg');
  const writer = createSegmentWriter(large);
  writer.add(1, Buffer.alloc(600_000, 1), 1);
  writer.add(2, Buffer.from('small'), 1);
  await writer.finish(0);
  const segment = openSegment(large);
  assert.equal(segment.chunk(1)?.length, 600_000);
  assert.equal(segment.chunk(2)?.length, 5);
  segment.close();
  const empty = createSegmentWriter(large);
  await empty.finish(0);
  const nothing = openSegment(large);
  assert.equal(nothing.chunk(1), undefined);
  nothing.close();
});

test('a segment that is abandoned leaves nothing', () => {
  const other = path.join(directory, 'm10-20000.seg');
  const writer = createSegmentWriter(other);
  writer.add(1, Buffer.from('x'), 1);
  writer.abandon();
  assert.deepEqual([existsSync(other), existsSync(`${other}.new`)], [false, false]);
});

const damage = fc.oneof(
  fc.record({ kind: fc.constant('change'), at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant('cut'), at: fc.nat(), by: fc.constant(0) }),
);
test('changed or cut anywhere: the right chunk or history_unreadable, never another', () => {
  fc.assert(
    fc.property(damage, fc.constantFrom(...IDS, 0, 3, 5000), ({ kind, at, by }, id) => {
      const place = at % bytes.length;
      const bad = Buffer.from(kind === 'cut' ? bytes.subarray(0, place) : bytes);
      if (kind === 'change') bad[place] = (bad[place] ?? 0) ^ by;
      writeFileSync(file, bad);
      try {
        assert.equal(read(id), IDS.includes(id) ? chunkOf(id) : undefined);
      } catch (error) {
        assert.ok(error instanceof Error && 'code' in error && error.code === 'history_unreadable', String(error));
        assert.ok(error.message.includes(file));
      }
    }),
    { numRuns: 1000 },
  );
  writeFileSync(file, bytes);
});
