// The writer in front of the database thread, with a disk that fails at will.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { createDropCount } from '#store/history/drop-count.ts';
import { createBatchWriter, type BatchWriter } from '#store/history/embedded/batch-writer.ts';
import { FakeClock } from '../../support/fake-clock.ts';

let clock: FakeClock;
let drops: ReturnType<typeof createDropCount>;
let stored: number[];
let full: boolean;
let tries: number;
let writer: BatchWriter;

beforeEach(() => {
  clock = new FakeClock();
  drops = createDropCount();
  [stored, full, tries] = [[], false, 0];
  writer = createBatchWriter(
    {
      clock,
      log: silentLogger,
      drops,
      takeNewSeries: () => [],
      async write({ samples }) {
        tries++;
        if (full) throw new Error('no space left on device');
        stored.push(...samples.values);
        return { rows: samples.values.length, refused: 0 };
      },
    },
    { bufferSamples: 5, flushEveryMs: 500 },
  );
});

const push = (...values: number[]) => values.forEach((value) => writer.push(1, value, value));

/** Lets promises that are already due run. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('the first sample is stored half a second later, with those that came meanwhile', async () => {
  push(1);
  clock.advance(499);
  push(2);
  assert.equal(tries, 0);
  clock.advance(1);
  await turn();
  assert.deepEqual(stored, [1, 2]);
});

test('samples that came while a batch was on its way are stored without another push', async () => {
  push(1);
  clock.advance(500);
  push(2);
  await turn();
  clock.advance(500);
  await turn();
  assert.deepEqual(stored, [1, 2]);
});

test('an idle writer has no timer', async () => {
  push(1);
  await writer.flush();
  assert.equal(clock.nextDueMs(), undefined);
});

test('a full disk: the batch is kept, the ring drops its oldest, all that is left is stored in order later', async () => {
  full = true;
  push(1, 2);
  clock.advance(500);
  await turn();
  assert.deepEqual(writer.status(), { pending: 2, written: 0, failing: true, lastError: 'no space left on device' });
  push(3, 4, 5, 6, 7, 8);
  assert.equal(drops.health().droppedBy.buffer_full, 1);
  assert.equal(writer.status().pending, 7);
  full = false;
  const flushed = writer.flush();
  clock.advance(700);
  await flushed;
  assert.deepEqual(stored, [1, 2, 4, 5, 6, 7, 8]);
  assert.deepEqual(writer.status(), { pending: 0, written: 7, failing: false });
});

test('tries come further and further apart', async () => {
  full = true;
  push(1);
  clock.advance(500);
  for (let second = 0; second < 300; second++) {
    await turn();
    clock.advance(1000);
  }
  assert.ok(tries > 10 && tries < 25, `${tries} tries in five minutes`);
});

test('close with a full disk tries once more, then gives up and counts', async () => {
  full = true;
  push(1, 2);
  clock.advance(500);
  await turn();
  push(3);
  await writer.close();
  assert.equal(tries, 2);
  assert.equal(drops.health().droppedBy.closed, 3);
});
