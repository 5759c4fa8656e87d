// Whatever a crash or a bad disk leaves of a log, its whole records up to there
// are read, and damage is told from a torn end.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, test } from 'vitest';
import { openRecordLog, readRecords } from '#store/history/embedded/record-log.ts';

const RECORDS = ['first', 'the second one', '', 'x'.repeat(300), 'last'];

let directory: string;
let file: string;
/** Position behind each record. */
let ends: number[];

beforeEach(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-log-'));
  file = path.join(directory, 'log');
  const log = openRecordLog(file);
  ends = [];
  for (const record of RECORDS) {
    await log.append([Buffer.from(record.slice(0, 3)), Buffer.from(record.slice(3))]);
    ends.push(log.bytes);
  }
  log.close();
});

afterEach(() => rmSync(directory, { recursive: true }));

function read(): { records: string[]; wholeBytes: number; damaged: boolean } {
  const records: string[] = [];
  return { ...readRecords(file, (content) => records.push(content.toString())), records };
}

const wholeBefore = (bytes: number): number => ends.filter((end) => end <= bytes).length;

test('what was appended is read in order', () => {
  assert.deepEqual(read(), { records: RECORDS, wholeBytes: ends.at(-1), damaged: false });
});

test('cut at any byte, the records before are there and nothing is called damaged', () => {
  const bytes = readFileSync(file);
  for (let length = 0; length <= bytes.length; length++) {
    writeFileSync(file, bytes.subarray(0, length));
    const { records, wholeBytes, damaged } = read();
    const whole = wholeBefore(length);
    assert.deepEqual(records, RECORDS.slice(0, whole), `cut at ${length}`);
    assert.deepEqual([wholeBytes, damaged], [ends[whole - 1] ?? 0, false], `cut at ${length}`);
  }
});

test('with any byte changed, no record is wrong and all before it are there', () => {
  const bytes = readFileSync(file);
  fc.assert(
    fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ change;
      writeFileSync(file, changed);
      const { records } = read();
      assert.deepEqual(records, RECORDS.slice(0, wholeBefore(at)));
    }),
  );
});

test('a change in the middle is damage, zeros at the end are not', () => {
  const bytes = readFileSync(file);
  const changed = Buffer.from(bytes);
  changed[(ends[0] ?? 0) + 14] = 0;
  writeFileSync(file, changed);
  assert.equal(read().damaged, true);
  writeFileSync(file, Buffer.concat([bytes, Buffer.alloc(4096)]));
  assert.deepEqual(read(), { records: RECORDS, wholeBytes: bytes.length, damaged: false });
});

test('a torn end is cut off before more is appended', async () => {
  writeFileSync(file, readFileSync(file).subarray(0, -2));
  const log = openRecordLog(file, read().wholeBytes);
  await log.append([Buffer.from('after the crash')]);
  log.close();
  assert.deepEqual(read().records, [...RECORDS.slice(0, -1), 'after the crash']);
});
