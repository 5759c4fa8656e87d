// Output on disk: head and tail, the count between, and what another life finds.

import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openOutputSpool, type OutputSpool } from '#agent/output-spool.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-spool-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const KIB = 1024;
const caps = { headBytes: 64 * KIB, tailBytes: 1024 * KIB };
const textOf = (spool: OutputSpool) =>
  Buffer.concat(Array.from({ length: spool.count() }, (_, seq) => spool.read(seq).bytes)).toString();

/** Writes `count` pieces of 16 KiB, each filled with its own number. */
function flood(spool: OutputSpool, count: number, from = 0): void {
  for (let n = from; n < from + count; n++) spool.append('stdout', n, Buffer.from(String(n).padStart(16 * KIB, '.')));
}

test('what fits in the head is there at once, stream and instant with it', () => {
  const spool = openOutputSpool(directory, caps);
  spool.append('stdout', 1, Buffer.from('one\n'));
  spool.append('stderr', 2, Buffer.from([0, 255]));
  expect([spool.read(0), spool.read(1)]).toEqual([
    { stream: 'stdout', atMs: 1, bytes: Buffer.from('one\n'), omittedBytes: 0 },
    { stream: 'stderr', atMs: 2, bytes: Buffer.from([0, 255]), omittedBytes: 0 },
  ]);
  expect(spool.seal()).toEqual({ outputBytes: 6, omittedBytes: 0 });
});

const floods: [pieces: number, omittedPieces: number][] = [
  [4, 0],
  [5, 0],
  [68, 0],
  [500, 500 - 4 - 80],
];
test.each(floods)('of %i pieces of 16 KiB, %i are left out between head and tail', (pieces, omittedPieces) => {
  const spool = openOutputSpool(directory, caps);
  flood(spool, pieces);
  expect(spool.count()).toBe(Math.min(pieces, 4));
  expect(spool.seal()).toEqual({ outputBytes: pieces * 16 * KIB, omittedBytes: omittedPieces * 16 * KIB });
  expect(spool.seal().outputBytes).toBe(pieces * 16 * KIB);
  expect(spool.count()).toBe(pieces - omittedPieces);
  expect(spool.read(spool.count() - 1).bytes.toString()).toContain(String(pieces - 1));
  const marks = Array.from({ length: spool.count() }, (_, seq) => spool.read(seq).omittedBytes);
  expect(marks.filter((bytes) => bytes > 0)).toEqual(omittedPieces > 0 ? [omittedPieces * 16 * KIB] : []);
});

test('the disk holds no more than head, tail and one piece of it', () => {
  const spool = openOutputSpool(directory, caps);
  flood(spool, 1000);
  const sizeBytes = readdirSync(directory).reduce((sum, name) => sum + statSync(path.join(directory, name)).size, 0);
  expect(sizeBytes).toBeLessThan(caps.headBytes + caps.tailBytes + 600 * KIB);
});

test.each([3, 30, 500])('another life goes on after %i pieces as if nothing had happened', (pieces) => {
  flood(openOutputSpool(directory, caps), pieces);
  const second = openOutputSpool(directory, caps);
  flood(second, 100, pieces);
  const { outputBytes, omittedBytes } = second.seal();
  const kept = textOf(second).length;
  expect(outputBytes).toBe((pieces + 100) * 16 * KIB);
  expect(kept + omittedBytes).toBe(outputBytes);
});

test('a record that the crash cut short is dropped', () => {
  const first = openOutputSpool(directory, caps);
  first.append('stdout', 1, Buffer.from('whole\n'));
  appendFileSync(path.join(directory, 'output.head'), Buffer.alloc(25, 1));
  const second = openOutputSpool(directory, caps);
  second.append('stdout', 2, Buffer.from('next\n'));
  expect(textOf(second)).toBe('whole\nnext\n');
  expect(textOf(openOutputSpool(directory, caps))).toBe('whole\nnext\n');
});
